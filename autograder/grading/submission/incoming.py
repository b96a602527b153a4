"""Reads what a stranger handed in: from a file of whatever kind to cells that are safe to look at."""

from __future__ import annotations

import base64
import binascii
import json
import os
import stat
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from autograder.grading.submission.answers import LONGEST, bare, definitions, parsed

MAX_BYTES = 20_000_000
MAX_CELLS = 5_000
MAX_TEXT = 1_000_000  # characters in cells that a person may have typed; all of it is parsed
MAX_PARTS = 1_000_000  # JSON's lists and dicts; "[]," twenty million times would be gigabytes in memory
KINDS = {"code": "code", "markdown": "markdown", "heading": "markdown", "html": "markdown"}  # the last two were in v3
IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")  # no SVG: it can carry script
PRESENT = (4, 5)  # the first format in which cells have ids


class Unreadable(Exception):
    """A submission that cannot be graded; the message is one sentence that says why."""


@dataclass
class Cell:
    """One cell of a submission.

    Attributes:
        kind: "code", "markdown" or "raw", whatever the file said.
        ids: the names that it claims, the most trustworthy first.
        points: the points that it claims, if any.
        images: pasted into its text.
    """

    kind: str
    source: str
    ids: tuple[str, ...] = ()
    points: Any = None
    images: dict[str, dict[str, str]] = field(default_factory=dict)

    @cached_property
    def defined(self) -> dict[str, bool]:
        """What it defines; see `definitions`."""
        return definitions(self.source)

    @cached_property
    def parses(self) -> bool:
        """Whether it is Python that a kernel would run."""
        return parsed(self.source) is not None

    @cached_property
    def bare(self) -> str:
        """Its source without comments, docstrings and layout, for comparing."""
        return bare(self.source)

    @cached_property
    def text(self) -> str:
        """Its source for comparing: editors differ in blanks at the ends of lines."""
        return plain(self.source)


@dataclass
class Incoming:
    """A submission as it was read.

    Attributes:
        kernel: the kernel that it names.
        has_ids: whether cells have ids in its format.
        notes: what had to be repaired to read it.
    """

    cells: list[Cell]
    kernel: str = ""
    has_ids: bool = True
    notes: list[str] = field(default_factory=list)


def plain(source: str) -> str:
    """A source without blanks at the ends of lines and of itself."""
    return "\n".join(line.rstrip() for line in source.strip().split("\n"))


def read_incoming(submission: bytes | str | os.PathLike[str], max_bytes: int = MAX_BYTES) -> Incoming:
    """Reads a notebook of any format from a file or from its bytes.

    Raises:
        Unreadable: it is no notebook, or too large.
    """
    data = submission if isinstance(submission, bytes) else read_bytes(Path(submission), max_bytes)
    if len(data) > max_bytes:
        raise Unreadable(f"The file is larger than {max_bytes / 1_000_000:g} MB.")
    book = _book(data)
    raw = _raw_cells(book)
    if len(raw) > MAX_CELLS:
        raise Unreadable(f"The notebook holds more than {MAX_CELLS:,} cells.")
    cells = [_cell(item) for item in raw if isinstance(item, dict)]
    if sum(len(cell.source) for cell in cells if len(cell.source) <= LONGEST) > MAX_TEXT:
        raise Unreadable(f"The notebook holds more than {MAX_TEXT / 1_000_000:g} MB of text.")
    strange = len(raw) - len(cells)
    notes = [f"{strange} entries that are no cells were left out."] if strange else []
    kernel = _dict(_dict(book.get("metadata")).get("kernelspec")).get("name")
    version, note = _version(book)
    return Incoming(cells, kernel if isinstance(kernel, str) else "", version >= PRESENT, note + notes)


def read_bytes(file: Path, limit: int) -> bytes:
    """The content of a plain file, at most one byte more than the limit.

    Raises:
        Unreadable: it is something else, or cannot be opened.
    """
    # Neither follow a link nor wait for someone to write into a pipe, even if the file is exchanged meanwhile.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        _refuse_special(file.lstat().st_mode)
        handle = os.open(file, flags)
    except OSError as error:
        raise Unreadable(f"The file cannot be opened: {error.strerror}.") from error
    with os.fdopen(handle, "rb") as stream:
        _refuse_special(os.fstat(handle).st_mode)
        return stream.read(limit + 1)


def _refuse_special(mode: int) -> None:
    if stat.S_ISLNK(mode):
        raise Unreadable("The file is not a notebook: it is a symbolic link.")
    if stat.S_ISDIR(mode):
        raise Unreadable("The file is not a notebook: it is a folder.")
    if not stat.S_ISREG(mode):
        raise Unreadable("The file is not a notebook: it is a pipe, a socket or a device.")


def _book(data: bytes) -> dict[str, Any]:
    if not data.strip():
        raise Unreadable("The file is not a notebook: it is empty.")
    if data.count(b"[") + data.count(b"{") > MAX_PARTS:
        raise Unreadable("The file is not a notebook that can be read: it has too many parts.")
    try:
        book = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Unreadable("The file is not a notebook: its text is not UTF-8.") from error
    except RecursionError as error:
        raise Unreadable("The file is not a notebook that can be read: it is nested too deeply.") from error
    except ValueError as error:  # JSONDecodeError, and numbers of thousands of digits
        raise Unreadable("The file is not a notebook: it is not JSON, or only a part of it.") from error
    if not isinstance(book, dict):
        raise Unreadable("The file is not a notebook: it is other JSON.")
    return book


def _raw_cells(book: dict[str, Any]) -> list[Any]:
    """The cells; those of older formats lie in worksheets. What the file says about its format is not asked."""
    if isinstance(book.get("cells"), list):
        return list(book["cells"])
    if not isinstance(book.get("worksheets"), list):
        raise Unreadable("The file is not a notebook: it has no list of cells.")
    sheets = [_dict(sheet).get("cells") for sheet in book["worksheets"]]
    return [cell for sheet in sheets if isinstance(sheet, list) for cell in sheet]


def _version(book: dict[str, Any]) -> tuple[tuple[int, int], list[str]]:
    """The format that it claims, and a note where that is not ours."""
    major, minor = book.get("nbformat"), book.get("nbformat_minor", 0)
    if not isinstance(major, int) or not isinstance(minor, int):
        return (0, 0), ["The notebook did not say which format it is in; it was read as the present one."]
    if major < PRESENT[0] or (major, minor) < PRESENT:
        return (major, minor), ["The notebook came in an older format; it was brought to the present one."]
    if major > PRESENT[0]:
        return (major, minor), ["The notebook came in a format that is not known here; it was read as the present one."]
    return (major, minor), []


def _cell(raw: dict[str, Any]) -> Cell:
    metadata = _dict(raw.get("metadata"))
    marks = _dict(metadata.get("nbgrader"))
    kind = raw.get("cell_type")
    source = _text(raw.get("source", raw.get("input")))  # code was called input in v3
    level = raw.get("level")
    if kind == "heading" and level in (1, 2, 3, 4, 5, 6):
        source = f"{'#' * int(level)} {source}"
    # Colab keeps a cell's id in its metadata.
    ids = tuple(name for name in (raw.get("id"), metadata.get("id"), marks.get("grade_id")) if isinstance(name, str))
    kind = KINDS.get(kind, "raw") if isinstance(kind, str) else "raw"
    return Cell(kind, source, ids, marks.get("points"), _images(raw.get("attachments")))


def _text(value: Any) -> str:
    if isinstance(value, list):
        value = "".join(line for line in value if isinstance(line, str))
    if not isinstance(value, str):
        return ""
    # JSON can spell halves of characters, which no file and no message can hold
    return value.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode("utf-8")


def _images(value: Any) -> dict[str, dict[str, str]]:
    """The pictures pasted into a text. A written answer may be one."""
    images = {}
    for name, bundle in _dict(value).items():
        good = {mime: data for mime, data in _dict(bundle).items() if mime in IMAGES and _is_base64(data)}
        if good and _text(name) == name:
            images[name] = good
    return images


def _is_base64(data: Any) -> bool:
    try:
        return isinstance(data, str) and bool(base64.b64decode("".join(data.split()), validate=True))
    except (binascii.Error, ValueError):
        return False


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
