"""One GPU for each worker, so that one submission at a time runs on it."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping
from urllib.parse import urlsplit

import torch
from distributed import Client

VISIBLE = "CUDA_VISIBLE_DEVICES"


class NoGpu(RuntimeError):
    """A worker has no GPU of its own; the message says what to do."""


def gpus_here() -> list[str]:
    """The GPUs that this process may use, by CUDA's names for them; CUDA itself is not started."""
    if VISIBLE in os.environ:
        return [name for name in os.environ[VISIBLE].split(",") if name]
    return [str(number) for number in range(torch.cuda.device_count())]


def share_gpus(client: Client) -> None:
    """Gives every worker a GPU that no other worker on its machine has. None may have used CUDA yet.

    Raises:
        NoGpu: there are fewer GPUs than workers on a machine.
    """
    for worker, gpu in assign(client.run(gpus_here)).items():
        client.run(os.environ.update, {VISIBLE: gpu}, workers=[worker])


def assign(visible: Mapping[str, list[str]]) -> dict[str, str]:
    """Which GPU each worker gets.

    Args:
        visible: the GPUs that each worker sees, by the worker's address, as tcp://host:port.

    Raises:
        NoGpu: there are fewer GPUs than workers on a machine.
    """
    given: dict[str, str] = {}
    taken: dict[str | None, set[str]] = defaultdict(set)
    for worker, names in visible.items():
        host = urlsplit(worker).hostname
        free = [name for name in names if name not in taken[host]]
        if not free:
            raise NoGpu(
                f"The worker {worker} has no GPU of its own: it sees {len(names)}, {len(taken[host])} are given away. "
                "Start as many workers on a machine as it has GPUs, or grade with --device cpu."
            )
        given[worker] = free[0]
        taken[host].add(free[0])
    return given
