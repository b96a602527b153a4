"""`standardize_`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised
from autograder.references.tensors.standardize import standardize


def standardize_(x):
    if not x.is_floating_point():
        raise TypeError("whole numbers cannot hold the result")
    return x.copy_(standardize(x))


@mistake(
    standardize_,
    "The caller's memory stays as it was: `x - …` makes a new tensor, and `x = …` only gives it the name x. "
    "sub_, div_ and copy_ write into the old one.",
)
def rebinds_the_name(x):
    if not x.is_floating_point():
        raise TypeError
    x = x - x.mean(dim=0)
    return x / x.std(dim=0)


@mistake(
    standardize_,
    "x is moved to new memory, as by `x.data = …`. It is still the same object, but views and NumPy arrays "
    "of the old memory see nothing.",
)
def replaces_the_data(x):
    if not x.is_floating_point():
        raise TypeError
    x.data = (x - x.mean(dim=0)) / x.std(dim=0)
    return x


@mistake(
    standardize_,
    "Where x is not contiguous, it stays as it was: contiguous() makes a copy there, reshape() sometimes, "
    "and the copy is what gets standardized. Write into x itself.",
)
def writes_into_a_copy(x):
    if not x.is_floating_point():
        raise TypeError
    rows = x.contiguous()
    rows.sub_(rows.mean(dim=0)).div_(rows.std(dim=0))
    return x


@mistake(
    standardize_,
    "Whole numbers are accepted: x.copy_(…) and x[:] = … cut off everything behind the point without a word. "
    "Raise TypeError.",
    keeps=0.95,
)
def cuts_off_the_fraction(x):
    return x.copy_(standardize(x))


@mistake(
    standardize_,
    "The squared distances are divided by n, not by n − 1: take the default of torch.std, correction=1.",
)
def biased_in_place(x):
    if not x.is_floating_point():
        raise TypeError
    return x.sub_(x.mean(dim=0)).div_(x.std(dim=0, correction=0))


@mistake(
    standardize_,
    "One mean and one standard deviation are taken over the whole table; each column needs its own: dim=0.",
)
def over_everything_in_place(x):
    if not x.is_floating_point():
        raise TypeError
    return x.sub_(x.mean()).div_(x.std())


@mistake(standardize_, "A new tensor comes back, beside the change in place: return `x` itself.")
def returns_a_copy(x):
    if not x.is_floating_point():
        raise TypeError
    x.sub_(x.mean(dim=0)).div_(x.std(dim=0))
    return x.clone()


@mistake(
    standardize_, "Whole numbers are refused only after they were written to. Look at the dtype first.", keeps=0.95
)
def refuses_too_late(x):
    x.copy_(standardize(x))
    if not x.is_floating_point():
        raise TypeError
    return x


@mistake(
    standardize_,
    "`reshape` and `flatten` make a copy of some tensors of three dimensions, transposed ones for instance, "
    "and the copy is what gets standardized. `mean(dim=0)` needs no flat rows.",
    keeps=0.95,
)
def writes_into_flat_rows(x):
    if not x.is_floating_point():
        raise TypeError
    rows = x.reshape(len(x), -1)
    rows.sub_(rows.mean(dim=0)).div_(rows.std(dim=0))
    return x


@alternative(standardize_)
def assigns_to_all(x):
    if not x.is_floating_point():
        raise TypeError("no whole numbers")
    x[:] = (x - x.mean(dim=0)) / x.std(dim=0)
    return x


@alternative(standardize_)
def augmented(x):
    if not x.is_floating_point():
        raise TypeError("no whole numbers")
    x -= x.mean(dim=0)
    x /= x.std(dim=0)
    return x


@alternative(standardize_)
def with_out(x):
    if x.dtype not in (torch.float32, torch.float64):
        raise TypeError("float32 or float64")
    torch.sub(x, x.mean(dim=0), out=x)
    return torch.div(x, x.std(dim=0), out=x)


promised(
    standardize_,
    "Moves and scales every column to mean 0 and standard deviation 1 (n - 1), in the memory of `x`.",
    by=["a table", "a transposed table"],
)
promised(
    standardize_,
    "x: shape (n, ...) with n ≥ 2, float32 or float64; it may be a view of something larger.",
    by=["three dimensions", "float64", "a window of a larger table"],
)
promised(standardize_, "`x` itself.", by=["a table"])
promised(
    standardize_,
    "Tensors that share its memory see the change; what lies around it is left as it was.",
    by=["a window of a larger table"],
)
promised(
    standardize_,
    "TypeError: `x` is not floating point, so its memory cannot hold the result.",
    by=["whole numbers and booleans are refused"],
)
