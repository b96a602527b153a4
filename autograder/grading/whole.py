"""Files that are whole: a full disk, a kill or an error in the middle leaves what was there before."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from pathlib import Path


def write_whole(file: Path, text: str) -> None:
    """Writes a file beside its place and moves it there. Makes its folder.

    Raises:
        OSError: it cannot be written; nothing has changed.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.part")
    try:
        part.write_bytes(text.encode("utf-8"))
        os.replace(part, file)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


def advice(error: OSError) -> str:
    """What to do about a file that cannot be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "Make room, then give the same command again: what was graded stands."
    return "Check who may write there."


def try_to_write(folder: Path) -> None:
    """Makes the folder and a file in it, which goes again.

    Raises:
        OSError: that cannot be done.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(bytes(4096))
