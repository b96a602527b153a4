"""What the warm parent does once, so that no submission has to: imports, and whatever is made at its first use."""

from __future__ import annotations

import gc
import importlib
import pkgutil
import sys
from typing import Any

LESSONS_IMPORT = (
    "torch", "torch.testing", "numpy", "matplotlib.pyplot", "ipywidgets", "einops", "safetensors.torch",
    "transformers", "autograder.student.check", "autograder.engine.ranks.server",
    "torch._dynamo",  # at the first use of an optimizer it would take seconds
)  # fmt: skip
KERNEL_IMPORTS = (
    "ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.debugger", "autograder.engine.remote",
    "IPython.core.completerlib", "IPython.core.oinspect", "IPython.extensions.storemagic", "tornado.platform.asyncio",
)  # fmt: skip


def preload() -> None:
    """Everything that can be had before the fork without starting a thread."""
    for name in (*LESSONS_IMPORT, *KERNEL_IMPORTS):
        importlib.import_module(name)
    _import_what_helpers_import()
    _use_torch()
    _rehearse()
    gc.collect()
    gc.freeze()  # a collection in a child would copy every page that it marks


def _import_what_helpers_import() -> None:
    """The helpers themselves greet the kernel that they are imported in: each kernel imports them again."""
    import helpers

    for module in pkgutil.iter_modules(helpers.__path__):
        importlib.import_module(f"helpers.{module.name}")
    for name in [name for name in sys.modules if name.partition(".")[0] == "helpers"]:
        del sys.modules[name]


def _use_torch() -> None:
    import torch
    import torch.testing

    torch.set_num_threads(1)
    x = torch.ones(4, 4, requires_grad=True)
    torch.testing.assert_close((x @ x).softmax(-1).sum(), torch.tensor(4.0))
    (x @ x).sum().backward()
    with torch.device("meta"):  # its kernels are written in Python, and imported at the first use
        torch.eye(3)[torch.zeros(2, dtype=torch.int64)]


def _rehearse() -> None:
    """Runs every experiment on an answer that is none."""
    from autograder.engine import wire
    from autograder.engine.catalogue import own_catalogue
    from autograder.engine.draw import Draw
    from autograder.engine.observe import observe
    from autograder.engine.ranks.run import without_ranks

    with without_ranks():
        for exercise in map(own_catalogue().find, own_catalogue().names()):
            wire.dumps(observe(exercise, _nothing, Draw(0, exercise.name, "cpu")).as_data())


def _nothing(*arguments: Any, **options: Any) -> None:
    """What a blank returns."""
