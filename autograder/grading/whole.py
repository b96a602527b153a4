"""Files that are whole: a full disk, a kill or an error in the middle leaves what was there before, and nothing else."""

from __future__ import annotations

import contextlib
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


def try_to_write(folder: Path) -> None:
    """Makes the folder and a file in it, which goes again.

    Raises:
        OSError: that cannot be done.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(bytes(4096))
