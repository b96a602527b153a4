"""`softmax`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.products_and_masks._shared import by_hand


def softmax(x, dim, mask=None):
    """The library's, in float64, over what may be looked at."""
    if mask is None:
        return x.double().softmax(dim).to(x.dtype)
    visible = x.double().masked_fill(~mask, -torch.inf)
    empty = ~mask.expand(x.shape).any(dim, keepdim=True)
    return visible.masked_fill(empty, 0.0).softmax(dim).masked_fill(~mask, 0.0).masked_fill(empty, 0.0).to(x.dtype)


def shared_out(x, dim, mask=None, top=None):
    """Right, with another maximum."""
    visible = x if mask is None else x.masked_fill(~mask, -torch.inf)
    top = visible.amax(dim, keepdim=True) if top is None else top
    powers = torch.exp(visible - torch.nan_to_num(top, neginf=0.0))
    total = powers.sum(dim, keepdim=True)
    return powers / total.masked_fill(total == 0, 1.0)


@mistake(
    softmax,
    "NaN far from zero: exp of a score of 89 or more is ∞ in float32, exp of −104 is 0, and then ∞ / ∞ or 0 / 0. "
    "Subtract the largest score first; the shares stay the same.",
)
def without_maximum(x, dim, mask=None):
    return shared_out(x, dim, mask, top=torch.zeros(()))


@mistake(
    softmax,
    "NaN far from zero, and rows that show nothing, too: exp overflows or vanishes, and then ∞ / ∞ or 0 / 0. "
    "Subtract the largest score first; and a sum of 0 is no divisor.",
)
def without_maximum_or_care(x, dim, mask=None):
    powers = torch.exp(x if mask is None else x.masked_fill(~mask, -torch.inf))
    return powers / powers.sum(dim, keepdim=True)


@mistake(
    softmax,
    "One maximum is subtracted for all rows. Of rows that lie far below it nothing is left to share; each row needs "
    "its own, `amax(dim, keepdim=True)`.",
)
def one_maximum(x, dim, mask=None):
    visible = x if mask is None else x.masked_fill(~mask, -torch.inf)
    return shared_out(x, dim, mask, top=visible.max() if x.numel() else None)


@mistake(
    softmax,
    "The maximum is taken before the mask. Where a hidden score is far above the visible ones, nothing is left of "
    "these: 0 / 0. Hide first, then look for the largest.",
)
def maximum_of_the_hidden(x, dim, mask=None):
    return shared_out(x, dim, mask, top=x.amax(dim, keepdim=True))


@mistake(
    softmax,
    "The shares are those of the last dimension, whatever `dim` says.",
)
def always_the_last(x, dim, mask=None):
    return shared_out(x, -1, mask)


@mistake(softmax, "The shares are those of the first dimension, whatever `dim` says.")
def always_the_first(x, dim, mask=None):
    return shared_out(x, 0, mask)


@mistake(softmax, "All shares together sum to one. Those along `dim` should, in each row by itself.")
def over_everything(x, dim, mask=None):
    visible = x if mask is None else x.masked_fill(~mask, -torch.inf)
    return by_hand(visible.flatten(), 0).reshape(x.shape)


@mistake(
    softmax,
    "A row in which all is hidden gives NaN: its sum is 0, or −∞ − (−∞) stands in the exponent. Promised are zeros.",
    keeps=0.85,
)
def empty_rows_are_nan(x, dim, mask=None):
    return by_hand(x if mask is None else x.masked_fill(~mask, -torch.inf), dim)


@mistake(
    softmax,
    "Hidden by a large negative number instead of −∞. A row in which all is hidden shares out evenly; and visible "
    "scores that lie lower than that number lose to it.",
)
def by_a_large_number(x, dim, mask=None):
    return by_hand(x if mask is None else x.masked_fill(~mask, -1e4), dim)


@mistake(
    softmax,
    "A row in which all is hidden shares out evenly, as where scores are hidden by a large negative number. Promised "
    "are zeros.",
    keeps=0.85,
)
def by_the_least_number(x, dim, mask=None):
    return by_hand(x if mask is None else x.masked_fill(~mask, torch.finfo(x.dtype).min), dim)


HIDDEN_TOO_LATE = (
    "The hidden ones are taken out after the exponential. Where one of them is far above the rest, next to nothing is "
    "left of the visible ones; where one is NaN, the whole row is. Hide first, then look for the largest."
)


@mistake(softmax, HIDDEN_TOO_LATE)
def powers_hidden_afterwards(x, dim, mask=None):
    powers = (x - x.amax(dim, keepdim=True)).exp()
    powers = powers if mask is None else powers.masked_fill(~mask, 0.0)
    total = powers.sum(dim, keepdim=True)
    return powers / total.masked_fill(total == 0, 1.0)


@mistake(
    softmax,
    "What is left does not sum to one: the hidden ones got their share and lost it afterwards. Hide before the sum "
    "is taken.",
)
def hidden_too_late(x, dim, mask=None):
    shares = by_hand(x, dim)
    return shares if mask is None else shares.masked_fill(~mask, 0.0)


@mistake(softmax, HIDDEN_TOO_LATE)
def shared_out_again(x, dim, mask=None):
    shares = by_hand(x, dim)
    if mask is None:
        return shares
    shares = shares.masked_fill(~mask, 0.0)
    total = shares.sum(dim, keepdim=True)
    return shares / total.masked_fill(total == 0, 1.0)


@mistake(
    softmax,
    "Hidden scores count as 0, as by multiplying with the mask, and exp(0) is 1: they get a share. And NaN · 0 is "
    "NaN. Hidden is a score of −∞.",
)
def multiplied_by_the_mask(x, dim, mask=None):
    return by_hand(x if mask is None else x * mask, dim)


@mistake(
    softmax,
    "The maximum or the sum has lost its dimension: what is left of it does not stand beside its own row. "
    "`keepdim=True` keeps a 1 there.",
)
def without_keepdim(x, dim, mask=None):
    powers = (x if mask is None else x.masked_fill(~mask, -torch.inf)).sub(x.amax(dim)).exp()
    return powers / powers.sum(dim)


@mistake(
    softmax, "`x.max(dim)` returns a pair, the values and their places. `x.amax(dim)` or `.values` is the values alone."
)
def maximum_with_its_places(x, dim, mask=None):
    powers = (x - x.max(dim, keepdim=True)).exp()
    return powers / powers.sum(dim, keepdim=True)


@mistake(
    softmax,
    "The exponentials are multiplied by the mask, after a maximum over all scores, hidden ones too. Where a hidden "
    "score leads by far nothing is left to share out; NaN times 0 is NaN; and an empty row, 0 / 0, too. Hide first, "
    "by −∞.",
)
def powers_times_mask(x, dim, mask=None):
    powers = (x - x.amax(dim, keepdim=True)).exp()
    powers = powers if mask is None else powers * mask
    return powers / powers.sum(dim, keepdim=True)


@mistake(
    softmax,
    "The exponentials are multiplied by the mask, after a maximum over all scores, hidden ones too. Where a hidden "
    "score leads by far, next to nothing is left to share out, and what is added to the sum swallows it; NaN times 0 "
    "is NaN. Hide first, by −∞.",
)
def powers_times_mask_and_epsilon(x, dim, mask=None):
    powers = (x - x.amax(dim, keepdim=True)).exp()
    powers = powers if mask is None else powers * mask
    return powers / (powers.sum(dim, keepdim=True) + 1e-9)


@mistake(softmax, "The mask is taken the other way round: what should be hidden is shown.")
def inverted(x, dim, mask=None):
    return shared_out(x, dim, None if mask is None else ~mask)


@mistake(softmax, "The mask plays no part.")
def without_mask(x, dim, mask=None):
    return by_hand(x, dim)


@mistake(softmax, "These are logarithms of the shares.", keeps=0.1)
def logarithms(x, dim, mask=None):
    return shared_out(x, dim, mask).log()


@mistake(
    softmax,
    "Maxima and sums have lost the dimension that they were taken over, so they meet the wrong entries: along any but "
    "the first dimension the numbers are wrong, or the shapes do not fit. `keepdim=True` leaves a size of 1 there.",
)
def without_keepdim_but_careful(x, dim, mask=None):
    visible = x if mask is None else x.masked_fill(~mask, -torch.inf)
    top = visible.amax(dim)
    powers = (visible - top.masked_fill(top == -torch.inf, 0)).exp()
    total = powers.sum(dim)
    return powers / total.masked_fill(total == 0, 1)


@alternative(softmax)
def by_logarithms(x, dim, mask=None):
    mask = torch.ones_like(x, dtype=torch.bool) if mask is None else mask.expand_as(x)
    seen = x.masked_fill(~mask, torch.finfo(x.dtype).min)
    shifted = seen - seen.amax(dim, keepdim=True)
    total = shifted.exp().masked_fill(~mask, 0).sum(dim, keepdim=True).clamp(min=1e-3)
    return torch.exp(shifted - total.log()).masked_fill(~mask, 0)


@alternative(softmax)
def by_where(x, dim, mask=None):
    mask = torch.ones_like(x, dtype=torch.bool) if mask is None else mask.expand_as(x)
    least = torch.finfo(x.dtype).min
    seen = torch.where(mask, x, least)
    powers = torch.where(mask, (seen - seen.max(dim, keepdim=True).values.detach()).exp(), 0)
    return powers / powers.sum(dim, keepdim=True).clamp(min=torch.finfo(x.dtype).tiny)


promised(
    softmax,
    "Shares that grow with the exponential of the scores, and sum to one along `dim`.",
    by=["one row", "a matrix, along each dimension"],
)
promised(softmax, "x: floating point, any shape with a dimension or more; scores from −10,000 to 10,000 do no harm.",
         by=["three dimensions", "scores near ±10,000", "from −10,000 to 10,000"])  # fmt: skip
promised(softmax, "dim: along which the shares sum to one.", by=["a square", "a matrix, along each dimension"])
promised(
    softmax,
    "mask: boolean, broadcasts to the shape of `x`; True: gets a share.",
    by=["masked", "masks that broadcast"],
)
promised(
    softmax,
    "Where it is False, `x` may hold anything, even NaN.",
    by=["NaN and ∞ where it is hidden", "a hidden score that would win"],
)
promised(softmax, "None: everything gets one.", by=["one row"])
promised(
    softmax,
    "Shape and dtype of `x`: 0 where the mask is False, hence zeros along a row in which it is False everywhere, "
    "with a gradient of zeros there.",
    by=["half precision", "float64", "a row that shows nothing"],
)
EMPTY = "where nothing is visible every power is exp(−∞ − top) = 0, whatever finite number top is"
for value in (1, -1):
    equivalent(
        softmax,
        "top = top.masked_fill(top == -torch.inf, 0)",
        f"top = top.masked_fill(top == -torch.inf, {value})",
        EMPTY,
    )
equivalent(
    softmax,
    "top = top.masked_fill(top == -torch.inf, 0)",
    "top = top.masked_fill(top <= -torch.inf, 0)",
    "nothing is smaller than −∞",
)
equivalent(
    softmax,
    "return powers / total.masked_fill(total == 0, 1)",
    "return powers / total.masked_fill(total <= 0, 1)",
    "a sum of powers is not negative",
)
equivalent(
    softmax,
    "return powers / total.masked_fill(total == 0, 1)",
    "return powers / total.masked_fill(total == 0, 2)",
    "where the sum is 0 every power is, and 0 / 2 is 0 as well",
)
