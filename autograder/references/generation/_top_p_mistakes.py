"""More mistakes of `top_p`: the plainest slips, and the recipe that many programs carry."""

import torch

from autograder.references import mistake
from autograder.references.generation._top_p import downwards, filtered, must_be_a_share, top_p


@mistake(
    top_p,
    "Going up from the least likely, tokens go as long as the sum is p or less: of 1, that leaves only 1 − p. They go "
    "as long as it is 1 − p or less.",
)
def up_to_p(scores, p):
    return filtered(scores, p, lambda below, p: below <= p)


@mistake(
    top_p,
    "The likeliest tokens go, apart from the very best: the comparison belongs to a sum from the top, and the sum "
    "comes from the bottom.",
)
def above_p_from_below(scores, p):
    return filtered(scores, p, lambda below, p: below >= p)


@mistake(
    top_p,
    "Scores are added up as they are, without a softmax. It is probabilities that reach p.",
)
def adds_up_scores(scores, p):
    must_be_a_share(p)
    ordered, places = scores.sort(dim=-1, stable=True)
    gone = ordered.cumsum(dim=-1) <= 1 - p
    gone[..., -1] = False
    return scores.masked_fill(torch.zeros_like(gone).scatter(-1, places, gone), -torch.inf)


@mistake(
    top_p,
    "It is the least likely token that always stays. The best one should: going up, it is the last.",
)
def the_first_always_stays(scores, p):
    must_be_a_share(p)
    ordered, places = scores.sort(dim=-1, stable=True)
    gone = ordered.softmax(dim=-1).cumsum(dim=-1) <= 1 - p
    gone[..., 0] = False
    return scores.masked_fill(torch.zeros_like(gone).scatter(-1, places, gone), -torch.inf)


@mistake(top_p, "The scores come back sorted: nobody knows any more whose they are. Each stays at its place.")
def returns_them_rising(scores, p):
    must_be_a_share(p)
    ordered, places = scores.sort(dim=-1, stable=True)
    gone = ordered.softmax(dim=-1).cumsum(dim=-1) <= 1 - p
    gone[..., -1] = False
    return ordered.masked_fill(torch.zeros_like(gone).scatter(-1, places, gone), -torch.inf)


@mistake(top_p, "The scores come back sorted: nobody knows any more whose they are. Each stays at its place.")
def returns_the_sorted_ones(scores, p):
    return filtered(scores.sort(dim=-1, stable=True).values, p)


@mistake(
    top_p,
    "Each probability is compared by itself with p or 1 − p, as in min-p filtering. It is the sum over the more likely "
    "ones that decides.",
)
def without_a_sum(scores, p):
    must_be_a_share(p)
    ordered, places = scores.sort(dim=-1, stable=True)
    gone = ordered.softmax(dim=-1) <= 1 - p
    gone[..., -1] = False
    return scores.masked_fill(torch.zeros_like(gone).scatter(-1, places, gone), -torch.inf)


@mistake(
    top_p,
    "The sum runs over the rows of the batch, not over the tokens of a row. It runs along the last dimension.",
)
def sums_over_the_rows(scores, p):
    must_be_a_share(p)
    ordered, places = scores.sort(dim=-1, stable=True)
    gone = ordered.softmax(dim=-1).cumsum(dim=0) <= 1 - p
    gone[..., -1] = False
    return scores.masked_fill(torch.zeros_like(gone).scatter(-1, places, gone), -torch.inf)


@mistake(
    top_p,
    "The probabilities that are added up are not sorted, though the places are: the sum runs over the vocabulary. Take "
    "the softmax of the sorted scores.",
)
def softmax_of_the_unsorted(scores, p):
    must_be_a_share(p)
    places = scores.sort(dim=-1, stable=True).indices
    gone = scores.softmax(dim=-1).cumsum(dim=-1) <= 1 - p
    gone[..., -1] = False
    return scores.masked_fill(torch.zeros_like(gone).scatter(-1, places, gone), -torch.inf)


@mistake(
    top_p,
    "Two things, and both are in a recipe that many programs carry (sort downwards, sum > p, move the mask by one): "
    "where the sum reaches p exactly one token more is let in; and of equal tokens the first ones stay, not the later "
    "ones.",
    keeps=0.85,
)
def the_old_recipe(scores, p):
    return downwards(scores, p, lambda shares, sums, p: (sums > p).roll(1, dims=-1), stable_up=False)


TOKENS_AS_ROWS = (
    "A single row is right, or nearly; in a batch whole rows are out, or there is an error about an index. Numbers of "
    "tokens are taken for those of rows, as with `scores[indices] = −∞`. Say for each row which of its tokens go, with "
    "a mask and `scatter`."
)


def by_numbers(scores, p, gone, places, fill=-torch.inf):
    scores[places[gone]] = fill
    return scores


@mistake(top_p, TOKENS_AS_ROWS)
def tokens_taken_for_rows(scores, p):
    must_be_a_share(p)
    ordered, places = scores.sort(dim=-1, stable=True)
    gone = ordered.softmax(dim=-1).cumsum(dim=-1) <= 1 - p
    gone[..., -1] = False
    return by_numbers(scores.clone(), p, gone, places)


@mistake(top_p, TOKENS_AS_ROWS)
def the_recipe_for_a_single_row(scores, p):
    must_be_a_share(p)
    ordered, places = scores.sort(dim=-1, descending=True)
    gone = (ordered.softmax(dim=-1).cumsum(dim=-1) > p).roll(1, dims=-1)
    gone[..., 0] = False
    return by_numbers(scores, p, gone, places)


@mistake(top_p, TOKENS_AS_ROWS)
def the_recipe_for_a_single_row_on_a_copy(scores, p):
    return the_recipe_for_a_single_row(scores.clone(), p)
