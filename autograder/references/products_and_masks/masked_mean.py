"""`masked_mean`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised


def masked_mean(x, mask, dim):
    """The library's mean of what is masked, in float64; where all is hidden, zero."""
    chosen = mask.expand(x.shape)
    values = torch.where(chosen, x.double(), 0.0).sum(dim) / chosen.sum(dim).clamp(min=1)
    return values.to(x.dtype)


WHOLE = (
    "The sum is divided by the whole length, so what is hidden pulls the mean towards 0. Divide by how many are "
    "visible, `mask.sum(dim)`."
)


@mistake(masked_mean, WHOLE)
def as_handed_over(x, mask, dim):
    return (x * mask).mean(dim)


@mistake(masked_mean, WHOLE)
def whole_length_though_cleaned(x, mask, dim):
    return torch.where(mask, x, 0).mean(dim)


@mistake(
    masked_mean,
    "What is hidden leaves its mark: 0 · NaN is NaN, and 0 · ∞, too. Multiplying hides no such number; `torch.where` "
    "or `masked_fill` puts a 0 in its place.",
    keeps=0.6,
)
def hidden_nan_spreads(x, mask, dim):
    mask = mask.expand(x.shape)
    return (x * mask).sum(dim) / mask.sum(dim).clamp(min=1)


@mistake(
    masked_mean,
    "A row in which all is hidden gives NaN: 0 / 0. Divide by 1 at least, `count.clamp(min=1)`, and it is zero.",
    keeps=0.8,
)
def empty_row_is_nan(x, mask, dim):
    mask = mask.expand(x.shape)
    return x.masked_fill(~mask, 0).sum(dim) / mask.sum(dim)


@mistake(
    masked_mean,
    "Both of the faults behind the first one are left: hidden NaN and ∞ spread, since 0 · NaN is NaN; and a row in "
    "which all is hidden gives 0 / 0.",
)
def only_the_first_fault(x, mask, dim):
    mask = mask.expand(x.shape)
    return (x * mask).sum(dim) / mask.sum(dim)


COUNTED_SMALL = (
    "With a mask that is smaller than `x` the count is another one: `mask.sum(dim)` counts in the mask as it is. "
    "Expand it to the shape of `x` first, `mask.expand_as(x)`."
)


@mistake(masked_mean, COUNTED_SMALL)
def counts_the_small_mask(x, mask, dim):
    return torch.where(mask, x, 0).sum(dim) / mask.sum(dim).clamp(min=1)


@mistake(masked_mean, COUNTED_SMALL, keeps=0.5)
def counts_one_for_a_whole_row(x, mask, dim):
    count = mask.sum(dim, keepdim=True) if mask.dim() == x.dim() else mask.expand_as(x).sum(dim, keepdim=True)
    return (x.masked_fill(~mask, 0).sum(dim, keepdim=True) / count.clamp(min=1)).squeeze(dim)


@mistake(masked_mean, COUNTED_SMALL, keeps=0.5)
def counts_the_small_mask_in_its_place(x, mask, dim):
    total = torch.where(mask, x, 0).sum(dim, keepdim=True)
    return (total / mask.sum(dim, keepdim=True).clamp(min=1)).squeeze(dim)


SMALL = "With a mask that is smaller than `x` the count is another one, since it is taken in the mask as it is; "


@mistake(
    masked_mean,
    SMALL + "hidden NaN and ∞ spread, since 0 · NaN is NaN; and a row in which all is hidden gives 0 / 0.",
)
def only_the_length_is_mended(x, mask, dim):
    return (x * mask).sum(dim) / mask.sum(dim)


@mistake(masked_mean, SMALL + "and hidden NaN and ∞ spread, since 0 · NaN is NaN.")
def small_mask_and_nan(x, mask, dim):
    return (x * mask).sum(dim) / mask.sum(dim).clamp(min=1)


@mistake(masked_mean, SMALL + "and a row in which all is hidden gives 0 / 0.")
def small_mask_and_empty_rows(x, mask, dim):
    return torch.where(mask, x, 0).sum(dim) / mask.sum(dim)


LOST = (
    "What is visible is put into one long vector, as by `x[mask]`: which row a number came from is lost. Each row "
    "has its own sum and its own count."
)


@mistake(masked_mean, LOST)
def one_mean_for_all(x, mask, dim):
    return x[mask.expand(x.shape)].mean()


@mistake(masked_mean, LOST)
def mean_of_a_flat_vector(x, mask, dim):
    return x[mask].mean(dim)


@mistake(
    masked_mean,
    "The caller's own tensor is changed: zeros are written into `x`. `masked_fill` without an underscore, or "
    "`torch.where`, makes a new one.",
    keeps=0.96,
)
def writes_into_x(x, mask, dim):
    mask = mask.expand_as(x)
    x[~mask] = 0
    return x.sum(dim) / mask.sum(dim).clamp(min=1)


@mistake(
    masked_mean,
    "An epsilon beside the count makes every mean a little too small. `clamp(min=1)` helps the empty rows alone.",
    keeps=0.6,
)
def epsilon_beside_the_count(x, mask, dim):
    mask = mask.expand(x.shape)
    return x.masked_fill(~mask, 0).sum(dim) / (mask.sum(dim) + 1e-3)


@mistake(
    masked_mean,
    "Numbers that are 0 are not counted, although they are visible. Count the mask, not the numbers.",
)
def counts_what_is_not_zero(x, mask, dim):
    kept = x.masked_fill(~mask, 0)
    return kept.sum(dim) / kept.ne(0).sum(dim).clamp(min=1)


@mistake(masked_mean, "The mask is taken the other way round: the mean is that of what is hidden.")
def inverted(x, mask, dim):
    return masked_mean(x, ~mask, dim)


@mistake(
    masked_mean,
    "A visible NaN has vanished, as by `nan_to_num` or `nansum`. Who can see a NaN should hear of it; only what is "
    "hidden may be anything.",
    keeps=0.7,
)
def hides_every_nan(x, mask, dim):
    mask = mask.expand(x.shape)
    return torch.where(mask, x, 0).nansum(dim) / mask.sum(dim).clamp(min=1)


@mistake(
    masked_mean,
    "A NaN or ∞ is turned into a number wherever it stands, visible or not, and counts as one. Only what is hidden "
    "may be anything.",
    keeps=0.7,
)
def cleans_before(x, mask, dim):
    mask = mask.expand(x.shape)
    return (torch.nan_to_num(x, nan=0.0, posinf=0.0, neginf=0.0) * mask).sum(dim) / mask.sum(dim).clamp(min=1)


@mistake(
    masked_mean,
    "NaN in the results is turned into 0 at the end: the mean of an empty row, but also a NaN that everybody could "
    "see, and hidden ones that have spread.",
    keeps=0.6,
)
def cleans_afterwards(x, mask, dim):
    mask = mask.expand(x.shape)
    return torch.nan_to_num((x * mask).sum(dim) / mask.sum(dim), nan=0.0)


@alternative(masked_mean)
def by_masked_fill(x, mask, dim):
    mask = mask.expand_as(x)
    count = mask.sum(dim=dim)
    return x.masked_fill(mask.logical_not(), 0.0).sum(dim=dim) / torch.where(count == 0, 1, count)


@alternative(masked_mean)
def by_weights(x, mask, dim):
    weights = torch.ones_like(x) * mask.to(x.dtype) if x.isfinite().all() else mask.expand_as(x).to(x.dtype)
    return (torch.where(mask, x, torch.zeros_like(x))).sum(dim) / weights.sum(dim).clamp_min(1)


promised(
    masked_mean,
    "The mean along `dim` of the entries that may be looked at.",
    by=["one row", "a table, along each dimension"],
)
promised(masked_mean, "x: floating point, any shape.", by=["three dimensions, the middle one", "bfloat16", "float64"])
promised(
    masked_mean,
    "mask: boolean, broadcasts to the shape of `x`; True: counts.",
    by=["a mask for all rows", "a mask of shape (rows, 1)"],
)
promised(masked_mean, "Where it is False, `x` may hold anything, even NaN.", by=["NaN where it is hidden"])
promised(masked_mean, "dim: the dimension that disappears.", by=["a table, along each dimension"])
promised(
    masked_mean,
    "Shape of `x` without `dim`, dtype of `x`; zero where nothing may be looked at, and the gradient is finite there.",
    by=["a row that shows nothing", "bfloat16", "gradients"],
)
