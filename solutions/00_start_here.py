# %% [markdown]
# # Start here
#
# **Add 0.1 twenty thousand times. How much do you get?** On paper: 2000. The first picture shows what a computer
# gets.
#
# At the end you will be able to
#
# - run a lesson: predict, write, check, take a hint, look;
# - read the card of a check, and say why it allows small differences but not small mistakes;
# - say which machine you are on, and read `nvidia-smi`.
#
# About 30 minutes. You need to know what a Python function is. You need no GPU, no network and no account.
#
# Click on this text, then press **Shift + Enter** again and again. Each press runs one cell and selects the next. The
# first two code cells get the course's tools. The third draws the picture.

# %%
import platform
from pathlib import Path

import torch

from autograder import check, progress
from autograder.student.map import course
from helpers.start_here import doublings, error_curves, lesson_picture, memory, nvidia_smi, nvidia_smi_picture
from helpers.widgets import choice, explore

# %%
errors = {}
for dtype in (torch.float32, torch.float64):
    total, errors[dtype] = torch.zeros((), dtype=dtype), []
    for count in range(1, 20_001):
        total += 0.1
        errors[dtype].append(total.item() - count / 10)
    print(f"{dtype}: {total.item()!r}")
error_curves(errors)

# %% [markdown]
# *The picture: the horizontal axis counts the additions, the vertical one shows how far the sum is from the true sum.
# The float64 line lies on zero. The float32 line stays near zero, rises a little to 0.02, bends after some 5000
# additions, and falls to −0.34.*
#
# Nothing is broken here. A float32 number has about 7 decimal digits, a float64 number about 16, and every addition
# rounds to what fits. 0.1 itself does not fit either. Two programs that are equal on paper may round in another order
# and end with other last digits.
#
# So a check must not ask for equal numbers. It allows what rounding explains: in float32 about one part in ten
# thousand, in float64 about one in a million millions. Whole numbers do not round, and there a check wants every
# digit.
#
# ## 1 · How a lesson works
#
# | step | what you do |
# |---|---|
# | **run** | Press Shift + Enter, cell by cell, from the top. |
# | **predict** | Asked for a prediction, write it down before you run. You learn most where you were wrong. |
# | **write** | In an exercise, replace `raise NotImplementedError` by your answer. Run the cell. |
# | **check** | Run the line `check(…)` below it. Read the card. |
# | **hint** | Stuck for five minutes? Open the first hint. Each says a little more than the one before. |
# | **see** | Run the cell after the check. It draws with the function that you just wrote. |
#
# Two things surprise everyone once.
#
# * **A cell that you changed but did not run has no effect.** The number in brackets, `[7]`, says when a cell ran
#   last.
# * **Names outlive their cells.** Delete a cell, and what it defined is still there until you choose *Kernel →
#   Restart Kernel*. If a notebook behaves strangely, restart it and run it from the top.
#
# ## 2 · Predict
#
# Before you run the next cell, write down for each line: is it `True` or `False`?

# %%
print(0.1 + 0.2 == 0.3)
print(0.25 + 0.5 == 0.75)
print(torch.tensor([1, 2]).dtype == (2 * torch.tensor([1, 2])).dtype)
print(torch.tensor([1, 2]).dtype == (2.0 * torch.tensor([1, 2])).dtype)
print(torch.allclose(torch.tensor(0.1 + 0.2), torch.tensor(0.3)))

# %% [markdown]
# <details><summary>Why</summary>
#
# 1. `False`. None of 0.1, 0.2 and 0.3 is a sum of a few powers of two, so each is rounded, and the roundings do not
#    cancel.
# 2. `True`. 0.25, 0.5 and 0.75 are such sums. They are stored exactly.
# 3. `True`. A whole number times a tensor of whole numbers stays whole: `int64`.
# 4. `False`. The Python number 2.0 turns the result into floating point: `float32`.
# 5. `True`. `torch.allclose` compares as our checks do, within a tolerance.
#
# </details>
#
# ## 3 · Write: mend a bug
#
# Somebody wrote the function below. It prints the right answer, once. Run the cell and find the line that is to
# blame.


# %%
def double_with_a_bug(x: torch.Tensor) -> torch.Tensor:
    x *= 2
    return x


prices = torch.tensor([1.0, 2.0, 3.0])
print("doubled      ", double_with_a_bug(prices))
print("doubled again", double_with_a_bug(prices))
print("the prices   ", prices)

# %% [markdown]
# The same call gives two answers, and the prices are no longer the prices. Write `double` so that this cannot happen.
#
# ### Exercise: `double` ●○○ · 3 minutes
#
# Before you write anything, run the two cells below as they are. The first raises nothing, because a function that is
# only defined does not run. The check shows the card of an answer that is not there yet.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `x *= 2` does not make a new tensor. It writes into the one that the caller handed over. Which expression makes a
# new one?
#
# </details>
#
# <details><summary>Hint 2: you get <code>NameError: name 'double' is not defined</code></summary>
#
# The cell with `def double` has not run since the kernel started, or since you changed it. Run it, then the check.
#
# </details>
#
# <details><summary>Hint 3: nearly the code</summary>
#
# An assignment such as `x *= 2` or `x[:] = …` changes `x`. An expression such as `a * b` makes a new tensor. Return
# the expression that multiplies by the whole number 2.
#
# </details>


# %% exercise="double"
def double(x: torch.Tensor) -> torch.Tensor:
    """Twice `x`, as a new tensor.

    Args:
        x: numbers of any shape and dtype.

    Returns:
        A tensor of the shape, dtype and device of `x`. `x` itself is left alone.

    >>> double(torch.tensor([1, 2, 3]))
    tensor([2, 4, 6])
    """
    # BEGIN SOLUTION
    return 2 * x
    # END SOLUTION


# %% check="double"
check(double)

# %% [markdown]
# ## 4 · Read three wrong answers
#
# A card that says "right" teaches little. Here are three answers of other people. For each one: say what the card
# will complain about, paste it over your own answer, run that cell, run the check, and read. Put your own answer back
# at the end. You can run a check as often as you like: its inputs are the same every time.
#
# #### Version A
# ```python
# def double(x):
#     return x ** 2
# ```
# <details><summary>What the card says</summary>
#
# One sentence names the misunderstanding: squared, not doubled. Below it stands the smallest case that fails, with the
# call, what came and what was wanted, and a picture: what was expected (*target*), what came (*yours*) and the
# difference. The five other cases fail for the same reason, so they are folded.
#
# </details>
#
# #### Version B
# ```python
# def double(x):
#     return x * 2.0
# ```
# <details><summary>What the card says</summary>
#
# Two cases have ✗, the docstring's example and the large whole numbers: whole numbers should stay whole. The other four
# cases have ✓, so this version earns 0.67 of the point. There is no picture: where the dtype is wrong, the numbers are
# not compared.
#
# </details>
#
# #### Version C
# ```python
# def double(x):
#     print(2 * x)
# ```
# <details><summary>What the card says</summary>
#
# Nothing comes back: the function prints. A notebook shows what is printed and what is returned in the same place, so
# the two look alike. A function that calls yours sees only what is returned. At the bottom of the card you can unfold
# what was printed.
#
# </details>
#
# ## 5 · See: how often can 1 be doubled?
#
# A picture after an exercise always uses *your* function. This one calls your `double` on 1, then on the result, and
# so on, for seven dtypes. It counts until the result is no longer the power of two that it should be.
#
# Predict first: the largest number that an 8-bit integer holds is 127. After how many doublings is that too little,
# and what comes then?

# %%
doublings(double)

# %% [markdown]
# <details><summary>The answer</summary>
#
# *The picture: one bar for each dtype, as long as the number of right doublings: int8 6, int32 30, int64 62, float16
# 15, bfloat16 and float32 127, float64 1023. Beside each bar stands the first wrong value: negative for integers,
# infinity for floating point.*
#
# Two ways to fail. Whole numbers run over into negative ones, without a word. Floating-point numbers end at `inf`.
# And two dtypes that keep their promise equally long: bfloat16 has half the bits of float32 and the same range; it
# gives up digits instead. [Lesson 22](../22_mixed_precision/22_mixed_precision.ipynb) is about this.
#
# </details>
#
# ## 6 · How your work is graded
#
# Grading asks the same exercise with other numbers: inputs that are drawn anew, after you handed in. Your functions
# are called with them one by one, and what they return is compared outside your notebook, where your code cannot
# reach. So an answer that is right for all inputs keeps its points, and one that only knows the numbers of the
# visible check does not.
#
# Every exercise is graded alone. If one stays blank, the later ones still count.
#
# ## 7 · Where you are
#
# `progress()` shows every lesson, its exercises and how far you are. It remembers what you checked, in your home
# folder. Run it again whenever you like.

# %%
progress()

# %% [markdown]
# *The picture: a table with one row for each lesson. It shows the title, how many exercises are right, and each
# exercise with ✓, ✗ or ○ before its name.*
#
# Which lesson next? In order is best. The explorer shows what a lesson will ask of you.

# %%
explore(
    lesson_picture,
    "What does a lesson ask of me, and how far am I?",
    name=choice([lesson.name for lesson in course()], label="Lesson"),
)

# %% [markdown]
# *The picture: one bar for each exercise of the chosen lesson, as long as the minutes it takes. Dots beside the name
# say how hard it is, words beside the bar say your state and the points.*
#
# ## 8 · What machine is this?
#
# A result depends on the machine: on the device, the versions, the number of cores. When you ask somebody for help,
# send them this.

# %%
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
print("Python        ", platform.python_version(), "on", platform.system(), platform.machine())
print("PyTorch       ", torch.__version__)
print("built for CUDA", torch.version.cuda)
print("device        ", torch.cuda.get_device_name(device) if device.type == "cuda" else device)
print("CPU threads   ", torch.get_num_threads(), "used by PyTorch")
print("memory        ", memory())

# %% [markdown]
# `device` is the word that the course uses everywhere: a tensor made with `device=device` lies on the GPU where there
# is one, and on the CPU elsewhere. A check uses both where there are both.
#
# ### Reading `nvidia-smi`
#
# On a machine with an NVIDIA card, the command `nvidia-smi` says what the card is doing.

# %%
print(nvidia_smi() or "There is no nvidia-smi on this machine. The picture below shows an example.")

# %%
nvidia_smi_picture()

# %% [markdown]
# *The picture: an example in the layout of `nvidia-smi`, with invented numbers, written for this page. Six fields are
# boxed and numbered: driver version, CUDA version, persistence mode, memory in use, utilisation, memory of one
# process.*
#
# 1. **Driver Version.** The driver belongs to the machine. PyTorch does not bring it along.
# 2. **CUDA Version.** The newest CUDA that this *driver* can run. It does not say which CUDA is installed.
# 3. **Persistence-M.** Whether the driver keeps the card ready while no program uses it. Off, the first program after
#    a pause waits for the card to wake up, which can take seconds. On, it starts at once. It does not make computing
#    faster.
# 4. **Memory-Usage.** All programs on the card together. PyTorch keeps memory that it has freed, to hand it out again
#    quickly, so this number stays high after you delete a tensor. `torch.cuda.memory_allocated()` counts what your
#    tensors really take.
# 5. **GPU-Util.** The share of the last moments, between a sixth of a second and one second, in which *at least one*
#    kernel was running. A kernel is one computation on the card. 97 % does not mean that 97 % of the card was busy:
#    one tiny kernel after the other also shows nearly 100 %. A later lesson measures
#    honestly.
# 6. **GPU Memory** of one process. If the card is full and you do not know why, look for an old notebook kernel here.
#
# ### From the notes
#
# > *"To see the CUDA version, `cat /usr/local/cuda/version.txt`. To turn persistence on, `nvidia-smi -pm 1`."*
#
# The file belongs to a CUDA toolkit, which a machine may have, or have twice, or not at all. PyTorch's packages bring
# their own CUDA libraries and do not look there. Three places, three different questions:

# %%
toolkit = [str(file) for file in Path("/usr/local").glob("cuda*/version.*")]
print("Which CUDA was this PyTorch built for?    torch.version.cuda:", torch.version.cuda)
print("Can PyTorch use a card here and now?      torch.cuda.is_available():", torch.cuda.is_available())
print("Is a toolkit installed to compile with?   files:", toolkit or "none")

# %% [markdown]
# `None` in the first line means: this PyTorch is built without CUDA, whatever `nvidia-smi` says. This is a frequent
# reason for a card that "PyTorch does not see". The file's name has changed too: newer toolkits write `version.json`.
#
# As for persistence: `nvidia-smi -pm 1` needs an administrator. Where the service `nvidia-persistenced` runs, the
# command hands the wish on to it. Elsewhere it sets a switch in the driver, which NVIDIA calls legacy and which is
# forgotten when the machine restarts. So on a Linux machine let the system start the service. On Windows the driver
# stays loaded anyway.
#
# ## What you have built
#
# | here | in PyTorch | difference |
# |---|---|---|
# | `double(x)` | `torch.mul(x, 2)`, `x * 2` | none |
# | the bug | `x.mul_(2)`, `x *= 2` | a name that ends in `_` changes its tensor: sometimes just what you want |
# | the tolerance of `check` | `torch.testing.assert_close` | ours also looks at the device and at the size |
# | `device` | `torch.get_default_device()` | PyTorch's default is the CPU until you set another |
#
# **Read the real source.** `torch.testing.assert_close` lives in `torch/testing/_comparison.py`; look for
# `_DTYPE_PRECISIONS`, PyTorch's table of tolerances. What the check of `double` looks at stands in
# `autograder/exercises/start_here/double.py`: five lines. You may read every experiment of the course. It says what is
# looked at, and never what the answer is.
#
# **Three questions to take home.**
# 1. The float32 curve at the top bends a little after 5000 additions. What is the sum there, and what happens to the
#    distance between neighbouring float32 numbers at that value?
# 2. A check allows one part in ten thousand in float32. Which mistakes could hide below that, and which inputs would
#    bring them out?
# 3. `nvidia-smi` shows 100 % utilisation and your training is slow. What would you measure next?
