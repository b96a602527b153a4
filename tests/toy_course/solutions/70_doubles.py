# %% [markdown]
# # Doubles
#
# What is twice a tensor?
#
# At the end you will be able to
# - double a tensor.
#
# About 10 minutes. You need nothing.

# %%
import torch

from autograder import check

# %% [markdown]
# ## 1 · Twice
#
# **Predict first.** What is twice three?
#
# <details><summary>Answer</summary>Six.</details>

# %%
2 * 3

# %% [markdown]
# ### Exercise: `double` ●○○ · 3 minutes
#
# Twice the input.


# %% exercise="double"
def double(x: torch.Tensor) -> torch.Tensor:
    """Twice `x`, as a new tensor of the same shape and dtype."""
    # BEGIN SOLUTION
    return 2 * x
    # END SOLUTION


# %% check="double"
check(double)

# %% [markdown]
# **See it.**

# %%
double(torch.arange(3))

# %% [markdown]
# ## What you have built
#
# | yours | PyTorch's |
# |---|---|
# | `double` | `torch.mul` |
#
# **Read the real source.** `torch/_tensor.py`.
#
# **Three questions to take home.**
# 1. What is twice nothing?
# 2. What is twice twice?
# 3. What is half of it?
