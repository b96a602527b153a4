"""The warm parent: imports once what every submission needs, never runs student code, and forks a kernel for each.

It runs inside bubblewrap, so its forks see no more than it does. Each fork enters namespaces of its own: its
processes cannot see, signal or wait for those of another submission, its memory filesystems are fresh, its part of
the slot's folder is the only one there.

Protocol, over a socket in the slot's folder: one connection a submission. The grader sends one line of JSON,
`{"folder": …, "connection_file": …, "environment": {…}, "limits": {…}}`; the answer is one line when the kernel is
in a place of its own, none where that is refused, and one line with the exit status when it has ended. Where the
grader hangs up, the kernel is killed. Instead of a request, `?` asks whether the parent is there, and an empty line
ends it.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import select
import signal
import socket
import struct
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NEW_NS, NEW_IPC, NEW_USER, NEW_PID, NEW_NET = 0x00020000, 0x08000000, 0x10000000, 0x20000000, 0x40000000
MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 0x2, 0x4, 0x1000, 0x4000, 0x40000
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
SECCOMP_MODE_FILTER = 2
SIOCSIFFLAGS, IFF_UP = 0x8914, 0x1
STOP, ASK, HERE, FORKED = "\n", "?\n", b"here\n", b"forked\n"
libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Place:
    """Where kernels run: the slot's folder, their home, and the BPF programs of the system calls they may make.

    Attributes:
        rules: the usual program.
        loopback: the one for submissions that may use a network of their own.
    """

    slot: Path
    home: str
    rules: bytes
    loopback: bytes


def main(address: str, rules: str, loopback: str, home: str) -> None:
    """Serves one submission at a time until the grader goes away."""
    from autograder.grading.inside.preload import preload

    preload()
    place = Place(Path(address).parent, home, Path(rules).read_bytes(), Path(loopback).read_bytes())
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)  # a child must not attach to its parent or read its memory
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(address)
        server.listen(1)
        print("ready", flush=True)
        while True:
            connection, _ = server.accept()
            with connection:
                line = connection.makefile().readline()
                if line == STOP:
                    return
                if line == ASK:
                    _tell(connection, HERE)
                else:
                    serve(json.loads(line), connection, server, place)


def serve(request: dict[str, Any], connection: socket.socket, server: socket.socket, place: Place) -> None:
    """Forks one kernel and stays with it until it ends or the grader hangs up."""
    ready, tell = os.pipe()
    watcher = os.fork()
    if watcher == 0:
        server.close()
        os.close(ready)
        _child(lambda: enter(request, place, tell))
    os.close(tell)
    is_kernel = os.read(ready, 1)  # nothing where its namespaces were refused
    os.close(ready)
    if not is_kernel:
        os.waitpid(watcher, 0)
        return
    _tell(connection, FORKED)
    ended = os.pidfd_open(watcher)
    readable, _, _ = select.select([ended, connection.fileno()], [], [])
    if ended not in readable:
        os.kill(watcher, signal.SIGKILL)
    _, status = os.waitpid(watcher, 0)
    os.close(ended)
    _tell(connection, f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _tell(connection: socket.socket, line: bytes) -> None:
    with contextlib.suppress(OSError):  # the grader may have hung up: then it wants no answer
        connection.sendall(line)


def enter(request: dict[str, Any], place: Place, tell: int) -> None:
    """In the first fork: namespaces; then the second fork, which is process 1 of its own world, becomes the kernel."""
    uid, gid = os.getuid(), os.getgid()
    libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)  # else the kernel refuses to let us write our own maps
    _must(libc.unshare(NEW_USER | NEW_NS | NEW_PID | NEW_IPC | NEW_NET), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    if request["limits"]["loopback"]:
        _raise_loopback()
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    kernel = os.fork()
    if kernel == 0:
        _child(lambda: become_kernel(request, place, tell))
    os.close(tell)
    _, status = os.waitpid(kernel, 0)
    code = os.waitstatus_to_exitcode(status)
    os._exit(code if code >= 0 else 128 - code)


def become_kernel(request: dict[str, Any], place: Place, tell: int) -> None:
    """In the second fork: fresh filesystems, limits, filter, and the kernel's main loop.

    Args:
        tell: a pipe to the parent; a byte in it says that the kernel is in a place of its own.
    """
    from autograder.grading.inside.folders import write_only_in
    from autograder.grading.inside.limits import Limits

    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    os.setsid()  # a process group reaches out of its namespace: kill(0, 9) would end the parent
    limits = Limits(**request["limits"])
    _fresh_mounts(Path(request["folder"]), place, limits.disk_mb)
    os.closerange(3, tell)
    os.closerange(tell + 1, 512)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(place.home)
    limits.apply()
    _drop_capabilities()
    _filter_system_calls(place.loopback if limits.loopback else place.rules)
    write_only_in(place.home)
    _to_nowhere()
    os.write(tell, b".")
    os.close(tell)
    if limits.loopback:
        _prepare_ranks()
    _run_kernel(request["connection_file"])


def _raise_loopback() -> None:
    """Switches on `lo`, the one interface of a new network namespace: struct ifreq of linux/if.h."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", IFF_UP))


def _prepare_ranks() -> None:
    """The process that will fork ranks, while this one has no thread yet: torch need not be imported once more."""
    from autograder.engine.ranks.helper import fork_helper

    fork_helper()


def _to_nowhere() -> None:
    """The parent's streams are files that all its forks would share."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    os.close(nowhere)


def _run_kernel(connection_file: str) -> None:
    from ipykernel.kernelapp import IPKernelApp

    from autograder.grading.inside.launch import NO_HISTORY

    application = IPKernelApp.instance()
    application.initialize(["-f", connection_file, NO_HISTORY])
    application.start()


def _fresh_mounts(folder: Path, place: Place, disk_mb: int) -> None:
    """Hides the slot but for this submission's own folder, and the parent's processes; new memory filesystems."""
    home = place.home
    _mount("none", "/", "", MS_REC | MS_PRIVATE)
    size = f"size={disk_mb}m,nr_inodes={1000 * disk_mb},mode=700"
    _mount("tmpfs", home, "tmpfs", MS_NOSUID | MS_NODEV, size)
    keep = Path(home, ".keep")
    keep.mkdir()
    _mount(str(folder), str(keep), "", MS_BIND)
    _mount("tmpfs", str(place.slot), "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,mode=755")
    folder.mkdir()
    _mount(str(keep), str(folder), "", MS_BIND)
    _mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, size)
    _must(libc.umount2(str(keep).encode(), 2), "umount")
    keep.rmdir()
    if libc.mount(b"proc", b"/proc", b"proc", MS_NOSUID | MS_NODEV, None):
        # Where /proc is partly covered, as in containers, a fresh one is refused: an empty one hides the parent too.
        _mount("tmpfs", "/proc", "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,mode=555")


def _drop_capabilities() -> None:
    """A new user namespace comes with every capability in it; the mounts are made, so none is needed any more."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this process
    nothing = (ctypes.c_uint32 * 6)()
    _must(libc.capset(header, nothing), "capset")


def _filter_system_calls(rules: bytes) -> None:
    """Loads the grader's BPF program: struct sock_fprog of linux/filter.h, eight bytes an instruction."""
    code = ctypes.create_string_buffer(rules, len(rules))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))

    filter_program = Program(len(rules) // 8, ctypes.addressof(code))
    _must(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    _must(libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(filter_program), 0, 0), "seccomp")


def _mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    arguments = (source.encode(), target.encode(), kind.encode() or None, flags, options.encode() or None)
    _must(libc.mount(*arguments), f"mount on {target}")


def _must(result: int, what: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def _child(work: Any) -> None:
    """Runs a fork's work and never returns into the parent's code."""
    status = 1
    try:
        work()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(status)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    main(*sys.argv[1:])
