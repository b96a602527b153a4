"""Filesystems for tests that only some processes see: small ones, and places that cannot be written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from patience import PATIENCE
from toy import toy_folder


class Mounts:
    """A mount namespace, alive as long as a sleeping process in it."""

    def __init__(self) -> None:
        self.keeper = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c", "echo made; exec sleep 1000"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.keeper.stdout
        assert self.keeper.stderr
        if self.keeper.stdout.readline() != "made\n":
            pytest.skip(f"no mounts of one's own here: {self.keeper.stderr.read().strip() or 'unshare failed'}")

    def seen(self, place: Path) -> Path:
        """The place as the processes in the namespace see it."""
        return Path(f"/proc/{self.keeper.pid}/root{place}")

    def command(self, *words: str) -> list[str]:
        """The words of a command that runs in the namespace."""
        return ["nsenter", f"--target={self.keeper.pid}", "--mount", *words]

    def mount(self, *words: str) -> None:
        """`mount …` in the namespace."""
        done = subprocess.run(self.command("mount", *words), capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"mount is refused here: {done.stderr.strip()}")

    def small(self, place: Path, kilobytes: int) -> Path:
        """A filesystem of this size at `place`; the way to it from outside."""
        place.mkdir(exist_ok=True)
        self.mount("-t", "tmpfs", "-o", f"size={kilobytes}k,mode=1777", "none", str(place))
        return self.seen(place)

    def read_only(self, place: Path) -> None:
        """From now on what is at `place` cannot be written, not even by root."""
        self.mount("--bind", str(place), str(place))
        self.mount("-o", "remount,bind,ro", str(place))

    def run(self, course: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """`python -m …` in the namespace."""
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        environment = {**os.environ, "PATH": path, "PYTHONPATH": str(toy_folder()), **more}
        command = self.command("sh", "-c", 'cd "$0" && exec "$@"', str(course), sys.executable, "-m", *words)
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)

    def end(self) -> None:
        self.keeper.kill()
        self.keeper.communicate()


@contextmanager
def mounts() -> Iterator[Mounts]:
    """Mounts of one's own; the test is skipped where that is not allowed."""
    if os.getuid() != 0 or not all(map(shutil.which, ("unshare", "nsenter", "mount"))):
        pytest.skip("mounts need root and util-linux")
    made = Mounts()
    try:
        yield made
    finally:
        made.end()


def fill(folder: Path, room: int) -> Path:
    """Fills a filesystem but for about `room` bytes; the file to be removed for making room."""
    file = folder / "filler"
    free = os.statvfs(folder)
    file.write_bytes(b"x" * max(0, free.f_bavail * free.f_frsize - room))
    return file
