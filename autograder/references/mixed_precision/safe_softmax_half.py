"""`safe_softmax_half`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised


def safe_softmax_half(scores, mask=None):
    wide = scores.double()
    if mask is not None:
        wide = wide.masked_fill(~mask, -torch.inf)
    return torch._safe_softmax(wide, -1).to(scores.dtype)


def _softmax(scores, mask=None, wide=torch.float32, fill=-torch.inf, top=lambda s: s.amax(-1, keepdim=True), dim=-1):
    inner = scores.to(wide)
    if mask is not None:
        inner = inner.masked_fill(~mask, fill)
    powers = (inner - top(inner).clamp(min=torch.finfo(wide).min)).exp()
    if mask is not None:
        powers = powers.masked_fill(~mask, 0)
    return (powers / powers.sum(dim, keepdim=True).clamp(min=torch.finfo(wide).tiny)).to(scores.dtype)


def _plain_softmax(wide):
    powers = (wide - wide.amax(-1, keepdim=True)).exp()
    return powers / powers.sum(-1, keepdim=True)


@mistake(
    safe_softmax_half,
    "The largest score is not subtracted. exp overflows above 11 in float16 and above 88 in float32, and inf / "
    "inf is NaN.",
)
def no_maximum(scores, mask=None):
    wide = scores.float() if mask is None else scores.float().masked_fill(~mask, -torch.inf)
    weights = (wide.exp() / wide.exp().sum(-1, keepdim=True)).to(scores.dtype)
    return weights if mask is None else weights.masked_fill(~mask, 0.0)


@mistake(
    safe_softmax_half,
    "exp is taken of the raw scores in half precision: it overflows above 11 in float16, and inf / inf is NaN.",
)
def raw_in_half(scores, mask=None):
    powers = scores.exp()
    powers = powers if mask is None else powers * mask
    return powers / powers.sum(-1, keepdim=True)


@mistake(
    safe_softmax_half,
    "All the arithmetic is in half precision: the difference to the maximum is rounded, and so is each later "
    "step. Go to "
    "float32 first, and round once, at the end.",
)
def all_in_half(scores, mask=None):
    return _softmax(scores, mask, wide=scores.dtype)


@mistake(
    safe_softmax_half,
    "The exponentials, or their sum, go back to half precision on the way: a sum over 65,504 is infinite, "
    "and small numbers have lost digits. Round once, at the end.",
)
def sums_in_half(scores, mask=None):
    inner = scores.float() if mask is None else scores.float().masked_fill(~mask, -torch.inf)
    powers = (inner - inner.amax(-1, keepdim=True).clamp(min=-1e38)).exp().to(scores.dtype)
    total = powers.sum(-1, keepdim=True)
    return (powers / total).masked_fill(total == 0, 0)


@mistake(safe_softmax_half, "The result stays in float32. It should come back in the dtype of the scores.")
def stays_in_float32(scores, mask=None):
    return _softmax(scores.float(), mask)


@mistake(
    safe_softmax_half,
    "A number like -10⁹ does not exist in float16: `masked_fill` raises an error. Go to float32 first and "
    "fill with -inf.",
    keeps=0.55,
)
def fills_with_a_billion(scores, mask=None):
    if mask is not None:
        scores = scores.masked_fill(~mask, -1e9)
    return _softmax(scores)


@mistake(
    safe_softmax_half,
    "A query that may look at nothing gets even weights: where all scores are the same very low number, softmax "
    "sees no "
    "difference. Such a row is zeros.",
    keeps=0.9,
)
def even_where_hidden(scores, mask=None):
    wide = scores.float() if mask is None else scores.float().masked_fill(~mask, torch.finfo(torch.float32).min)
    return _plain_softmax(wide).to(scores.dtype)


@mistake(
    safe_softmax_half,
    "A query that may look at nothing gets NaN: -inf - (-inf), or 0 / 0. Such a row is zeros.",
    keeps=0.9,
)
def nan_where_hidden(scores, mask=None):
    wide = scores.float() if mask is None else scores.float().masked_fill(~mask, -torch.inf)
    return _plain_softmax(wide).to(scores.dtype)


@mistake(
    safe_softmax_half,
    "The maximum is that of the whole tensor: rows that lie far below it underflow to 0 throughout. Each row "
    "has its own.",
)
def one_maximum(scores, mask=None):
    return _softmax(scores, mask, top=lambda s: s.amax())


@mistake(
    safe_softmax_half,
    "The maximum is taken before the mask. If a hidden score lies far above the visible ones, these "
    "underflow beside it. Hide first.",
    keeps=0.84,
)
def hidden_maximum(scores, mask=None):
    return _softmax(scores, mask, top=lambda s: scores.float().amax(-1, keepdim=True))


@mistake(safe_softmax_half, "The mask is read the other way round. Here True means: may be looked at.", keeps=0.5)
def inverted(scores, mask=None):
    return _softmax(scores, None if mask is None else ~mask)


@mistake(
    safe_softmax_half,
    "The mask changes nothing: hidden keys get weights like all others. Fill their scores with -inf before exp.",
    keeps=0.5,
)
def mask_forgotten(scores, mask=None):
    return _softmax(scores)


@mistake(
    safe_softmax_half,
    "The weights are masked at the end and no longer sum to 1. Hide before the sum is taken.",
    keeps=0.5,
)
def masked_at_the_end(scores, mask=None):
    weights = _softmax(scores)
    return weights if mask is None else weights * mask


@mistake(safe_softmax_half, "The sum runs over the rows, not over the keys. The keys are the last dimension.")
def over_the_rows(scores, mask=None):
    return _softmax(scores, mask, top=lambda s: s.amax(max(-2, -s.dim()), keepdim=True), dim=max(-2, -scores.dim()))


@mistake(
    safe_softmax_half,
    "Hidden keys get a low number as score, such as -10,000. In float16 a visible score can be lower, and "
    "then the hidden ones win. Fill with -inf.",
    keeps=0.9,
)
def fills_with_ten_thousand(scores, mask=None):
    weights = _softmax(scores if mask is None else scores.float().masked_fill(~mask, -1e4).to(scores.dtype))
    return weights if mask is None else weights.masked_fill(~mask.any(-1, keepdim=True), 0.0)


@mistake(
    safe_softmax_half,
    "Hidden keys get a low number as score, such as -10⁹. In bfloat16 a visible score can be lower, and a query that "
    "may look at nothing gets even weights. Fill with -inf.",
    keeps=0.84,
)
def fills_in_float32(scores, mask=None):
    wide = scores.float() if mask is None else scores.float().masked_fill(~mask, -1e9)
    return _plain_softmax(wide).to(scores.dtype)


@mistake(
    safe_softmax_half,
    "A hidden key has the score 0, as when scores are multiplied by the mask, and its weight is not 0. Fill with -inf.",
    keeps=0.5,
)
def multiplies_by_the_mask(scores, mask=None):
    return _softmax(scores if mask is None else scores * mask)


@mistake(
    safe_softmax_half,
    "Whatever comes in, float16 comes back. Return to `scores.dtype`, which can be bfloat16.",
)
def always_float16(scores, mask=None):
    return _softmax(scores, mask).half()


@mistake(
    safe_softmax_half,
    "The mean of each row is subtracted, not its largest score: exp still overflows where a score lies far above it.",
)
def subtracts_the_mean(scores, mask=None):
    wide = scores.float()
    powers = (wide - wide.mean(-1, keepdim=True)).exp()
    powers = powers if mask is None else powers.masked_fill(~mask, 0)
    return (powers / powers.sum(-1, keepdim=True).clamp(min=1e-30)).to(scores.dtype)


@mistake(safe_softmax_half, "The sum runs over everything. Each query has its own: `dim=-1, keepdim=True`.")
def one_sum(scores, mask=None):
    wide = scores.float() if mask is None else scores.float().masked_fill(~mask, -torch.inf)
    powers = (wide - wide.amax(-1, keepdim=True).clamp(min=-1e38)).exp()
    return (powers / powers.sum()).to(scores.dtype)


@mistake(
    safe_softmax_half,
    "The largest score is subtracted in half precision, before the conversion to float32: the difference is rounded.",
)
def subtracts_in_half(scores, mask=None):
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf)
    top = scores.amax(-1, keepdim=True).clamp(min=torch.finfo(scores.dtype).min)
    powers = (scores - top).float().exp()
    return (powers / powers.sum(-1, keepdim=True).clamp(min=1.0)).to(scores.dtype)


@mistake(
    safe_softmax_half,
    "Hidden keys get a low number as score, such as -10,000. In float16 a visible score can be lower, and a "
    "query that may look at nothing gets even weights. Fill with -inf.",
    keeps=0.84,
)
def fills_with_ten_thousand_only(scores, mask=None):
    wide = scores.float() if mask is None else scores.float().masked_fill(~mask, -1e4)
    return _plain_softmax(wide).to(scores.dtype)


@mistake(
    safe_softmax_half,
    "Hidden keys get a low number as score, such as -10⁹, and their weights are cleared at the end. In bfloat16 a "
    "visible score can be lower: then the hidden ones take all the weight. Fill with -inf.",
    keeps=0.95,
)
def fills_and_clears(scores, mask=None):
    weights = fills_in_float32(scores, mask)
    return weights if mask is None else weights.masked_fill(~mask, 0.0)


@mistake(
    safe_softmax_half,
    "A constant is subtracted from the scores of hidden keys. One that is larger by more than that still wins. Fill "
    "with -inf.",
    keeps=0.7,
)
def subtracts_ten_thousand(scores, mask=None):
    wide = scores.float() if mask is None else scores.float() - 1e4 * ~mask
    return _plain_softmax(wide).to(scores.dtype)


@mistake(
    safe_softmax_half,
    "The maximum is added to the logarithm of the sum. Beside a score of 60,000 that logarithm loses its digits, in "
    "float32, too. Divide by the sum instead.",
    keeps=0.95,
)
def through_the_logarithm(scores, mask=None):
    wide = scores.float() if mask is None else scores.float().masked_fill(~mask, -torch.inf)
    top = wide.amax(-1, keepdim=True).clamp(min=-3e38)
    total = (wide - top).exp().sum(-1, keepdim=True).clamp(min=1.0).log() + top
    return (wide - total).exp().to(scores.dtype)


@mistake(
    safe_softmax_half,
    "The caller's scores are changed, as by `masked_fill_` or `scores[~mask] = …`. `masked_fill`, without "
    "the underscore, makes a new tensor.",
    keeps=0.9,
)
def hides_in_place(scores, mask=None):
    if mask is not None:
        scores.masked_fill_(~mask, -torch.inf)
    return safe_softmax_half(scores, mask)


@mistake(
    safe_softmax_half,
    "The dimension is counted from the left: 1 is that of the keys in a matrix only. From the right it is always -1.",
)
def second_dimension(scores, mask=None):
    return _softmax(scores, mask, top=lambda s: s.amax(1, keepdim=True), dim=1)


@mistake(
    safe_softmax_half,
    "bfloat16 scores go through float16 on the way: what lies beyond 65,504 becomes infinite. `.float()` leads "
    "straight to float32.",
    keeps=0.93,
)
def by_way_of_float16(scores, mask=None):
    return _softmax(scores.half().float(), mask).to(scores.dtype)


@mistake(
    safe_softmax_half,
    "Hidden keys get the lowest number of the half format. A visible score may be that number too, and then a hidden "
    "key weighs as much as it does. Minus infinity is below every score.",
    keeps=0.96,
)
def hides_with_the_lowest_of_a_half(scores, mask=None):
    wide = scores.float()
    if mask is not None:
        wide = wide.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = _plain_softmax(wide)
    return (weights if mask is None else weights * mask.any(-1, keepdim=True)).to(scores.dtype)


@alternative(safe_softmax_half)
def filled_twice(scores, mask=None):
    if mask is None:
        return _plain_softmax(scores.float()).to(scores.dtype)
    wide = scores.float().masked_fill(~mask, -torch.inf)
    return _plain_softmax(wide).masked_fill(~mask, 0.0).to(scores.dtype)


@alternative(safe_softmax_half)
def in_float64(scores, mask=None):
    return _softmax(scores, mask, wide=torch.float64)


@alternative(safe_softmax_half)
def with_where(scores, mask=None):
    seen = torch.ones_like(scores, dtype=torch.bool) if mask is None else mask.expand_as(scores)
    wide = torch.where(seen, scores.float(), -torch.inf)
    top = wide.max(-1, keepdim=True).values
    powers = torch.where(seen, (wide - top.nan_to_num(neginf=0.0)).exp(), 0.0)
    return (powers / powers.sum(-1, keepdim=True).clamp(min=1e-30)).to(scores.dtype)


promised(
    safe_softmax_half,
    "Softmax over the keys, computed in float32 and rounded once.",
    by=[
        "small weights beside a large one",
        "small weights beside a large one, bfloat16",
        "more than 66,000 keys alike",
    ],
)
promised(
    safe_softmax_half,
    "scores: shape (..., query, key) or (key,), float16 or bfloat16, finite.",
    by=["one row, no batch", "float16", "bfloat16", "rows at both ends of float16", "visible scores of -10³⁰"],
)
promised(
    safe_softmax_half,
    "mask: boolean, broadcasts to `scores`; True where a query may look at a key.",
    by=["masked", "one mask for a whole batch", "masked, bfloat16"],
)
promised(safe_softmax_half, "None hides nothing.", by=["float16"])
promised(
    safe_softmax_half,
    "Weights, of the shape, dtype and device of `scores`: the true ones, rounded once to their format.",
    by=["float16", "bfloat16", "small weights beside a large one"],
)
promised(
    safe_softmax_half,
    "A hidden key has exactly 0; so have all keys of a query that may look at nothing, and gradients stay finite.",
    by=["masked", "visible scores below -60,000", "one such query", "gradients, masked"],
)
