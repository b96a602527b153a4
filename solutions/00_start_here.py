# %% [markdown]
# # Start here
#
# **How many grains of rice lie on the last square of a chessboard?**
#
# The story goes that the inventor of chess was granted a wish, and asked for rice: one grain on the first square, two
# on the second, four on the third, and on each square twice as many as on the one before. It sounded modest. Let us
# count.
#
# Click on this text, then press **Shift + Enter**, again and again. Each press runs one cell and goes on to the next.
# The first two code cells fetch the tools of the course. The third one counts rice.

# %%
import platform
from pathlib import Path

import torch

from autograder import check, progress
from autograder.student.map import course
from helpers.start_here import board, doublings, lesson_picture, memory, nvidia_smi, nvidia_smi_picture
from helpers.widgets import choice, explore

# %%
grains = torch.ones(64, dtype=torch.int64)
for square in range(1, 64):
    grains[square] = 2 * grains[square - 1]

print("on square 11:     ", grains[10].item())
print("on square 21:     ", grains[20].item())
print("on the last square", grains[63].item())

# %% [markdown]
# On square 21 there is a million, a bag of some 25 kilograms. On the last square the inventor *owes* us rice. Nothing
# crashed, nothing warned us, and the loop is right.
#
# You will meet this kind of thing a lot: code that runs, and a wrong answer. This course is built around it. You write
# small functions, and a check tells you not only whether they are right but what you may have misunderstood. This page
# takes you through that once, with a function of one line. At the end your function will have filled the board, and you
# will know what went wrong on the last square.
#
# At the end you will be able to
#
# - run a lesson: predict, write, check, take a hint, look;
# - read the card of a check, and explain why tiny rounding differences pass;
# - get yourself out of trouble: restart, find your progress, fetch new lessons without losing your own work;
# - as an extra: say which machine you are on, and read `nvidia-smi`.
#
# About 20 minutes for the core, 30 with the extras. You need to know what a Python function is. You need no GPU; with
# the course on your own machine, no network and no account either.

# %% [markdown]
# ## 1 · How a lesson works · core
#
# | step | what you do |
# |---|---|
# | **run** | Press Shift + Enter, cell by cell, from the top. |
# | **predict** | Asked for a prediction, write it down before you run. You learn most where you were wrong. |
# | **write** | In an exercise, replace `raise NotImplementedError` with your answer. Run the cell. |
# | **check** | Run the line `check(…)` below it. Read the card. |
# | **hint** | Stuck for five minutes? Open the first hint. Each one says a little more than the one before. |
# | **see** | Run the cell after the check. It draws with the function that you have just written. |
#
# What is marked *core* leads to the end of a lesson in an hour at most. What is marked *extra* can wait. Two things
# about notebooks surprise everyone once:
#
# * **A cell that you changed but did not run has no effect.** The number in brackets, `[7]`, says in which turn a cell
#   was run last.
# * **Names outlive their cells.** Delete a cell, and what it defined is still there. If a notebook behaves strangely,
#   restart its **kernel**, the Python process behind it (*Kernel → Restart Kernel*; in Colab *Runtime → Restart
#   session*), and run it from the top. What you wrote stays; only what was computed is gone.

# %% [markdown]
# ## 2 · Predict · core
#
# **Predict first.** Write down for each line: is it `True` or `False`?

# %%
print(0.1 + 0.2 == 0.3)
print(0.25 + 0.5 == 0.75)
print(torch.tensor([1, 2]).dtype == (2 * torch.tensor([1, 2])).dtype)
print(torch.tensor([1, 2]).dtype == (2.0 * torch.tensor([1, 2])).dtype)
print(torch.allclose(torch.tensor(0.1 + 0.2, dtype=torch.float64), torch.tensor(0.3, dtype=torch.float64)))

# %% [markdown]
# <details><summary>The answer</summary>
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
# Two programs that are equal on paper may round in another order and end with other last digits. So a check must not
# ask for equal numbers. It allows what rounding explains, and then some: in `float32`, which has about 7 decimal
# digits, a relative difference of about 0.0001; in `float64`, with about 16 digits, one of 0.000 000 000 001. Whole
# numbers do not round, and there it wants every digit.

# %% [markdown]
# ## 3 · Write: mend a bug · core
#
# Somebody has put the doubling into a function. It gives the right answer, once. Run the cell, and find the line that
# is to blame.


# %%
def double_with_a_bug(x: torch.Tensor) -> torch.Tensor:
    x *= 2
    return x


row = torch.tensor([1, 2, 4, 8])
print("the next squares would be", double_with_a_bug(row))
print("and once more            ", double_with_a_bug(row))
print("the row itself is now    ", row)

# %% [markdown]
# The same call gives two different answers, and the row is not the row any more. Write `double` so that this cannot
# happen.
#
# ### Exercise: `double` ●○○ · 3 minutes · core
#
# Before you write anything, run the two cells below as they are. Defining a function does not run it, so the first cell
# raises nothing. The check shows the card of an answer that is not there yet.
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
# ## 4 · Read three wrong answers · core
#
# A card that says "right" teaches little. Here are three common wrong answers. For each of them, say what the card will
# complain about. Then paste it over your own answer, run that cell, run the check, and read. You can run a check as
# often as you like, and its inputs are the same every time. Put your own answer back at the end.
#
# ### Version A
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
# ### Version B
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
# ### Version C
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

# %% [markdown]
# ## 5 · See: the whole board · core
#
# A picture after an exercise always uses *your* function. This one puts a grain on the first square and calls your
# `double` for each square that follows, once with whole numbers and once with `float64`. (K, M, G, T, P and E
# stand for a thousand, a million and so on, each a thousand times the one before.)

# %%
board(double)

# %% [markdown]
# The boards differ on the last square only. With `int64` it is negative, with `float64` it is
# 9 223 372 036 854 775 808. That is the answer to our question, and at some forty grains to the gram it comes to more
# than four hundred years of the world's rice, as much as is milled in a year today.
#
# So why is the whole number wrong, of all things? An `int64` has 64 bits. One of them is for the sign, and 63 remain:
# the largest number they hold is one *less* than the last square needs. It is like a car's mileage counter that has run
# out of digits. (But that one starts again at zero, while past its largest number an `int64` wraps around to its
# smallest.) A `float64` keeps the leading digits and a power of two, so it has no trouble with a number that *is* a
# power of two.
#
# **Predict first.** The largest number that an 8-bit integer holds is 127. After how many doublings of 1 is that too
# little, and what comes then? And which of the dtypes below gets furthest?

# %%
doublings(double)

# %% [markdown]
# <details><summary>The answer</summary>
#
# After six doublings, at 64; the seventh should be 128 and comes out as −128. There are two ways to fail: whole numbers
# run over into negative ones, without a word, and floating-point numbers end at `inf`. `float64` gets furthest, with
# 1023. bfloat16 gets as far as float32 with half the bits, because it gives up digits instead of range.
# [Lesson 22](../22_mixed_precision/22_mixed_precision.ipynb) is about this.
#
# </details>

# %% [markdown]
# ## 6 · Where you are · core
#
# `progress()` shows every lesson, its exercises and how far you are: ✓ right, ✗ not yet, ○ not tried, ✎ an answer in
# words. It remembers what you have checked. Run it again whenever you like.

# %%
progress()

# %% [markdown]
# Which lesson next? Take them in order. The explorer shows what a lesson will ask of you; ●○○ to ●●● say how hard an
# exercise is.

# %%
explore(
    lesson_picture,
    "What does a lesson ask of me, and how far am I?",
    name=choice([lesson.name for lesson in course()], label="Lesson"),
)

# %% [markdown]
# ## 7 · When something goes wrong · core
#
# - *A check says "wrong", and you do not see why.* The card shows the smallest case that fails. `inputs_of(double)`
#   puts its inputs into your notebook, so that you can call your function on them yourself.
# - *You are stuck.* Open the hints one by one. After three honest tries, or once you are right, `solution(double)`
#   shows our answer.
# - *Nothing makes sense any more.* Choose *Kernel → Restart Kernel*, then run from the top.
# - *A cell does not end.* Choose *Kernel → Interrupt Kernel*. A check ends by itself after some seconds.
# - *You want an original notebook back.* Copy yours to another name, then restore that one notebook, and only that one:
#   `git restore notebooks/00_start_here/00_start_here.ipynb` in the folder of the course.
# - *You think that a check is wrong, or a sentence.* In a class, tell your instructor. On your own, open an issue where
#   the course came from. Either way, send your answer and the lines that section 9 prints.
#
# (`inputs_of` and `solution` come from the same place as `check`: `from autograder import inputs_of, solution`.)
#
# **Your work** lies in the notebooks themselves: save them (Ctrl + S). Your progress lies in a hidden folder of your
# home folder. **New lessons** come with `git pull`. Git stops before it overwrites a notebook that both you and we have
# changed. To keep out of its way, work in a copy of the folder, `cp -r notebooks mine`. Everything runs from there as
# well, and after a pull `cp -rn notebooks/. mine` brings the new lessons over and leaves yours alone.
#
# **Other places** run the same notebooks:
#
# - *Colab.* The first code cell fetches the course each time. What you write is gone with the session unless you save a
#   copy of the notebook to Drive; the record of your progress is gone in any case. *Runtime → Change runtime type*
#   gives you a GPU.
# - *Binder.* The machine goes away after ten idle minutes: download your notebook.
# - *VS Code.* Open the folder, and choose the environment `.venv` as the kernel.
# - *Windows.* The programs of `.venv` lie in `.venv\Scripts`. [Lesson 23](../23_data_parallel/23_data_parallel.ipynb)
#   starts processes by `fork`, which Windows does not have: use WSL there.

# %% [markdown]
# ## 8 · How your work is graded · extra
#
# Grading runs the same exercise with other numbers, drawn after you have handed in. Your functions are called with
# them, and what they return is compared outside your notebook, where your code cannot reach. So an answer that is right
# keeps its points, and one into which the numbers of the visible check were written does not. Every exercise is graded
# alone. If one stays blank, the later ones still count.

# %% [markdown]
# ## 9 · What machine is this? · extra
#
# A result depends on the machine: on the device, the versions, the number of cores. When you ask for help, send these
# lines along.

# %%
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
print("Python        ", platform.python_version(), "on", platform.system(), platform.machine())
print("PyTorch       ", torch.__version__)
print("built for CUDA", torch.version.cuda, "with cuDNN", torch.backends.cudnn.version())
print("device        ", torch.cuda.get_device_name(device) if device.type == "cuda" else device)
print("CPU threads   ", torch.get_num_threads(), "used by PyTorch")
print("memory        ", memory())

# %% [markdown]
# `device` is the word that the course uses everywhere: a tensor made with `device=device` lies on the GPU where there
# is one, and on the CPU elsewhere. A check uses both where there are both. CUDA is NVIDIA's way to run programs on its
# cards, and cuDNN its library of layers; `None` means that this PyTorch was built without them.
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
# > **You may read that** `cat /usr/local/cuda/version.txt` or `nvcc --version` tells your CUDA version. Both speak of a
# > *toolkit*, with which one compiles programs. A machine may have one, or two, or none at all, and PyTorch does not
# > look there: its packages bring CUDA libraries of their own. There are three different questions, and three places to
# > ask them:

# %%
toolkit = [str(file) for file in Path("/usr/local").glob("cuda*/version.*")]
print("Which CUDA was this PyTorch built for?    torch.version.cuda:", torch.version.cuda)
print("Can PyTorch use a card here and now?      torch.cuda.is_available():", torch.cuda.is_available())
print("Is a toolkit installed to compile with?   files:", toolkit or "none")

# %% [markdown]
# > A `None` in the first line is a frequent reason for a card that "PyTorch does not see". And the file has another
# > name by now: newer toolkits write `version.json`.
#
# > **You may read that** `nvidia-smi -pm 1` turns persistence on. It needs an administrator. Where the service
# > `nvidia-persistenced` runs, the command passes the request to it; elsewhere it sets a switch in the driver which
# > NVIDIA calls legacy, and which is forgotten when the machine restarts. So on Linux let the system start the service.
# > On Windows the driver stays loaded anyway.
#
# > **You may read that** one installs PyTorch by `conda install pytorch cudatoolkit=10.2 -c pytorch-lts`, or from a
# > mirror with `pip install -i …`. There is no long-term-support release any more, and the conda channel `pytorch` ends
# > with version 2.5. Today the [selector on pytorch.org](https://pytorch.org/get-started/locally/) gives you a line for
# > pip; which index that line names decides whether you get the CPU build or one for CUDA. A mirror of PyPI serves well
# > where PyPI is slow, but it holds only PyPI's builds. Install PyTorch first and `transformers` after it: an extra
# > such as `transformers[torch]` would pick a PyTorch for you.

# %% [markdown]
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
# `autograder/exercises/start_here/double.py`. You may read every experiment of the course. It says what is looked at,
# and never what the answer is.
#
# **At scale.** An `int64` counts to nine quintillion, but token counts, byte offsets and products of shapes do reach
# the end of an `int32`: 2 147 483 647 is less than the number of entries in one attention map of 16 heads over 16 000
# tokens. Large models are trained in bfloat16, which counts to 256 without a gap and no further. That is why sums,
# averages and step counters are kept in `float32` or in whole numbers.
#
# **Three questions to take home.**
#
# 1. How much rice lies on the whole board? Which of `int64`, `uint64` and `float64` can hold that number exactly?
# 2. A check allows one part in ten thousand in float32. Which mistakes could hide below that, and which inputs would
#    bring them out?
# 3. `nvidia-smi` shows 100 % utilisation and your training is slow. What would you measure next?
