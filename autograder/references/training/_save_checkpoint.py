"""`save_checkpoint`: what is right, and what answers are made of."""

import io
import os

import torch


def save_checkpoint(path, parts, step):
    """All of it is made in memory before the file is touched."""
    states = {name: part.state_dict() for name, part in parts.items()}
    memory = io.BytesIO()
    torch.save({"parts": states, "step": step, "random": torch.get_rng_state()}, memory)
    new = path.with_name(path.name + ".new")
    new.write_bytes(memory.getvalue())
    new.replace(path)


def contents(parts, step):
    states = {name: part.state_dict() for name, part in parts.items()}
    return {"parts": states, "step": step, "random": torch.get_rng_state()}


STUMP = (
    "When a save fails, a stump stands where the old checkpoint stood: the file of that name is opened before anything "
    "is known to fit into it. Write beside it, then `os.replace`."
)


def write(found, path):
    beside = path.parent / f"{path.name}.tmp"
    torch.save(found, beside)
    os.replace(beside, path)
