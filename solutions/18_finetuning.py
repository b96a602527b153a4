# %% [markdown]
# # Finetuning
#
# **…one question that one cares about?**
#
# … what cannot be done yet, or what goes wrong, in two or three sentences. The picture below shows it.

# %%
import torch

from helpers import finetuning as pictures

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
