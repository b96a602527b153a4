"""The process that forks ranks, and what a rank does. It imports torch once, so that a rank starts in milliseconds.

`ranks.py` starts it and tells it over a socket, one JSON object a line, what to do: `{"run": folder, "ranks": 2}` and
`{"stop": folder, "ask": false}`. It answers `{"ready": true}`, `{"run": folder, "rank": 0, "status": 0}` for each rank
that has ended, and `{"stopped": folder}` when none is left. Everything larger lies in the run's folder:

| file | what |
|---|---|
| `job` | search path, working folder, seeds, and the pickled call |
| `store` | where the ranks find each other |
| `output-0` | what rank 0 printed |
| `value-0` | what it returned |
| `raised-0` | or what it raised, as JSON |
| `stack-0` | or where it was when it was asked, because time was up |

When the process that started it is gone, it kills its ranks, clears up and ends.
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import gc
import json
import os
import pickle
import random
import resource
import select
import shutil
import signal
import socket
import sys
import time
import traceback
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn

import cloudpickle
import numpy as np
import torch
import torch.distributed as dist

from autograder.engine.values import raised

RETURNED, RAISED = 0, 1
PR_SET_PDEATHSIG = 1
LOOK = 0.5  # seconds between two looks whether the parent lives
TO_ANSWER = 0.15  # seconds for writing down where a rank is
MOST_WRITTEN = 2**30  # bytes of one file of a rank: printing without end must not fill a disk


def main(descriptor: int, parent: int) -> None:
    """Serves the process `parent` at the other end of a socket."""
    import torch._dynamo  # optimizers and DDP import it at their first use, which takes seconds

    torch.set_num_threads(1)
    gc.collect()
    gc.freeze()  # a collection in a rank would copy every page that it marks
    serve(socket.socket(fileno=descriptor), parent)
    os._exit(0)  # nothing to clear up, and nobody should wait for it


def serve(link: socket.socket, parent: int) -> None:
    """Forks and ends ranks until the process `parent` hangs up or is gone."""
    server = _Server(link)
    server.tell({"ready": True})
    try:
        server.loop(parent)
    finally:
        server.kill()
        if server.folder:
            shutil.rmtree(server.folder, ignore_errors=True)


class _Server:
    """The ranks of one run at a time."""

    def __init__(self, link: socket.socket) -> None:
        self.link = link
        self.rest = b""
        self.folder = ""
        self.ranks: dict[int, int] = {}  # process → rank
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # meant for the notebook, which then asks to stop
        self.woken, wakes = os.pipe()
        for end in (self.woken, wakes):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(wakes)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def loop(self, parent: int) -> None:
        while os.getppid() == parent:
            readable, _, _ = select.select([self.link.fileno(), self.woken], [], [], LOOK)
            if self.woken in readable:
                os.read(self.woken, 4096)
                self.reap()
            if self.link.fileno() in readable:
                received = self.link.recv(65536)
                if not received:
                    return
                *lines, self.rest = (self.rest + received).split(b"\n")
                for line in lines:
                    self.obey(json.loads(line))

    def obey(self, request: dict[str, Any]) -> None:
        if "stop" in request:
            self.stop(request["ask"])
            return
        self.folder = request["run"]
        for rank in range(request["ranks"]):
            self.fork(rank, request["ranks"])

    def fork(self, rank: int, ranks: int) -> None:
        parent = os.getpid()
        process = os.fork()
        if process == 0:
            _be_rank(Path(self.folder), rank, ranks, parent, self.link)
        with contextlib.suppress(OSError):
            os.setpgid(process, process)  # the rank does the same; whoever comes first
        self.ranks[process] = rank

    def reap(self) -> None:
        """Tells which ranks have ended, and ends what they have left behind."""
        while self.ranks:
            process, status = os.waitpid(-1, os.WNOHANG)
            if process == 0:
                return
            self.ended(process, status)

    def ended(self, process: int, status: int) -> None:
        with contextlib.suppress(OSError):
            os.killpg(process, signal.SIGKILL)
        rank = self.ranks.pop(process)
        self.tell({"run": self.folder, "rank": rank, "status": os.waitstatus_to_exitcode(status)})

    def stop(self, ask: bool) -> None:
        if ask:
            for process in self.ranks:
                os.kill(process, signal.SIGUSR1)
            time.sleep(TO_ANSWER)
        self.reap()
        self.kill()
        self.tell({"stopped": self.folder})
        self.folder = ""

    def kill(self) -> None:
        for process in self.ranks:
            os.kill(process, signal.SIGKILL)
        for process in list(self.ranks):
            _, status = os.waitpid(process, 0)
            self.ended(process, status)

    def tell(self, message: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):  # nobody listens any more: the loop will see it
            self.link.sendall(json.dumps(message).encode() + b"\n")


def _be_rank(folder: Path, rank: int, ranks: int, parent: int, link: socket.socket) -> NoReturn:
    """The whole life of a rank. It never returns into the server's code."""
    status = RAISED
    try:
        link.close()
        _settle(parent)
        _write_into(folder / f"output-{rank}")
        try:
            value = _call(folder, rank, ranks)
            _save(value, folder / f"value-{rank}")
            status = RETURNED
        except BaseException as error:
            report = {"at": time.monotonic(), "frames": _frames(error), **asdict(raised(error))}
            _put(json.dumps(report).encode(), folder / f"raised-{rank}")
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status)


def _settle(parent: int) -> None:
    """A group of its own, which ends with the server; signals as in any Python."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.setpgid(0, 0)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(RAISED)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    most = MOST_WRITTEN if hard == resource.RLIM_INFINITY else min(MOST_WRITTEN, hard)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))


def _write_into(file: Path) -> None:
    """What Python and C++ print goes into one file, in the order in which they do."""
    target = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(target, stream)
    os.close(target)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    for name, stream in (("stdout", 1), ("stderr", 2)):
        text = open(stream, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115
        setattr(sys, name, text)


def _call(folder: Path, rank: int, ranks: int) -> Any:
    job = pickle.loads((folder / "job").read_bytes())
    sys.path[:] = job["path"]
    os.chdir(job["cwd"])
    loopback = "lo0" if sys.platform == "darwin" else "lo"
    names = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": ranks, "LOCAL_WORLD_SIZE": ranks}
    os.environ.update({name: str(value) for name, value in names.items()}, GLOO_SOCKET_IFNAME=loopback)
    with open(folder / f"stack-{rank}", "w") as stack:
        faulthandler.register(signal.SIGUSR1, stack, all_threads=False)
        torch.set_num_threads(1)
        _seed(job["seeds"][rank])
        _meet(folder / "store", rank, ranks, job["seconds"])
        function, arguments = torch.load(folder / "call", weights_only=False)
        return function(*arguments)


def _seed(seed: int) -> None:
    torch.manual_seed(seed)
    random.seed(seed)
    np.random.seed(seed % 2**32)


def _meet(store: Path, rank: int, ranks: int, seconds: float) -> None:
    """The default process group: gloo; for tensors on CUDA also NCCL, where each rank has a device of its own."""
    options: dict[str, Any] = {"backend": "gloo"}
    if dist.is_nccl_available() and torch.cuda.device_count() >= ranks:
        torch.cuda.set_device(rank)
        options = {"backend": "cpu:gloo,cuda:nccl", "device_id": torch.device("cuda", rank)}
    shared = dist.FileStore(str(store), ranks)
    dist.init_process_group(
        store=shared, rank=rank, world_size=ranks, timeout=timedelta(seconds=seconds + 60), **options
    )
    # A rank with nothing to say to the others would be gone before the last of them has connected to it.
    if shared.add("met", 1) == ranks:
        shared.set("all met", "")
    shared.wait(["all met"])


def _frames(error: BaseException) -> list[tuple[str, int, str]]:
    """File, line and function of each frame; the notebook knows the lines themselves."""
    return [
        (frame.f_code.co_filename, line, getattr(frame.f_code, "co_qualname", frame.f_code.co_name))
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]


def _save(value: Any, file: Path) -> None:
    part = file.with_suffix(".part")
    torch.save(value, part, pickle_module=cloudpickle)
    part.replace(file)


def _put(content: bytes, file: Path) -> None:
    part = file.with_suffix(".part")
    part.write_bytes(content)
    part.replace(file)
