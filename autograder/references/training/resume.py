"""`resume`: other ways that are right, and what is promised."""

import torch

from autograder.references import alternative, promised
from autograder.references.training import _resume_mistakes  # noqa: F401  (they register themselves)
from autograder.references.training._resume import load, resume, take_up


@alternative(resume)
def in_order(path, parts):
    return take_up(load(path), parts) if path.is_file() else 0


@alternative(resume)
def checks_first(path, parts):
    if not path.exists():
        return 0
    found = torch.load(path, map_location="cpu")
    if missing := set(parts) - set(found["parts"]):
        raise KeyError(", ".join(sorted(missing)))
    for name, part in parts.items():
        part.load_state_dict(found["parts"][name])
    torch.default_generator.set_state(found["random"])
    return int(found["step"])


promised(
    resume,
    "Puts a run back to where `save_checkpoint` left it.",
    by=["three steps more"],
)


promised(
    resume,
    'path: a file that holds a dict: "parts" (name → state_dict), "step" and "random"; it need not exist.',
    by=["three steps more", "no file"],
)


promised(
    resume,
    "parts: name → what has a `load_state_dict()`.",
    by=["the docstring's example", "three steps more"],
)


promised(
    resume,
    "The file may hold more.",
    by=["a file with more parts"],
)


promised(
    resume,
    "They keep their identity and their mode.",
    by=["the weights themselves"],
)


promised(
    resume,
    "How many steps are done. 0 where there is no file; then nothing is changed.",
    by=["three steps more", "a file from before the first step", "no file"],
)


promised(
    resume,
    "The random state is put back last, since a part may draw numbers while it loads.",
    by=["a part that draws while it loads"],
)


promised(
    resume,
    "KeyError: the file does not have one of the parts.",
    by=["a part that the file does not have"],
)


promised(
    resume,
    "RuntimeError: the model in the file has other layers.",
    by=["a model of other layers"],
)


promised(
    resume,
    "`pickle.UnpicklingError`: the file holds more than tensors and plain values.",
    by=["a file with code in it"],
)


promised(
    resume,
    "No code in it is run.",
    by=["a file with code in it"],
)
