"""The life of a rank: a fork of the server that meets the others, calls the function, and leaves what came of it.

What it reads and leaves lies in the run's folder:

| file | what |
|---|---|
| `call` | the pickled function and its arguments |
| `job` | search path, working folder, seeds, seconds |
| `store` | where the ranks find each other |
| `output-0` | what rank 0 printed |
| `value-0` | what it returned |
| `raised-0` | or what it raised, as JSON |
| `stack-0` | or where it was when it was asked, because time was up |
"""

from __future__ import annotations

import ctypes
import faulthandler
import json
import os
import pickle
import random
import resource
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
MOST_WRITTEN = 2**30  # bytes of one file of a rank: printing without end must not fill a disk


def be_rank(folder: Path, rank: int, ranks: int, parent: int, link: socket.socket) -> NoReturn:
    """The whole life of a rank. It never returns into the server's code.

    Args:
        parent: the server's process.
        link: the server's end of its socket, which is none of a rank's business.
    """
    status = RAISED
    try:
        link.close()
        _settle(parent)
        _write_into(folder / f"output-{rank}")
        status = _live(folder, rank, ranks)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status)


def _live(folder: Path, rank: int, ranks: int) -> int:
    """Leaves what the call returned or raised, and says which."""
    try:
        value = _call(folder, rank, ranks)
        _save(value, folder / f"value-{rank}")
        return RETURNED
    except BaseException as error:
        report = {"at": time.monotonic(), "frames": _frames(error), **asdict(raised(error))}
        _put(json.dumps(report).encode(), folder / f"raised-{rank}")
        return RAISED


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
    os.environ.update(_environment(rank, ranks))
    with open(folder / f"stack-{rank}", "w") as stack:
        faulthandler.register(signal.SIGUSR1, stack, all_threads=False)
        torch.set_num_threads(1)
        _seed(job["seeds"][rank])
        _meet(folder / "store", rank, ranks, job["seconds"])
        function, arguments = torch.load(folder / "call", weights_only=False)
        return function(*arguments)


def _environment(rank: int, ranks: int) -> dict[str, str]:
    """What torchrun would say too."""
    loopback = "lo0" if sys.platform == "darwin" else "lo"
    numbers = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": ranks, "LOCAL_WORLD_SIZE": ranks}
    return {name: str(number) for name, number in numbers.items()} | {"GLOO_SOCKET_IFNAME": loopback}


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
