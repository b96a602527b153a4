# %% [markdown]
# # Halves
#
# What is half a tensor?
#
# At the end you will be able to
# - halve and negate a tensor.
#
# About 20 minutes. You need [lesson 70](../70_doubles/70_doubles.ipynb).

# %%
import torch

from autograder import check

# %% [markdown]
# ## 1 · Half
#
# ### Exercise: `halve` ●○○ · 3 minutes


# %% exercise="halve"
def halve(x: torch.Tensor) -> torch.Tensor:
    """Half of `x`."""
    # BEGIN SOLUTION
    return x / 2
    # END SOLUTION


# %% check="halve"
check(halve)

# %% [markdown]
# ### Exercise: `negate` ●●○ · 4 minutes


# %% exercise="negate"
def negate(x: torch.Tensor) -> torch.Tensor:
    """The opposite of `x`."""
    # BEGIN SOLUTION
    return -x
    # END SOLUTION


# %% check="negate"
check(negate)

# %% [markdown]
# ### Written answer: why · 3 minutes

# %% [markdown] written="why_half" points=2
# Why half?
#
# # BEGIN SOLUTION
# Because two halves make a whole.
# # END SOLUTION

# %% [markdown]
# ## What you have built
#
# | yours | PyTorch's |
# |---|---|
# | `halve` | `torch.div` |
#
# **Read the real source.** `torch/_tensor.py`.
#
# **Three questions to take home.**
# 1. What is half of nothing?
# 2. What is half of half?
# 3. What is twice that?
