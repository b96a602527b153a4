"""Repairs a submission: the release notebook is the frame, the student's answers are grafted into it.

Whatever a student, an editor or a mail program did to ids, order, types, checks, points or metadata, what is graded
has exactly the release's cells. Kept are the answers and, between them, the student's own cells. Nothing runs here.
"""

from __future__ import annotations

import html
import os
import textwrap
from collections import defaultdict
from copy import deepcopy
from itertools import pairwise

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.grading.submission.finding import Finding
from autograder.grading.submission.incoming import MAX_BYTES, Cell, Incoming, Unreadable, plain, read_incoming
from autograder.grading.submission.marks import name_of, role_of


def repair(
    submission: bytes | str | os.PathLike[str], release: NotebookNode, max_bytes: int = MAX_BYTES
) -> tuple[NotebookNode, list[str]]:
    """The release notebook with the student's answers in it, and one sentence for each repair.

    Args:
        submission: a file, or its bytes.
        release: what the student was given; it is left alone.

    Raises:
        Unreadable: the submission is no notebook, or none of this lesson.
    """
    incoming = read_incoming(submission, max_bytes)
    notebook = deepcopy(release)
    finding = Finding(incoming.cells, notebook.cells)
    if not finding.finds_anything():
        raise Unreadable("The notebook holds none of this lesson's exercises.")
    notes = incoming.notes + _kernel_note(incoming, release) + finding.notes + _lesson_notes(finding, incoming)
    own = _own_cells(finding)
    for slot, source in finding.sources.items():
        _write(notebook.cells[slot], source, finding.cells[finding.chosen[slot]])
    notebook.cells = own[-1] + [cell for slot, kept in enumerate(notebook.cells) for cell in [kept, *own[slot]]]
    return notebook, notes


def repairs_cell(notes: list[str]) -> NotebookNode:
    """The notes as a cell for the top of the feedback."""
    lines = "\n".join(f"* {html.escape(note, quote=False)}" for note in notes)
    return new_markdown_cell(f"**Repaired before grading**\n\n{lines}", id="repairs")


def _write(target: NotebookNode, source: str, cell: Cell) -> None:
    target.source = source
    if target.cell_type == "markdown" and cell.images:
        target.attachments = cell.images


def _own_cells(finding: Finding) -> dict[int, list[NotebookNode]]:
    """The student's own cells, by the slot after which they stand: that of the lesson's cell before them."""
    after: dict[int, list[NotebookNode]] = defaultdict(list)
    slot, number = -1, 0
    run: list[NotebookNode] = []  # those since the last cell of the lesson
    for position, cell in enumerate(finding.cells):
        anchor = _anchor(finding, position)
        if anchor is not None:
            # What stood right before an answer that comes back from further down is likely to belong to it.
            returns = finding.is_answer(position) and anchor < slot
            after[anchor - 1 if returns else slot] += run
            slot, run = anchor, []
        if _is_own(finding, position):
            number += 1
            run.append(_own_cell(cell, number))
    after[slot] += run
    return after


def _anchor(finding: Finding, position: int) -> int | None:
    """The slot of a cell: that of its answer, or its own if it is the first of its kind."""
    answers = [slot for slot, chosen in finding.chosen.items() if chosen == position]
    if answers:
        return min(answers)
    home = finding.homes[position]
    first = home is not None and home not in finding.chosen and finding.places[home][0] == position
    return home if first else None


def _is_own(finding: Finding, position: int) -> bool:
    """Whether a cell is kept beside the lesson's: the student's own, or a cell of the lesson's that was edited."""
    cell, home = finding.cells[position], finding.homes[position]
    if finding.is_answer(position) or not cell.text:
        return False
    if home is None:
        return True
    lesson = finding.lesson[home]
    if cell.text == plain(lesson.source) or role_of(lesson) == "check":
        return False
    if home in finding.chosen and cell.text == finding.cells[finding.chosen[home]].text:
        return False
    return role_of(lesson) != "exercise" or not finding.is_superseded(position, home)


def _own_cell(cell: Cell, number: int) -> NotebookNode:
    """A cell with nothing of the student's but its source: outputs and metadata are not trusted."""
    identity = f"own-{number}"
    if cell.kind == "code":
        return new_code_cell(cell.source, id=identity)
    if cell.kind == "raw":  # nbconvert would write it into the feedback page as it is, script included
        return new_markdown_cell(textwrap.indent(cell.source, "    "), id=identity)
    made = new_markdown_cell(cell.source, id=identity)
    if cell.images:
        made.attachments = cell.images
    return made


def _kernel_note(incoming: Incoming, release: NotebookNode) -> list[str]:
    if incoming.kernel == release.metadata.get("kernelspec", {}).get("name", ""):
        return []
    return ["The notebook asked for another kernel; it was graded with the lesson's."]


def _lesson_notes(finding: Finding, incoming: Incoming) -> list[str]:
    """What was done to cells that are no answers: sentences for those that count, numbers for the rest."""
    notes = [note for slot, cell in enumerate(finding.lesson) for note in _check_notes(finding, slot, cell)]
    slots = [slot for slot, cell in enumerate(finding.lesson) if role_of(cell) in ("", "check")]
    plain_slots = [slot for slot in slots if not role_of(finding.lesson[slot])]
    counts = {
        "had lost their ids and were found by their text": finding.by_text if incoming.has_ids else [],
        "were missing and were put back": [slot for slot in plain_slots if not finding.places[slot]],
        "had been edited and stand after the lesson's own":
            [slot for slot in plain_slots if _is_edited(finding, slot)],
        "stood there more than once; one of each was kept": [slot for slot in slots if len(finding.places[slot]) > 1],
    }  # fmt: skip
    notes += [f"Cells of the lesson that {what}: {len(which)}." for what, which in counts.items() if which]
    if any(one > other for one, other in pairwise(_order(finding))):
        notes.append("Some of the lesson's cells had been moved; the lesson's order was used.")
    return notes


def _check_notes(finding: Finding, slot: int, cell: NotebookNode) -> list[str]:
    name, notes = f"`{name_of(cell)}`", []
    if role_of(cell) == "check" and not finding.places[slot]:
        notes.append(f"The check of {name} was missing; it was put back.")
    elif role_of(cell) == "check" and _is_edited(finding, slot):
        notes.append(f"The check of {name} had been edited; the lesson's own was used.")
    points = cell.metadata.get("nbgrader", {}).get("points")
    if any(finding.cells[at].points not in (None, points) for at in finding.places[slot]):
        notes.append(f"The points of {name} had been changed; the lesson's own count.")
    return notes


def _is_edited(finding: Finding, slot: int) -> bool:
    places = finding.places[slot]
    return bool(places) and not any(finding.is_untouched(at, slot) for at in places)


def _order(finding: Finding) -> list[int]:
    """The slots of the lesson's cells as they follow each other in the submission."""
    return [home for at, home in enumerate(finding.homes) if home is not None and finding.places[home][0] == at]
