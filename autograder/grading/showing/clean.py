"""What a browser gets to see of a submission: all that the student wrote and showed, and nothing of it that runs.

nbgrader's feedback and formgrader put a notebook's HTML, JavaScript, widgets and markdown into the instructor's browser
as they are. So the graded notebook itself is cleaned, right after the run: whoever shows it, and however, finds nothing
to execute; and nothing that a kernel sent makes it a notebook that no longer validates. The cards are written anew from
the verdicts, since a later cell can repaint an earlier output.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbconvert.preprocessors.sanitize import SanitizeHTML
from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.engine.verdict import Verdict
from autograder.grading.showing.inert import TAGS, is_inert
from autograder.grading.submission.marks import grade_id
from autograder.student.card import as_html, as_text

MOST_TEXT = 20_000  # characters of one markdown or HTML that are worth rendering
ALL_TEXT = 400_000  # of a whole notebook: markup can be built so that reading it takes long
KERNEL = ("name", "display_name", "language")
PICTURES = ("image/png", "image/jpeg", "image/gif")
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+")
NAME = re.compile(r"[\w-]{1,64}", re.ASCII)
NOTICE = "*This text holds HTML or links that do not belong into a notebook. It is shown as it was written.*"
LEFT_OUT = "*This text cannot be shown; it stands in the submitted notebook.*"
# What nbgrader's templates and preprocessors read, and what each must be.
MARKS: dict[str, type] = {
    "schema_version": int, "grade": bool, "solution": bool, "locked": bool, "task": bool, "points": float,
    "checksum": str, "cell_type": str, "grade_id": str,
}  # fmt: skip


def clean(notebook: NotebookNode, verdicts: Mapping[str, Verdict]) -> None:
    """Makes a graded notebook safe to show.

    Args:
        verdicts: by the check cells' grade_id.
    """
    budget = Budget()
    kernel = {name: str(value) for name, value in notebook.metadata.get("kernelspec", {}).items() if name in KERNEL}
    repairs = [str(note) for note in notebook.metadata.get("repairs", [])]
    notebook.metadata = NotebookNode(kernelspec=NotebookNode(kernel), language_info=NotebookNode(name="python"))
    if repairs:
        notebook.metadata.repairs = repairs
    for cell in notebook.cells:
        _clean_marks(cell)
        if cell.cell_type == "code":
            verdict = verdicts.get(grade_id(cell))
            _clean_code(cell, verdict, budget)
        else:
            _clean_text(cell, budget)


class Budget:
    """How much markup of one notebook is still to be read. What comes after that is shown as it was written."""

    def __init__(self) -> None:
        self.left = ALL_TEXT

    def allows(self, text: str) -> bool:
        """Whether `text` is read; if so, it counts."""
        if len(text) > min(MOST_TEXT, self.left):
            return False
        self.left -= len(text)
        return True


def card_output(verdict: Verdict) -> NotebookNode:
    """The output of a check cell."""
    return _display({"text/html": as_html(verdict), "text/plain": as_text(verdict)})


def _display(data: Mapping[str, str]) -> NotebookNode:
    # not by nbformat's new_output, which validates each: the notebook is validated as a whole when it is written
    return NotebookNode(output_type="display_data", data=NotebookNode(data), metadata=NotebookNode())


def _clean_marks(cell: NotebookNode) -> None:
    """Keeps of the metadata what nbgrader needs: its templates print it without quoting."""
    marks = cell.metadata.get("nbgrader", {})
    cell.metadata = NotebookNode()
    if NAME.fullmatch(str(marks.get("grade_id", ""))):
        kept = {name: kind(marks[name]) for name, kind in MARKS.items() if name in marks}
        cell.metadata.nbgrader = NotebookNode(kept)
    if not NAME.fullmatch(str(cell.get("id", ""))):
        cell.id = secrets.token_hex(4)


def _clean_code(cell: NotebookNode, verdict: Verdict | None, budget: Budget) -> None:
    if verdict or not isinstance(cell.get("execution_count"), int):
        cell.execution_count = None
    cell.outputs = (
        [card_output(verdict)] if verdict else [_clean_output(item, budget) for item in cell.get("outputs", [])]
    )


def _clean_output(output: NotebookNode, budget: Budget) -> NotebookNode:
    """The same output with text, pictures and harmless HTML only. Its metadata goes: it can ask for a frame."""
    if output.output_type == "stream":
        return new_output("stream", name="stderr" if output.name == "stderr" else "stdout", text=str(output.text))
    if output.output_type == "error":
        traceback = [str(line) for line in output.traceback]
        return new_output("error", ename=str(output.ename), evalue=str(output.evalue), traceback=traceback)
    return _display(_clean_data(output.get("data", {}), budget))


def _clean_data(data: Mapping[str, Any], budget: Budget) -> dict[str, str]:
    cleaned = {mime: _clean_value(mime, value, budget) for mime, value in data.items() if isinstance(value, str)}
    kept = {mime: value for mime, value in cleaned.items() if value}
    if kept:
        return kept
    return {"text/plain": str(data.get("text/latex") or f"({', '.join(map(str, data))}: not shown here)")}


def _clean_value(mime: str, value: str, budget: Budget) -> str:
    """What is shown for one type of an output; empty where it is nothing to be shown."""
    if mime == "text/plain" or (mime in PICTURES and BASE64.fullmatch(value)):
        return value
    if mime == "text/markdown":
        return harmless_markdown(value, {}, budget)
    return harmless_html(value, budget) if mime == "text/html" else ""


def _clean_text(cell: NotebookNode, budget: Budget) -> None:
    """Markdown and raw cells. A raw cell would go into the page as it is; it is shown as markdown."""
    if cell.cell_type == "raw":
        cell.cell_type = "markdown"
        cell.source = _as_written(str(cell.source))
    attachments = {
        str(name): {mime: data for mime, data in bundle.items() if mime in PICTURES and _is_base64(data)}
        for name, bundle in cell.pop("attachments", {}).items()
        if isinstance(bundle, dict)
    }
    cell.source = harmless_markdown(str(cell.source), attachments, budget)
    if attachments:
        cell.attachments = NotebookNode(attachments)


def _is_base64(data: object) -> bool:
    return isinstance(data, str) and BASE64.fullmatch(data) is not None


def harmless_html(html: str, budget: Budget) -> str:
    """The HTML without what could run or leave its place; empty where that cannot be had."""
    if not budget.allows(html):
        return ""
    try:
        cleaned = str(_sanitizer().sanitize_html_tags(html))
    except RecursionError:  # a tower of tags
        return ""
    return cleaned if is_inert(cleaned) else ""


def harmless_markdown(source: str, attachments: Mapping[str, Mapping[str, str]], budget: Budget) -> str:
    """The markdown as it is where it renders to something inert, else a block of text that shows what was written."""
    if budget.allows(source) and (_renders_inert(source, attachments) if attachments else _is_inert_text(source)):
        return source
    as_text = f"{NOTICE}\n\n{_as_written(source)}"
    return as_text if _renders_inert(as_text, {}) else LEFT_OUT


def _as_written(source: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", source)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{source}\n{fence}"


@lru_cache(maxsize=300)  # most of a submission's text is the lesson's own, the same in all of them
def _is_inert_text(source: str) -> bool:
    return _renders_inert(source, {})


def _renders_inert(source: str, attachments: Mapping[str, Mapping[str, str]]) -> bool:
    """Asks the very renderer that feedback and formgrader use."""
    context = {"cell": {"attachments": attachments}, "resources": {}}
    try:
        html = str(_exporter().markdown2html(context, source))
    except Exception:  # whatever a stranger's text does to the renderer, it would do again on the page
        return False
    return is_inert(html)


@cache
def _exporter() -> HTMLExporter:
    return HTMLExporter()


@cache
def _sanitizer() -> SanitizeHTML:
    kept = {tag: [name for name in rules if name not in ("style", "class", "id")] for tag, rules in TAGS.items()}
    return SanitizeHTML(tags=list(TAGS), attributes=kept, strip=True)
