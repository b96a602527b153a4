"""Mistakes of `attend`."""

import torch
from torch.nn import functional as F

from autograder.references import mistake
from autograder.references.attention._attend import attend, weigh


@mistake(attend, "The softmax is missing: the values are added up by their raw scores.", keeps=0.3)
def by_raw_scores(query, key, value):
    return key @ query @ value


@mistake(
    attend,
    "What comes back are the weights, one for each word. They still have to mix the values: weights @ value.",
    keeps=0.3,
)
def stops_at_weights(query, key, value):
    return weigh(query, key)


@mistake(attend, "What comes back are the scores: softmax and values are missing.", keeps=0.3)
def stops_at_scores(query, key, value):
    return key @ query


@mistake(
    attend,
    "The values are weighted and not added up: there is still one row for each word. The sum over the words is "
    "missing.",
    keeps=0.3,
)
def never_adds(query, key, value):
    return weigh(query, key)[:, None] * value


@mistake(
    attend,
    "What comes back is mixed from the keys. A key says how a word is found; what is handed over is its value.",
)
def mixes_keys(query, key, value):
    return weigh(query, key) @ key


@mistake(
    attend, "The scores compare the query with the values. It is the keys that a query is compared with, key @ query."
)
def compares_with_values(query, key, value):
    return weigh(query, value) @ value


@mistake(
    attend,
    "The weights are made from the scores by dividing by their sum, without exp. Scores may be negative, and their sum "
    "may be 0; with a softmax all weights are positive.",
)
def divides_by_the_sum(query, key, value):
    scores = key @ query
    return scores / scores.sum() @ value


@mistake(
    attend,
    "The values are added up by exp(score), and the weights do not sum to 1: what is still missing is to divide by the "
    "sum of these powers.",
)
def never_divides(query, key, value):
    return (key @ query).exp() @ value


OVERFLOWS = (
    "exp is taken of the raw scores: where they are large it overflows, and where they lie far below zero it is 0. "
    "torch.softmax subtracts the largest first."
)


@mistake(attend, OVERFLOWS, keeps=0.9)
def overflows(query, key, value):
    powers = (key @ query).exp()
    return powers / powers.sum() @ value


@mistake(
    attend,
    "The scores are divided by the root of d. That comes in the next section; here they are plain dot products.",
)
def scaled_already(query, key, value):
    return (key @ query / len(query) ** 0.5).softmax(0) @ value


@mistake(attend, "The scores are divided by d. Here they are plain dot products.")
def divided_by_d(query, key, value):
    return (key @ query / len(query)).softmax(0) @ value


@mistake(
    attend,
    "Only the word that fits best is heard, as with argmax. Each word is heard by its weight; and argmax has no "
    "gradient from which a query could learn.",
)
def hears_the_best(query, key, value):
    return value[(key @ query).argmax()] + 0 * (query.sum() + key.sum())


@mistake(attend, "All words are heard alike, as by a plain mean: the scores have no influence.", keeps=0.3)
def hears_all_alike(query, key, value):
    return value.mean(0) + 0 * (query.sum() + key.sum())


@mistake(
    attend,
    "The values are added up with a weight of 1 each. A softmax along a dimension of size 1 gives that: after "
    "`query[:, None]` the words lie along dimension 0.",
    keeps=0.3,
)
def softmax_of_one(query, key, value):
    return ((key @ query[:, None]).softmax(-1) * value).sum(0)


@mistake(
    attend,
    "The softmax runs along the wrong dimension of the products: it is over the words, one score each.",
)
def softmax_over_words_before_the_sum(query, key, value):
    return (key * query).softmax(0).sum(-1) @ value


@mistake(attend, "The mean over the words divides once more by how many there are. The weights sum to 1 already.")
def divides_by_the_words(query, key, value):
    return (weigh(query, key)[:, None] * value).mean(0)


@mistake(attend, "The weights are turned round: the worse a key fits, the more it is heard. A minus too much, perhaps.")
def hears_the_worst(query, key, value):
    return (-(key @ query)).softmax(0) @ value


@mistake(
    attend,
    "The scores are distances, or their negatives, between query and key. They should be dot products: a longer key "
    "then counts more.",
)
def by_distances(query, key, value):
    return (-(key - query).square().sum(-1)).softmax(0) @ value


@mistake(
    attend,
    "Query and keys are brought to length 1 (cosines). The scores are plain dot products, in which length counts.",
)
def by_cosines(query, key, value):
    return F.cosine_similarity(key, query[None], dim=-1).softmax(0) @ value


@mistake(attend, "sigmoid looks at each score alone. With a softmax the words share: all weights sum to 1.")
def by_sigmoid(query, key, value):
    return (key @ query).sigmoid() @ value


@mistake(attend, "The softmax is taken twice: the second one levels the weights out.")
def softmax_twice(query, key, value):
    return weigh(query, key).softmax(0) @ value


@mistake(
    attend,
    "The values are added up by the logarithms of their weights, as with log_softmax. softmax gives the weights.",
    keeps=0.3,
)
def by_log_softmax(query, key, value):
    return (key @ query).log_softmax(0) @ value


@mistake(attend, "Two things come back, what is heard and the weights. Only the first is wanted.", keeps=0.3)
def hears_and_weighs(query, key, value):
    return weigh(query, key) @ value, weigh(query, key)


@mistake(
    attend,
    "The result is a row of a table, shape (1, d_v), as when the query was made a table of one row. One word hears one "
    "vector, (d_v,).",
    keeps=0.3,
)
def a_table_of_one(query, key, value):
    return (query[None] @ key.T).softmax(-1) @ value


@mistake(
    attend,
    "The gradient is lost on the way: numbers were taken out of their tensors, as by float(), .item() or detach(). "
    "Stay with tensors, or nothing can learn what to ask.",
    keeps=0.97,
)
def takes_numbers_out(query, key, value):
    with torch.no_grad():
        return weigh(query, key) @ value
