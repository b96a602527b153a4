"""The command that builds the sandbox: bubblewrap (https://github.com/containers/bubblewrap).

As a plain user it works in a user namespace. As root it needs none: it builds the mounts, and `setpriv` then drops to
a uid that nothing else has, inside, where a Python under root's home can be seen though root's home cannot.
"""

from __future__ import annotations

import os
import site
import subprocess
import sys
import tempfile
from pathlib import Path

from autograder.grading.sandbox.programs import NoSandbox, bwrap, setpriv
from autograder.grading.sandbox.refusals import Machine, why_refused
from autograder.grading.scratch import slot_uid

HOME = "/home/student"  # the one place to write: a tmpfs
# What libraries are told in there. pyarrow's own pool would set a gigabyte aside as soon as transformers' Trainer finds
# `datasets` beside it, and that counts as the submission's memory.
LIBRARIES = {"HF_HUB_OFFLINE": "1", "ARROW_DEFAULT_MEMORY_POOL": "system", "MPLCONFIGDIR": HOME}
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
CONFIGURATION = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts", "/etc/localtime")


def sandbox_command(
    argv: list[str], visible: list[Path], writable: Path, disk_mb: int, seccomp: int | None = None, cuda: bool = False
) -> list[str]:
    """The command that runs `argv` in a sandbox.

    Args:
        visible: what it may read beside the system and this Python: the public half.
        writable: the folder of the kernel's sockets, under the same path inside.
        disk_mb: size of its tmpfs.
        seccomp: a descriptor of the filter; the warm parent loads the filter later, after its own forks' mounts.
        cuda: show the NVIDIA devices.

    Raises:
        NoSandbox: a program is missing.
    """
    words = [bwrap(), *_namespaces(), "--die-with-parent", "--new-session", *_system()]
    for path in [*python_folders(), *visible]:
        words += [*_parents(path), "--ro-bind", str(path), str(path)]
    words += _without_answers()
    words += [*_parents(writable), "--bind", str(writable), str(writable), *_own_places(disk_mb)]
    if cuda:
        words += [word for device in Path("/dev").glob("nvidia*") for word in ("--dev-bind", str(device), str(device))]
    words += ["--remount-ro", "/dev", "--remount-ro", "/"]
    if seccomp is not None:
        words += ["--seccomp", str(seccomp)]
    return [*words, "--chdir", HOME, *_drop_rights(), *argv]


def prove() -> None:
    """Makes a sandbox and runs this Python in it.

    Raises:
        NoSandbox: it cannot be made; the message says why and what to do.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = sandbox_command([sys.executable, "-c", "pass"], [], Path(folder), disk_mb=1)
        run = subprocess.run(command, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"}, check=False)
    if run.returncode:
        raise NoSandbox(why_refused(run.stderr, Machine.this()))


def _namespaces() -> list[str]:
    spaces = [
        "--unshare-pid",
        "--unshare-net",
        "--unshare-ipc",
        "--unshare-uts",
        "--unshare-cgroup-try",
        "--cap-drop",
        "ALL",
    ]
    if os.getuid() == 0:
        return [*spaces, "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP"]
    return [*spaces, "--unshare-user"]


def _system() -> list[str]:
    words = ["--proc", "/proc", "--dev", "/dev"]
    for name in SYSTEM:
        path = Path(name)
        if path.is_symlink():
            words += ["--symlink", os.readlink(path), name]
        elif path.is_dir():
            words += ["--ro-bind", name, name]
    for name in CONFIGURATION:
        words += ["--ro-bind-try", name, name]
    return words


def _own_places(disk_mb: int) -> list[str]:
    """A home, and shared memory for torch's workers: two tmpfs of limited size, open to the slot's uid."""
    words = []
    for place in (HOME, "/dev/shm"):
        words += [*_parents(Path(place)), "--perms", "1777", "--size", str(disk_mb * 2**20), "--tmpfs", place]
    return words


def python_folders() -> list[Path]:
    """Where this Python and its packages lie, without what /usr holds anyway."""
    folders = {Path(sys.prefix), Path(sys.base_prefix), *map(Path, site.getsitepackages())}
    outside = sorted(folder.resolve() for folder in folders if not str(folder.resolve()).startswith("/usr"))
    return [
        folder for folder in outside if not any(folder != other and folder.is_relative_to(other) for other in outside)
    ]


def _without_answers() -> list[str]:
    """Covers the references of a copy of the course that `pip install .` has put among this Python's packages."""
    places = [str(Path(folder, "autograder", "references")) for folder in site.getsitepackages()]
    return [word for place in filter(os.path.isdir, places) for word in ("--tmpfs", place, "--remount-ro", place)]


def _parents(path: Path) -> list[str]:
    """Folders above a mount: bubblewrap would make them for their owner alone."""
    words = []
    for parent in reversed(path.parents):
        if str(parent) not in ("/", "/usr", "/dev"):
            words += ["--perms", "0755", "--dir", str(parent)]
    return words


def _drop_rights() -> list[str]:
    if os.getuid() != 0:
        return []
    uid = str(slot_uid(os.getpid()))
    drop = ["--clear-groups", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"]
    program = os.path.realpath(setpriv())  # inside, a link to it may not be there
    return [program, f"--reuid={uid}", f"--regid={uid}", *drop]
