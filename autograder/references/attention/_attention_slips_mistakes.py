"""Slips of `attention`: products the wrong way round, dimensions counted from the front."""

import torch

from autograder.references import mistake
from autograder.references.attention._attention import attention
from autograder.references.attention._shared import hide, masked_softmax, scaled_scores

WRONG_WAY = (
    "Weights and values meet the wrong way round, as in `value @ weights`, `weights * value` or `weights.mT @ value`."
    " A row of weights is one query's: weights @ value."
)


def _weighing(sentence, name, scores, keeps=0.5):
    """Attention by these scores of query and key."""

    def answer(query, key, value, mask=None):
        return masked_softmax(scores(query, key), mask) @ value

    answer.__name__ = name
    mistake(attention, sentence, keeps)(answer)


def _mixing(sentence, name, mixed, keeps=0.5):
    """Right weights, and what is then made of them and of the values."""

    def answer(query, key, value, mask=None):
        return mixed(masked_softmax(scaled_scores(query, key), mask), value)

    answer.__name__ = name
    mistake(attention, sentence, keeps)(answer)


_weighing(
    "d_k is taken from dimension 1: with a batch that is the number of queries. Counted from the end it is right with"
    " and without a batch, query.shape[-1].",
    "width_from_dimension_one",
    lambda query, key: query @ key.mT / query.shape[1] ** 0.5,
)
_weighing(
    "d_k is taken from dimension 2: it is there with one batch dimension only. Counted from the end it is right "
    "always, query.shape[-1].",
    "width_from_dimension_two",
    lambda query, key: query @ key.mT / query.shape[2] ** 0.5,
    keeps=0.6,
)
_weighing(
    "The scores are divided by the square of d_k, not by its root.",
    "by_the_square",
    lambda query, key: query @ key.mT / query.shape[-1] ** 2,
)
_weighing(
    "The keys are not turned: in `query @ key` a query's numbers meet the words, which fails, or in a square goes "
    "wrong. It is query @ key.mT.",
    "keys_not_turned",
    lambda query, key: query @ key / query.shape[-1] ** 0.5,
)
_weighing(
    "With a batch the keys are turned in the wrong dimensions, as by key.T or transpose(0, 1). `key.mT` swaps the "
    "last two and leaves the others alone.",
    "turns_the_batch",
    lambda query, key: query @ key.transpose(0, 1) / query.shape[-1] ** 0.5,
)
_weighing(
    "With a batch the keys are turned in the wrong dimensions, as by key.T or transpose(0, 1). `key.mT` swaps the "
    "last two and leaves the others alone.",
    "turns_everything",
    lambda query, key: query @ key.permute(*reversed(range(key.dim()))) / query.shape[-1] ** 0.5,
)
_weighing(
    "The keys are cut up anew where they should be turned, as by reshape or view: that keeps the order of the numbers"
    " in memory. `key.mT` swaps rows and columns.",
    "cuts_the_keys_anew",
    lambda query, key: query @ key.reshape(*key.shape[:-2], key.shape[-1], key.shape[-2]) / query.shape[-1] ** 0.5,
)
_weighing(
    "Queries and keys are multiplied number by number, and nothing is added up. A score is a dot product: query @ "
    "key.mT.",
    "number_by_number",
    lambda query, key: query * key / query.shape[-1] ** 0.5,
)
_weighing(
    "float64 loses half of the digits of √d_k, as when it is made by torch.tensor(d).sqrt(), a float32. math.sqrt "
    "keeps them.",
    "a_root_in_float32",
    lambda query, key: query @ key.mT / torch.tensor(query.shape[-1], device=query.device).sqrt(),
    keeps=0.97,
)
_mixing(WRONG_WAY, "values_before_weights", lambda weights, value: value @ weights)
_mixing(WRONG_WAY, "weights_times_values", lambda weights, value: weights * value)
_mixing(WRONG_WAY, "weights_turned", lambda weights, value: weights.mT @ value)


@mistake(
    attention,
    "After the softmax what is hidden is set to −∞, not to 0: the values are added up with infinite weights.",
)
def infinite_weights(query, key, value, mask=None):
    weights = hide(scaled_scores(query, key), mask).softmax(-1)
    return hide(weights, mask) @ value
