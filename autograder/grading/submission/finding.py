"""Finds the cells of a lesson, and above all the answers, in a submission that may be damaged.

A *slot* is the place of a cell in the lesson as it was released, a *position* the place of one in the submission.
"""

from __future__ import annotations

from collections import defaultdict

from nbformat import NotebookNode

from autograder.grading.submission.answers import bare, definitions, parsed
from autograder.grading.submission.incoming import Cell, plain
from autograder.grading.submission.marks import grade_id, name_of, role_of

PARTS = 10  # into which an answer may have been split


class Finding:
    """Where the cells of a lesson stand in a submission.

    Attributes:
        homes: for each position the slot of which the cell is a version; None for the student's own cells.
        places: for each slot the positions of its versions.
        by_text: the slots of which no version had a name left.
        chosen: for each slot that takes an answer, the position of the cell that holds it.
        sources: for each of these slots the answer.
        joined: the positions of the cells that became part of the answer before them.
        notes: one sentence for each answer that was not where it should be.
    """

    def __init__(self, cells: list[Cell], lesson: list[NotebookNode]) -> None:
        self.cells, self.lesson = cells, lesson
        self.notes: list[str] = []
        self.homes = self._by_name()
        named = set(self.homes)
        self._by_text()
        self.places: dict[int, list[int]] = defaultdict(list)
        for position, home in enumerate(self.homes):
            if home is not None:
                self.places[home].append(position)
        self.by_text = [slot for slot in self.places if slot not in named]
        self.chosen: dict[int, int] = {}
        for slot, cell in enumerate(lesson):
            if role_of(cell) == "exercise":
                self._choose_code(slot)
            elif role_of(cell) == "written":
                self._choose_text(slot)
        self.joined: set[int] = set()
        self.sources = {slot: self._source(slot, position) for slot, position in self.chosen.items()}

    def finds_anything(self) -> bool:
        """Whether any answer or check of the lesson is there."""
        return bool(self.chosen) or any(role_of(self.lesson[slot]) for slot in self.places if self.places[slot])

    def is_answer(self, position: int) -> bool:
        """Whether the cell's source went into an answer."""
        return position in self.joined or position in self.chosen.values()

    def is_untouched(self, position: int, slot: int) -> bool:
        """Whether the cell is still what the lesson had there."""
        lesson = self.lesson[slot]
        return self.cells[position].text == plain(lesson.source) and self.cells[position].kind == lesson.cell_type

    def is_superseded(self, position: int, slot: int) -> bool:
        """Whether a version of an answer holds nothing that the chosen one does not define again."""
        if self._is_blank(position, slot):
            return True
        if slot not in self.chosen:
            return False
        defined = self.cells[position].defined.keys()
        return name_of(self.lesson[slot]) in defined and defined <= definitions(self.sources[slot]).keys()

    def note(self, slot: int, sentence: str) -> None:
        """Adds a note once, with the name of the slot's exercise for `{}`."""
        note = sentence.format(f"`{name_of(self.lesson[slot])}`")
        if note not in self.notes:
            self.notes.append(note)

    def _by_name(self) -> list[int | None]:
        slots = {grade_id(cell): slot for slot, cell in enumerate(self.lesson) if grade_id(cell)}
        slots |= {cell.id: slot for slot, cell in enumerate(self.lesson)}
        return [next((slots[name] for name in cell.ids if name in slots), None) for cell in self.cells]

    def _by_text(self) -> None:
        """What has no name of the lesson's is known by its text, if that is unchanged."""
        waiting: dict[str, list[int]] = defaultdict(list)
        for slot in reversed(range(len(self.lesson))):
            if slot not in self.homes:
                waiting[plain(self.lesson[slot].source)].append(slot)
        for slot, cell in enumerate(self.lesson):  # a copy of what is there already
            waiting.setdefault(plain(cell.source), [slot])
        for position, cell in enumerate(self.cells):
            slots = waiting.get(cell.text)
            if self.homes[position] is None and slots and cell.text:
                self.homes[position] = slots.pop() if len(slots) > 1 else slots[0]

    def _choose_code(self, slot: int) -> None:
        """Chooses the exercise's own cell if that defines the name; else whichever does; else what its own holds."""
        name = name_of(self.lesson[slot])
        own = [at for at in self.places[slot] if self.cells[at].kind == "code" or name in self.cells[at].defined]
        written = [at for at in own if not self._is_blank(at, slot)]
        defining = [at for at in written if name in self.cells[at].defined]
        found = defining or self._elsewhere(slot, name, missing=not own)
        if candidates := found or written or own:
            self.chosen[slot] = max(candidates, key=lambda at: self._rank(at, name))
        blank = [at for at in own if at not in written]
        self._note_choice(slot, own, several=len(found) > 1 or len([at for at in own if at in defining + blank]) > 1)

    def _rank(self, position: int, name: str) -> tuple[bool, bool, bool, int]:
        """Code before retyped cells, definitions before assignments, what runs before what does not, then the last.

        That is what stays defined when a notebook has run from top to bottom.
        """
        cell = self.cells[position]
        return cell.kind == "code", cell.defined.get(name, False), cell.parses, position

    def _elsewhere(self, slot: int, name: str, missing: bool) -> list[int]:
        return [
            at for at, cell in enumerate(self.cells)
            if name in cell.source and name in cell.defined and self._may_hold(at, slot, name, missing)
        ]  # fmt: skip

    def _may_hold(self, position: int, slot: int, name: str, missing: bool) -> bool:
        """Whether a cell that is not the exercise's own can be its answer."""
        cell, home = self.cells[position], self.homes[position]
        if self._is_blank(position, slot) or home == slot:
            return False
        if home is None:  # what is not code must at least be nothing but code, and there must be nothing better
            return cell.kind == "code" or (missing and cell.parses)
        if role_of(self.lesson[home]) == "exercise":  # two cells were merged; else it is that other answer's helper
            return missing
        # A cell of the lesson's was written over; but the lesson may hand over the library's version there.
        return cell.kind == "code" and name not in definitions(self.lesson[home].source)

    def _choose_text(self, slot: int) -> None:
        own = self.places[slot]
        written = [at for at in own if self.cells[at].text not in ("", plain(self.lesson[slot].source))]
        if not own and (written := self._by_neighbours(slot)):
            self.note(slot, "The written answer {} had lost its id; it was found by its place.")
        if candidates := written or own:
            self.chosen[slot] = candidates[-1]
        else:
            self.note(slot, "The written answer {} was missing; the lesson's blank one stands in its place.")
        if len(written) > 1:
            self.note(slot, "The written answer {} stood there more than once; the last one was used.")

    def _by_neighbours(self, slot: int) -> list[int]:
        """A text of the student's own right behind what precedes the answer in the lesson."""
        return [
            at for at in range(1, len(self.cells))
            if self.homes[at - 1] == slot - 1 and self.homes[at] is None
            and self.cells[at].kind != "code" and self.cells[at].text
        ]  # fmt: skip

    def _source(self, slot: int, position: int) -> str:
        """The answer, with the rest of it where it had been split in the middle of a block."""
        source = self.cells[position].source
        if role_of(self.lesson[slot]) == "written":
            return source
        for at in range(position + 1, min(position + PARTS, len(self.cells))):
            both = f"{source.rstrip()}\n{self.cells[at].source}"
            if not (self._continues(at, slot) and parsed(both)):
                break
            source = both
            self.joined.add(at)
            self.note(slot, "The answer to {} had been split; the parts were joined.")
        return source

    def _continues(self, position: int, slot: int) -> bool:
        cell = self.cells[position]
        free = self.homes[position] in (None, slot) and position not in self.chosen.values()
        return free and cell.kind == "code" and cell.source.strip("\n").startswith((" ", "\t"))

    def _is_blank(self, position: int, slot: int) -> bool:
        """Whether nothing was written: the lesson's stub, perhaps with other comments, or nothing at all."""
        return self.cells[position].bare in (bare(""), bare(self.lesson[slot].source))

    def _note_choice(self, slot: int, own: list[int], several: bool) -> None:
        position = self.chosen.get(slot)
        if position is None:
            lost = "no longer held its code" if self.places[slot] else "was missing"
            self.note(slot, f"The cell of {{}} {lost}; the lesson's blank one stands in its place.")
            return
        if not own:
            self.note(slot, "The cell of {} had lost its id; it was found by the name that it defines.")
        elif position not in own:
            self.note(slot, "{} was not written in its own cell; the cell that defines it was used.")
        if several:
            self.note(slot, "{} stood there more than once; the last cell that is not blank was used.")
        if self.cells[position].kind != "code":
            self.note(slot, "The cell of {} was no longer a code cell; it was taken as one.")
