"""`top_p`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised
from autograder.references.generation import _top_p_mistakes, _top_p_slips  # noqa: F401  (they register themselves)
from autograder.references.generation._top_p import downwards, filtered, must_be_a_share, top_p


@mistake(
    top_p,
    "The token that crosses p is left out: the ones that stay have less than p together. It should be the last one in.",
)
def leaves_out_who_crosses(scores, p):
    return downwards(scores, p, lambda shares, sums, p: sums > p)


@mistake(
    top_p,
    "The token at which the sum reaches p is left out, also where it reaches it exactly: the ones that stay have less "
    "than p together. It should be the last one in.",
)
def leaves_out_who_reaches(scores, p):
    return downwards(scores, p, lambda shares, sums, p: sums >= p)


@mistake(
    top_p,
    "Where the sum reaches p exactly, one token more is let in: who comes after p has been reached is out. (Going "
    "down, one stays if the sum before it is less than p; going up, one goes if the sum is 1 − p or less.)",
    keeps=0.8,
)
def lets_one_more_in(scores, p):
    return filtered(scores, p, lambda below, p: below < 1 - p)


@mistake(top_p, "One token too many stays: the sum had reached p before it.")
def keeps_one_more(scores, p):
    return downwards(scores, p, lambda shares, sums, p: sums - shares - shares.roll(1, dims=-1) >= p)


@mistake(
    top_p,
    "The least likely tokens are kept: the sum was taken from the wrong end, with the mask of the other one.",
)
def keeps_the_least(scores, p):
    must_be_a_share(p)
    ordered, places = scores.sort(dim=-1, stable=True)
    shares = ordered.softmax(dim=-1)
    gone = shares.cumsum(dim=-1) - shares >= p
    return scores.masked_fill(torch.zeros_like(gone).scatter(-1, places, gone), -torch.inf)


@mistake(
    top_p,
    "The tokens that make up p are taken out, and the tail is left: the mask is the wrong way round.",
)
def removes_the_best(scores, p):
    kept = filtered(scores, p)
    return scores.masked_fill(kept > -torch.inf, -torch.inf)


@mistake(
    top_p,
    "The mask comes back in the order of the sorted scores and is laid on the unsorted ones: the wrong tokens go. "
    "Bring it back to their places, with `scatter`, or with `gather` by the inverse of the order.",
)
def forgets_the_order(scores, p):
    must_be_a_share(p)
    gone = scores.sort(dim=-1).values.softmax(dim=-1).cumsum(dim=-1) <= 1 - p
    gone[..., -1] = False
    return scores.masked_fill(gone, -torch.inf)


@mistake(
    top_p,
    "The mask is brought back by `gather` with the order of the sort itself. That sorts it once more; `gather` takes "
    "the inverse of the order, `order.argsort(-1)`, and `scatter` the order itself.",
)
def gathers_by_the_order(scores, p):
    must_be_a_share(p)
    ordered, places = scores.sort(dim=-1, stable=True)
    gone = ordered.softmax(dim=-1).cumsum(dim=-1) <= 1 - p
    gone[..., -1] = False
    return scores.masked_fill(gone.gather(-1, places), -torch.inf)


@mistake(top_p, "The scores come back sorted: nobody knows any more whose they are. Each stays at its place.")
def returns_them_sorted(scores, p):
    return filtered(scores.sort(dim=-1, descending=True).values, p)


@mistake(
    top_p,
    "The sum runs over the tokens as they stand in the vocabulary. Sort them by their scores first.",
)
def forgets_to_sort(scores, p):
    must_be_a_share(p)
    shares = scores.softmax(dim=-1)
    gone = shares.cumsum(dim=-1) - shares >= p
    return scores.masked_fill(gone, -torch.inf)


@mistake(
    top_p,
    "Nothing is taken out, whatever p is: the mask is empty, perhaps because something is added up that never reaches "
    "p, or because the mask is lost on its way back to its places.",
)
def removes_nothing(scores, p):
    must_be_a_share(p)
    return scores.clone()


@mistake(
    top_p,
    "Each probability is compared by itself with p or 1 − p, as in min-p filtering. It is the sum over the more likely "
    "ones that decides.",
)
def compares_each(scores, p):
    must_be_a_share(p)
    shares = scores.softmax(dim=-1)
    return scores.masked_fill((shares < 1 - p) & (shares < shares.amax(dim=-1, keepdim=True)), -torch.inf)


@mistake(
    top_p,
    "Each probability is compared by itself, with a share of the largest one: that is min-p filtering. Here the sum "
    "over the more likely ones decides.",
)
def min_p(scores, p):
    must_be_a_share(p)
    shares = scores.softmax(dim=-1)
    return scores.masked_fill(shares < (1 - p) * shares.amax(dim=-1, keepdim=True), -torch.inf)


@mistake(
    top_p,
    "What is taken out gets the score 0. After the softmax that is not 0; it takes −∞.",
)
def fills_with_zero(scores, p):
    return filtered(scores, p, fill=0.0)


@mistake(
    top_p,
    "What is taken out gets a large negative number. Promised is −∞: a probability of exactly 0.",
    keeps=0.6,
)
def fills_with_a_large_number(scores, p):
    return filtered(scores, p, fill=-1e9)


@mistake(top_p, "Probabilities come back. Asked for are scores, with −∞ for what is out.")
def returns_probabilities(scores, p):
    return filtered(scores, p).softmax(dim=-1)


@mistake(
    top_p,
    "Where nothing should be left but the best (a p of 0), nothing at all is left. The best token always stays.",
    keeps=0.95,
)
def leaves_nothing_at_zero(scores, p):
    return filtered(scores, p, best=False)


@mistake(
    top_p,
    "Who is as likely as the last one in is kept as well, as with a threshold for the scores. Of equals only as many "
    "stay as are needed to reach p: the later ones.",
    keeps=0.75,
)
def keeps_all_equals(scores, p):
    kept = filtered(scores, p)
    least = kept.masked_fill(kept == -torch.inf, torch.inf).amin(dim=-1, keepdim=True)
    return scores.masked_fill(scores < least, -torch.inf)


@mistake(
    top_p,
    "Of equal tokens the first ones are kept. transformers sums from the least likely up, in the order of a stable "
    "sort, so there the first ones go, and the later ones stay. Nobody else will mind, but two programs should agree.",
    keeps=0.9,
)
def keeps_the_earlier(scores, p):
    return downwards(scores.double(), p, lambda shares, sums, p: sums - shares >= p, stable_up=False).to(scores.dtype)


@mistake(
    top_p,
    "Two things: of equal tokens the first ones are kept, where the later ones should be; and with p = 1 the tail is "
    "lost, since a sum in float32 that begins with the likely ones is 1 before it gets there. Sum from the least "
    "likely up, with a stable sort, and both are mended.",
    keeps=0.85,
)
def sums_downwards(scores, p):
    return downwards(scores, p, lambda shares, sums, p: sums - shares >= p, stable_up=False)


@mistake(
    top_p,
    "With p = 1 the tail is lost: a sum in float32 that begins with the likely ones is 1 before it gets there. Sum "
    "from the least likely up.",
    keeps=0.95,
)
def loses_the_tail(scores, p):
    return downwards(scores, p, lambda shares, sums, p: sums - shares >= p)


@mistake(
    top_p,
    "A p below 0 or above 1 is not refused with a ValueError. (A p of 90 for 90 % would let everything through, and "
    "nobody would notice.)",
    keeps=0.9,
)
def refuses_nothing(scores, p):
    return filtered(scores, min(max(p, 0.0), 1.0), check=lambda p: None)


@mistake(
    top_p,
    "p = 0 or p = 1 is refused. Both are allowed: they leave the best, and all.",
    keeps=0.85,
)
def refuses_the_ends(scores, p):
    if not 0 < p < 1:
        raise ValueError("between 0 and 1")
    return filtered(scores, p)


@mistake(top_p, "The caller's scores are changed. Return a new tensor.", keeps=0.9)
def in_place(scores, p):
    return scores.masked_fill_(filtered(scores, p) == -torch.inf, -torch.inf)


@mistake(
    top_p,
    "In a batch, the sum runs over all rows together, or over another dimension than the last. Each row has a p of its "
    "own.",
)
def over_the_batch(scores, p):
    return filtered(scores.reshape(1, -1), p).reshape(scores.shape)


@alternative(top_p)
def from_below(scores, p):
    must_be_a_share(p)
    ordered, places = torch.sort(scores, dim=-1, stable=True)
    gone = ordered.softmax(-1).cumsum(-1) <= 1 - p
    gone[..., -1:] = False
    return torch.where(gone.gather(-1, places.argsort(-1)), -torch.inf, scores)


@alternative(top_p)
def row_by_row(scores, p):
    if p < 0 or p > 1:
        raise ValueError("no share")
    result = torch.full_like(scores, float("-inf"))
    for row, target in zip(scores.reshape(-1, scores.shape[-1]), result.view(-1, scores.shape[-1]), strict=True):
        below, shares = 0.0, row.double().softmax(-1).tolist()
        order = sorted(range(len(shares)), key=lambda place: (shares[place], place))
        for place in order:
            below += shares[place]
            if below > 1 - p + 1e-12 or place == order[-1] or (p == 1 and below > 0):
                target[place] = row[place]
    return result


promised(
    top_p,
    "Keeps the fewest tokens of each row that reach p between them, the likeliest, and sets the others to −∞.",
    by=["one row", "rows that keep different numbers of tokens", "one token has more than p"],
)
promised(
    top_p, "scores: shape (..., vocabulary), floating point.", by=["two dimensions before the vocabulary", "float64"]
)
promised(
    top_p,
    "p: from 0, which keeps the likeliest token only, to 1, which keeps every token that has a probability.",
    by=["p is zero", "p is one", "p is one, and there is a long tail"],
)
promised(
    top_p,
    "The token with which the sum reaches p, exactly or by crossing it, is the last one that is kept.",
    by=["how many of equals reach p exactly", "a hair below and above an exact sum"],
)
promised(top_p, "Of equal tokens, those that stand later in the vocabulary are kept first.", by=["which of equals"])
promised(top_p, "A new tensor of the same shape and dtype.", by=["the scores afterwards", "float64"])
promised(top_p, "ValueError: p is below 0 or above 1.", by=["below zero, and above one"])
