"""The texts of the skeletons. `…` stands where an author writes; `$name` is filled in.

They build as they are, and the audit then says what is missing.
"""

from string import Template

LESSON = Template("""\
# %% [markdown]
# # $title
#
# **…one question that one cares about?**
#
# … what cannot be done yet, or what goes wrong, in two or three sentences. The picture below shows it.

# %%
import torch

from autograder import check
from helpers import $topic as pictures

# %%
pictures.opening(torch.linspace(0, 1, 50))

# %% [markdown]
# *The picture: … its axes, and what one sees, with the numbers that stand there.*
#
# At the end you will be able to
#
# - …;
# - ….
#
# About 20 minutes for the core, 25 with the extras. You need ….

# %% [markdown]
# ## 1 · … · core
#
# … need, then the smallest worked example, then the exercise.
#
# **Predict first.** …?

# %%
torch.ones(2) + 1

# %% [markdown]
# <details><summary>The answer</summary>
#
# …
#
# </details>

# %% [markdown]
# ## What you have built
#
# | yours | in PyTorch |
# |---|---|
# | `…` | `torch.…` |
#
# **Read the real source.** `torch/….py`: ….
#
# **Three questions to take home.**
#
# 1. …?
# 2. …?
# 3. …?
""")

HELPER = Template('''\
"""Figures of `$lesson`."""

from __future__ import annotations

from matplotlib.figure import Figure
from torch import Tensor

from helpers.plots import lines


def opening(x: Tensor) -> Figure:
    """The first picture: … what it shows."""
    return lines({"…": (x.tolist(), x.square().tolist())}, xlabel="…", ylabel="…")
''')

EXPERIMENTS = Template('"""What the exercises of `$lesson` must show."""\n')
REFERENCES = Template('"""What is right in `$lesson`, and what goes wrong."""\n')
ROW = Template("| `$lesson` | … |")

CELLS = Template('''\
# %% [markdown]
# ### Exercise: `$exercise` ●○○ · 5 minutes$mark
#
# … what to write, and what it is good for.
#
# <details><summary>Hint 1: a nudge</summary>
#
# …
#
# </details>
# <details><summary>Hint 2: you get <code>…</code>?</summary>
#
# …
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# …
#
# </details>


# %% exercise="$exercise"
def $exercise(x: torch.Tensor) -> torch.Tensor:
    """… in one line.

    Args:
        x: shape (…), dtype ….

    Returns:
        Shape (…), dtype and device of `x`.

    >>> $exercise(torch.tensor([1.0]))
    tensor([1.])
    """
    # BEGIN SOLUTION
    return x.clone()
    # END SOLUTION


# %% check="$exercise"
check($exercise)
''')

EXPERIMENT = Template('''\
"""What `$exercise` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import with_arguments


@exercise(points=1)
def $exercise(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """… in one line."""
    yield "a vector", lambda: candidate(draw.normal(5))
    yield "the input is left alone", lambda: with_arguments(candidate, draw.normal(4))
''')

REFERENCE = Template('''\
"""`$exercise`: what is right, and what goes wrong."""

import torch


def $exercise(x):
    return torch.clone(x)  # … an oracle that is not the lesson's answer


# Import `alternative` and `mistake` from `autograder.references`, and fill in what people really write. The sentence
# names the misunderstanding, not the symptom.
#
# @mistake($exercise, "…")
# def …(x): ...
#
# @mistake($exercise, "…")
# def …(x): ...
#
# @mistake($exercise, "…")
# def …(x): ...
#
# @mistake($exercise, "…")
# def …(x): ...
#
# @alternative($exercise)
# def …(x): ...
#
# @alternative($exercise)
# def …(x): ...
''')
