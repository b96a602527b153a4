"""`save_checkpoint`: other ways that are right, and what is promised."""

import os

import torch

from autograder.references import alternative, promised
from autograder.references.training import _save_checkpoint_mistakes  # noqa: F401  (they register themselves)
from autograder.references.training._save_checkpoint import contents, save_checkpoint, write


@alternative(save_checkpoint)
def beside_and_replaced(path, parts, step):
    write(contents(parts, step), path)


@alternative(save_checkpoint)
def with_a_suffix(path, parts, step):
    found = {"random": torch.random.get_rng_state(), "step": step, "parts": {}}
    for name in parts:
        found["parts"][name] = parts[name].state_dict()
    temporary = path.with_suffix(".partial")
    with open(temporary, "wb") as file:
        torch.save(found, file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


promised(
    save_checkpoint,
    "Writes down all that a run needs to go on.",
    by=["model, optimizer, schedule and order"],
)
promised(
    save_checkpoint,
    "path: where.",
    by=["a model"],
)
promised(
    save_checkpoint,
    "What stood there before stays whole until the new file is complete; then there is this one file alone.",
    by=["a part that cannot be written", "who holds the older one", "written over an older one"],
)
promised(
    save_checkpoint,
    "An error while saving is raised, and may leave an unfinished second file.",
    by=["a part that cannot be written", "a part that raises"],
)
promised(
    save_checkpoint,
    "parts: name → what has a `state_dict()`: the model, the optimizer, whatever else there is.",
    by=["parts with other names", "model, optimizer, schedule and order"],
)
promised(
    save_checkpoint,
    "step: how many steps are done.",
    by=["a model", "before the first step"],
)
promised(
    save_checkpoint,
    'The file holds a dict: "parts" (name → state_dict), "step", and "random" (`torch.get_rng_state()`).',
    by=["a model", "the random state in the middle of a run"],
)
promised(
    save_checkpoint,
    "`torch.load` reads it with `weights_only=True`.",
    by=["a model"],
)
promised(
    save_checkpoint,
    "The run itself does not notice.",
    by=["the run goes on"],
)
