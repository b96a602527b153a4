"""`standardize`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake


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
)
def writes_into_the_input(x):
    wide = _wide(x)
    wide -= wide.mean(dim=0)
    wide /= wide.std(dim=0)
    return _narrow(wide, x)


@mistake(
    standardize,
    "The result is cast back to whole numbers, which cuts off everything behind the point. Leave it in float32.",
)
def back_to_whole_numbers(x):
    wide = _wide(x)
    return ((wide - wide.mean(dim=0)) / wide.std(dim=0)).to(x.dtype)


@mistake(standardize, "Everything becomes float32: float64 loses half of its digits, and bfloat16 does not come back.")
def always_float32(x):
    wide = x.float()
    return (wide - wide.mean(dim=0)) / wide.std(dim=0)


@mistake(
    standardize,
    "A small number is added to the standard deviation. It changes every column a little, and one with a tiny "
    "spread a lot.",
)
def adds_epsilon(x):
    wide = _wide(x)
    return _narrow((wide - wide.mean(dim=0)) / (wide.std(dim=0) + 1e-5), x)


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
