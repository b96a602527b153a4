"""More mistakes of `top_p`: a sign, a dimension or a line that is another one."""

import torch

from autograder.references import mistake
from autograder.references.generation._top_p import filtered, must_be_a_share, top_p

OTHER_ROWS = (
    "In a batch, other rows have a say in what is left of a row, or there is an error: something is sorted, added up, "
    "protected or brought back along another dimension than the last."
)


def stepwise(scores, p, sort=-1, softmax=-1, total=-1, back=-1, keep=lambda gone: gone[..., -1:].fill_(False)):
    """From the least likely up, each step along a dimension of its own."""
    must_be_a_share(p)
    ordered, places = scores.sort(dim=sort, stable=True)
    gone = ordered.softmax(dim=softmax).cumsum(dim=total) <= 1 - p
    keep(gone)
    return scores.masked_fill(torch.zeros_like(gone).scatter(back, places, gone), -torch.inf)


@mistake(top_p, OTHER_ROWS)
def sorts_the_rows(scores, p):
    return stepwise(scores, p, sort=0)


@mistake(top_p, OTHER_ROWS)
def softmax_over_the_rows(scores, p):
    return stepwise(scores, p, softmax=0)


@mistake(top_p, OTHER_ROWS)
def scatters_over_the_rows(scores, p):
    return stepwise(scores, p, back=0)


@mistake(top_p, OTHER_ROWS)
def protects_the_last_row(scores, p):
    return stepwise(scores, p, keep=lambda gone: gone[-1:].fill_(False))


@mistake(
    top_p,
    "The best token of each row is taken out, whatever p is. Going up it is the last one, and should always stay.",
)
def takes_the_best_out(scores, p):
    return stepwise(scores, p, keep=lambda gone: gone[..., -1:].fill_(True))


@mistake(
    top_p,
    "The mask is the wrong way round: what belongs to the share p goes, apart from the very best, and the tail is "
    "left.",
)
def the_tail_and_the_best(scores, p):
    return filtered(scores, p, lambda below, p: below > 1 - p)


@mistake(top_p, "What is taken out gets +∞: it will win for certain. It takes −∞.")
def fills_with_plus_infinity(scores, p):
    return filtered(scores, p, fill=torch.inf)


@mistake(
    top_p,
    "Exponentials of the scores are added up, without being divided by their sum. They are no probabilities yet: take "
    "the softmax.",
)
def adds_up_exponentials(scores, p):
    must_be_a_share(p)
    ordered, places = scores.sort(dim=-1, stable=True)
    gone = ordered.exp().cumsum(dim=-1) <= 1 - p
    gone[..., -1] = False
    return scores.masked_fill(torch.zeros_like(gone).scatter(-1, places, gone), -torch.inf)


@mistake(top_p, "p = 0 is refused. It is allowed, and leaves the likeliest token.", keeps=0.95)
def refuses_zero(scores, p):
    if not 0 < p <= 1:
        raise ValueError("above 0, and up to 1")
    return filtered(scores, p)


@mistake(top_p, "p = 1 is refused. It is allowed, and leaves every token that has a probability.", keeps=0.95)
def refuses_one(scores, p):
    if not 0 <= p < 1:
        raise ValueError("from 0 to below 1")
    return filtered(scores, p)


@mistake(
    top_p,
    "Of equal tokens the right ones stay in a short row, and others in a long one. A sort keeps the order of equals "
    "for certain only if it is asked to, with `stable=True`.",
    keeps=0.95,
)
def sorts_as_it_comes(scores, p):
    must_be_a_share(p)
    ordered, places = scores.sort(dim=-1)
    gone = ordered.softmax(dim=-1).cumsum(dim=-1) <= 1 - p
    gone[..., -1] = False
    return scores.masked_fill(gone.gather(-1, places.argsort(dim=-1)), -torch.inf)
