"""What the sandbox promises: each promise is code that tries to break it."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from autograder.grading.doctor.system_calls import number_of
from autograder.grading.public import ROOT

HOLDS = "holds"


@dataclass(frozen=True)
class Promise:
    """Something that student code must not manage.

    Attributes:
        name: the promise.
        attempt: code that prints `holds` where it is kept.
        loopback: whether it is tried where ranks may meet.
        calls: system calls that it makes by number; it finds them in `NUMBER`.
    """

    name: str
    attempt: str
    loopback: bool = False
    calls: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """What runs in the sandbox.

        Raises:
            UnknownSystemCall: this processor has no such call that we know of.
        """
        numbers = {name: number_of(name) for name in self.calls}
        return f"NUMBER = {numbers}\n" + textwrap.dedent(self.attempt).replace("ROOT", repr(str(ROOT)))


PROMISES = (
    Promise("no way to the network", """
        import socket
        try:
            socket.create_connection(("192.0.2.1", 80), timeout=3)
        except OSError:
            print("holds")
    """),
    Promise("no way to the network where ranks may meet", """
        import socket
        ways = [(2, 1, ("192.0.2.1", 80)), (2, 2, ("192.0.2.1", 53)), (10, 1, ("2001:db8::1", 80))]
        out = [name for _, name in socket.if_nameindex() if name != "lo"]
        for family, kind, address in ways:
            try:
                with socket.socket(family, kind) as link:
                    link.settimeout(3)
                    link.connect(address)
                    out.append(address)
            except OSError:
                pass
        for family, kind, protocol in ((16, 3, 4), (16, 3, 9), (16, 3, 15), (17, 3, 0), (38, 5, 0), (40, 1, 0)):
            try:
                socket.socket(family, kind, protocol).close()  # netlink's others, packets, ciphers, the host of a guest
                out.append((family, protocol))
            except OSError:
                pass
        print("holds" if not out else out)
    """, loopback=True),
    Promise("no sight of the course's references and solutions", """
        import glob, importlib.util, os, sys
        found = [importlib.util.find_spec("autograder.references"), *glob.glob(ROOT + "/solutions")]
        found += [name for folder in sys.path for name in glob.glob(folder + "/autograder/references/*")]
        print("holds" if not any(found) else found)
    """),
    Promise("no sight of the grader's home, gradebook and other submissions", """
        import os, sys
        ours = {sys.prefix, sys.base_prefix, "/usr", "/proc", "/sys"}  # as installed: no class, and long to walk
        seen = []
        for folder, names, files in os.walk("/"):
            names[:] = [name for name in names if os.path.join(folder, name) not in ours]
            seen += [folder] if "gradebook.db" in files else []
        secret = [name for name in ("/etc/shadow", "/etc/passwd", "/var") if os.path.exists(name)]
        print("holds" if not seen + secret else seen + secret)
    """),
    Promise("no sight of the grader's environment", """
        import glob
        texts = []
        for name in glob.glob("/proc/[0-9]*/environ"):
            try:
                texts.append(open(name).read())
            except OSError:
                pass
        print("holds" if not any("GRADER_SECRET" in text for text in texts) else "seen")
    """),
    Promise("no other process in sight, and none to signal", """
        import ctypes, os
        libc = ctypes.CDLL(None)
        others = []
        for pid in range(3, 5000):
            own_thread = libc.syscall(NUMBER["tgkill"], os.getpid(), pid, 0) == 0
            try:
                os.kill(pid, 0)
                others += [] if own_thread else [pid]
            except ProcessLookupError:
                pass
            except PermissionError:
                others.append(pid)
        print("holds" if not others else others[:5])
    """, calls=("tgkill",)),
    Promise("the system and the course are read-only", """
        import autograder, os, pathlib, sys
        written = []
        for folder in ("/", "/usr", "/tmp", "/dev", os.path.dirname(autograder.__file__), sys.prefix, "/etc"):
            try:
                pathlib.Path(folder, "intruder").touch()
                written.append(folder)
            except OSError:
                pass
        print("holds" if not written else written)
    """),
    Promise("no capability, and no way to one", """
        import ctypes, os
        libc = ctypes.CDLL(None, use_errno=True)
        results = [libc.setuid(0), libc.unshare(0x10000000), libc.mount(b"none", b"/", b"tmpfs", 0, None)]
        print("holds" if 0 not in results and os.getuid() != 0 else results)
    """),
    Promise("no tracing, no kernel keyrings, no io_uring, no bpf", """
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        calls = [("keyctl", 0, 0), ("io_uring_setup", 1, 0), ("bpf", 0, 0, 0)]
        results = [libc.ptrace(0, 0, 0, 0), *(libc.syscall(NUMBER[name], *words) for name, *words in calls)]
        print("holds" if all(result == -1 for result in results) else results)
    """, calls=("keyctl", "io_uring_setup", "bpf")),
    Promise("memory ends", """
        try:
            block = bytearray(4 * 2**30)
            print("4 GiB")
        except MemoryError:
            print("holds")
    """),
    Promise("the disk ends", """
        import os
        written = 0
        try:
            for number in range(40):
                with open(os.path.expanduser(f"~/{number}"), "wb") as file:
                    written += file.write(b"x" * 2**20)
        except OSError:
            pass
        print("holds" if written < 32 * 2**20 else written)
    """),
    Promise("one file ends", """
        import os, signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        try:
            with open(os.path.expanduser("~/big"), "wb") as file:
                file.truncate(12 * 2**20)
            print("12 MiB")
        except OSError:
            print("holds")
    """),
    Promise("processes and threads end", """
        import threading, time
        started = 0
        try:
            for _ in range(500):
                threading.Thread(target=time.sleep, args=(2,), daemon=True).start()
                started += 1
        except RuntimeError:
            pass
        print("holds" if started < 200 else started)
    """),
    Promise("open files end", """
        files = []
        try:
            for _ in range(1000):
                files.append(open("/dev/null"))
        except OSError:
            pass
        opened = len(files)
        del files  # printing needs one or two itself
        print("holds" if opened < 200 else opened)
    """),
    Promise("nothing but sockets beside the kernel's own", """
        import os
        from ipykernel.connect import get_connection_file
        folder, written = os.path.dirname(get_connection_file()), []
        for make in (lambda name: open(name, "w"), os.mkdir, os.mkfifo, lambda name: os.symlink("/", name)):
            try:
                make(folder + "/intruder")
                written.append("intruder")
            except OSError:
                pass
        print("holds" if not written else "a file: this Linux has no Landlock")
    """),
    Promise("nothing to find in /dev/shm, and no room in it", """
        import os
        left = [name for name in os.listdir("/dev/shm")]
        room = os.statvfs("/dev/shm")
        print("holds" if not left and room.f_blocks * room.f_frsize <= 64 * 2**20 else left)
    """),
    Promise("an endless cell ends", "while True: pass"),
    Promise("printing ends", "print('x' * 1_000_000)"),
)  # fmt: skip


MEETING = Promise("ranks meet", """
    import torch, torch.distributed as dist
    from autograder.engine.ranks import run_on_ranks

    def meet():
        met = torch.ones(())
        dist.all_reduce(met)
        return met.item()

    print("holds" if [rank.value for rank in run_on_ranks(meet)] == [2, 2] else "in vain")
""", loopback=True)  # fmt: skip
