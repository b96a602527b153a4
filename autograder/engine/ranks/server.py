"""The process that forks ranks. It imports torch once, so that a rank starts in milliseconds.

`helper.py` starts it and tells it over a socket, one JSON object a line, what to do: `{"run": folder, "ranks": 2}` and
`{"stop": folder, "ask": false}`. It answers `{"ready": true}`, `{"run": folder, "rank": 0, "status": 0}` for each rank
that has ended, and `{"stopped": folder}` when none is left. When the process that started it is gone, it kills its
ranks, clears up and ends.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import shutil
import signal
import socket
import time
from pathlib import Path
from typing import Any

from autograder.engine.ranks.life import be_rank

LOOK = 0.5  # seconds between two looks whether the parent lives
TO_ANSWER = 0.15  # seconds for writing down where a rank is


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
            be_rank(Path(self.folder), rank, ranks, parent, self.link)
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
