"""`standardize`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised


def standardize(x):
    """The definition, in float64: divide by the root of the squared distances over n - 1."""
    values = x.double()
    rows = [values[i] for i in range(len(values))]
    mean = sum(rows) / len(rows)
    variance = sum((row - mean) ** 2 for row in rows) / (len(rows) - 1)
    result = torch.stack([(row - mean) / variance**0.5 for row in rows])
    return result.to(x.dtype if x.is_floating_point() else torch.float32)


def _wide(x):
    return x.to(torch.promote_types(x.dtype, torch.float32))


def _narrow(result, x):
    return result.to(x.dtype) if x.is_floating_point() else result


@mistake(
    standardize,
    "Everything is computed in the input's own dtype. Whole numbers have no mean in theirs, and bfloat16 keeps "
    "two or three digits of the mean: convert to float32 first.",
)
def in_its_own_dtype(x):
    return (x - x.mean(dim=0)) / x.std(dim=0)


@mistake(
    standardize,
    "The squared distances are divided by n, not by n − 1: this is correction=0. The default of torch.std, "
    "correction=1, is asked for. NumPy's default is the other one.",
)
def biased(x):
    wide = _wide(x)
    return _narrow((wide - wide.mean(dim=0)) / wide.std(dim=0, correction=0), x)


@mistake(
    standardize,
    "One mean and one standard deviation are taken over the whole table; each column needs its own: dim=0.",
)
def over_everything(x):
    wide = _wide(x)
    return _narrow((wide - wide.mean()) / wide.std(), x)


@mistake(
    standardize,
    "Rows are standardized, not columns: dim=0 is the dimension that disappears, and it counts the rows.",
)
def over_rows(x):
    wide = _wide(x)
    return _narrow((wide - wide.mean(dim=1, keepdim=True)) / wide.std(dim=1, keepdim=True), x)


@mistake(standardize, "The division is by the variance; the standard deviation is its square root.")
def divides_by_variance(x):
    wide = _wide(x)
    return _narrow((wide - wide.mean(dim=0)) / wide.var(dim=0), x)


@mistake(
    standardize,
    "The caller's tensor is changed. x.float() and x.to(dtype) give back x itself where there is nothing to "
    "convert, and `-=` then writes into it.",
    keeps=0.85,
)
def writes_into_the_input(x):
    wide = _wide(x)
    wide -= wide.mean(dim=0)
    wide /= wide.std(dim=0)
    return _narrow(wide, x)


@mistake(
    standardize,
    "For whole numbers the result has their dtype again, which cuts off everything behind the point. Leave "
    "it in float32.",
    keeps=0.9,
)
def back_to_whole_numbers(x):
    wide = _wide(x)
    return ((wide - wide.mean(dim=0)) / wide.std(dim=0)).to(x.dtype)


@mistake(
    standardize,
    "Everything becomes float32: float64 loses half of its digits, and bfloat16 does not come back.",
    keeps=0.9,
)
def always_float32(x):
    wide = x.float()
    return (wide - wide.mean(dim=0)) / wide.std(dim=0)


EPSILON = (
    "A small number is added to the standard deviation: a column of equal values comes out as 0, where 0 / 0 is NaN, "
    "and one with a tiny spread is far off."
)


def _with_epsilon(x, epsilon):
    wide = _wide(x)
    return _narrow((wide - wide.mean(dim=0)) / (wide.std(dim=0) + epsilon), x)


@mistake(standardize, EPSILON, keeps=0.9)
def adds_epsilon(x):
    return _with_epsilon(x, 1e-5)


@mistake(standardize, EPSILON, keeps=0.9)
def adds_a_smaller_epsilon(x):
    return _with_epsilon(x, 1e-6)


@mistake(standardize, EPSILON, keeps=0.9)
def adds_the_smallest_epsilon(x):
    return _with_epsilon(x, 1e-8)


@mistake(
    standardize,
    "A column of equal values comes back as zeros, so that it looks like an ordinary one. It is 0 / 0, NaN, "
    "and should stay seen.",
    keeps=0.97,
)
def hides_nan(x):
    return torch.nan_to_num(standardize(x), nan=0.0)


@mistake(
    standardize,
    "The variance is computed as E[x²] − E[x]². Far from zero these are two large numbers that are nearly equal, and "
    "their difference is noise: subtract the mean first.",
    keeps=0.97,
)
def difference_of_squares(x):
    wide = _wide(x)
    n = len(wide)
    variance = (wide.square().mean(dim=0) - wide.mean(dim=0).square()) * n / (n - 1)
    return _narrow((wide - wide.mean(dim=0)) / variance.clamp(min=0).sqrt(), x)


@mistake(standardize, "The mean is subtracted, and the division by the standard deviation is missing.")
def only_moves(x):
    wide = _wide(x)
    return _narrow(wide - wide.mean(dim=0), x)


@mistake(standardize, "The division by the standard deviation is there, but the mean is not subtracted.")
def only_scales(x):
    wide = _wide(x)
    return _narrow(wide / wide.std(dim=0), x)


@mistake(standardize, "This is min-max scaling, to between 0 and 1. Asked for are mean 0 and standard deviation 1.")
def between_zero_and_one(x):
    wide = _wide(x)
    low, high = wide.amin(dim=0), wide.amax(dim=0)
    return _narrow((wide - low) / (high - low), x)


@mistake(
    standardize,
    "The mean runs over the last dimension, dim=-1. Columns are what stands behind the first: the sum runs over dim=0.",
)
def over_the_last(x):
    wide = _wide(x)
    return _narrow((wide - wide.mean(dim=-1, keepdim=True)) / wide.std(dim=-1, keepdim=True), x)


@mistake(
    standardize,
    "Half precision is computed in half precision: far from zero the mean itself is rounded, and every "
    "result is off by that error. Whole numbers are not the only ones to bring to float32 first.",
)
def half_in_its_own_dtype(x):
    wide = x if x.is_floating_point() else x.float()
    return (wide - wide.mean(dim=0)) / wide.std(dim=0)


@mistake(
    standardize,
    "The mean runs over all dimensions but the last. Each position behind the first dimension is a column of its own: "
    "let it run over dim=0.",
    keeps=0.98,
)
def over_all_but_the_last(x):
    wide = _wide(x)
    dims = list(range(x.dim()))[:-1] or [0]
    return _narrow((wide - wide.mean(dim=dims)) / wide.std(dim=dims), x)


@alternative(standardize)
def with_var_mean(x):
    wide = _wide(x)
    variance, mean = torch.var_mean(wide, dim=0, keepdim=True)
    return _narrow((wide - mean) / variance.sqrt(), x)


@alternative(standardize)
def by_sums(x):
    wide = x.double()
    centred = wide - wide.sum(dim=0) / len(x)
    spread = (centred.square().sum(dim=0) / (len(x) - 1)).sqrt()
    return (centred / spread).to(x.dtype if x.is_floating_point() else torch.float32)


@alternative(standardize)
def in_place_on_a_copy(x):
    wide = _wide(x).clone()
    wide -= wide.mean(dim=0)
    return _narrow(wide.div_(wide.std(dim=0)), x)


promised(standardize, "Moves and scales every column to mean 0 and standard deviation 1.", by=["a table", "two rows"])
promised(
    standardize, "The standard deviation divides by n - 1, as `torch.std` does by default.", by=["a table", "two rows"]
)
promised(
    standardize,
    "Nothing is added to it: a column that holds one whole number throughout gives NaN (0 / 0), which is better seen "
    "than hidden.",
    by=["a column of equal values", "columns with a tiny spread"],
)
promised(
    standardize,
    "x: shape (n, ...) with n ≥ 2, any real dtype; it is left as it was.",
    by=["two rows", "booleans", "whole numbers, also of 8 bits", "the input is left alone"],
)
promised(standardize, "Each position behind the first dimension is a column.", by=["three dimensions", "a table"])
promised(standardize, "A new tensor of the same shape and device.", by=["three dimensions", "the input is left alone"])
promised(
    standardize,
    "Floating-point dtypes are kept; whole numbers and booleans give float32. float16 and bfloat16 are computed in "
    "float32 and rounded once, at the end.",
    by=["float64 keeps its precision", "bfloat16, far from zero", "float16, whose squares overflow", "booleans"],
)
