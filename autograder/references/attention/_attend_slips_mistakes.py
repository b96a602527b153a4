"""Slips of `attend`: products the wrong way round, sums along the wrong dimension."""

import torch

from autograder.references import mistake
from autograder.references.attention._attend import attend, weigh
from autograder.references.attention._attend_mistakes import OVERFLOWS, takes_numbers_out
from autograder.references.attention._numbers import NUMBERS, ROUNDED

TURNED = (
    "Query and keys meet the wrong way round, as in `query @ key` or `key.T @ query`: it fails, or in a square mixes "
    "the numbers of different words. One score for each word is `key @ query`."
)
VALUES_FIRST = (
    "Weights and values do not fit, as in `value @ weights` or `weights * value`: there is one weight for each row of "
    "`value`, so that it is `weights @ value`."
)


@mistake(attend, TURNED)
def query_first(query, key, value):
    return (query @ key).softmax(0) @ value


@mistake(
    attend,
    "The products of query and keys are added up over the words. They should be added up over the numbers of a word, "
    "the last dimension: one score for each word.",
)
def adds_over_words(query, key, value):
    return (key * query).sum(0).softmax(0) @ value


@mistake(attend, VALUES_FIRST)
def values_first(query, key, value):
    return value @ weigh(query, key)


@mistake(attend, VALUES_FIRST)
def weights_beside_numbers(query, key, value):
    return weigh(query, key) * value


@mistake(attend, VALUES_FIRST)
def weights_beside_numbers_added(query, key, value):
    return (weigh(query, key) * value).sum(0)


@mistake(
    attend,
    "The weighted values are added up along their own numbers, and one number for each word comes back. The sum runs "
    "over the words, dimension 0.",
    keeps=0.3,
)
def adds_within_words(query, key, value):
    return (weigh(query, key)[:, None] * value).sum(1)


@mistake(
    attend, ("One number comes back, the sum of everything. The sum runs over the words only, dimension 0."), keeps=0.3
)
def adds_everything(query, key, value):
    return (weigh(query, key)[:, None] * value).sum()


@mistake(
    attend,
    "The softmax is asked for a dimension that the scores do not have. There is one score for each word, and that is "
    "one dimension: dim=0, or dim=-1.",
)
def no_such_dimension(query, key, value):
    return (key @ query).softmax(1) @ value


@mistake(
    attend,
    "Negative scores are cut off (relu) and the others taken as weights. They do not sum to 1: a softmax makes weights "
    "of scores.",
)
def cuts_off(query, key, value):
    return (key @ query).relu() @ value


@mistake(attend, "The scores are divided by the root of the width of a value. Here they are plain dot products.")
def scaled_by_a_value(query, key, value):
    return (key @ query / value.shape[-1] ** 0.5).softmax(0) @ value


@mistake(attend, "The scores are divided by the root of the number of words. Here they are plain dot products.")
def scaled_by_words(query, key, value):
    return (key @ query / len(key) ** 0.5).softmax(0) @ value


@mistake(
    attend,
    "The values are added up by powers, exp(score − largest), and the weights do not sum to 1: what is still missing "
    "is to divide by the sum of these powers.",
)
def powers_only(query, key, value):
    scores = key @ query
    return (scores - scores.max()).exp() @ value


@mistake(
    attend,
    "Numbers were taken out of their tensors and put into a new one, as by torch.tensor([...]): dtype and gradient are "
    "lost. Stay with tensors.",
    keeps=0.9,
)
def a_new_tensor(query, key, value):
    return torch.tensor([float(number) for number in takes_numbers_out(query, key, value)], device=value.device)


def _shared_out(name, below):
    """Powers of the raw scores, divided by what `below` makes of their sum."""

    def answer(query, key, value):
        powers = (key @ query).exp()
        return powers @ value / below(powers.sum())

    answer.__name__ = f"overflows_{name}"
    mistake(attend, OVERFLOWS, keeps=0.98)(answer)


_shared_out("with_a_constant", lambda total: total + 1e-9)
_shared_out("and_is_clamped", lambda total: total.clamp(min=1e-9))


@mistake(attend, OVERFLOWS, keeps=0.98)
def overflows_without_nan(query, key, value):
    powers = (key @ query).exp()
    return (powers @ value / powers.sum()).nan_to_num(0.0)


def _in_numbers(softmax, sentence, keeps):
    def answer(query, key, value):
        return softmax(key @ query, None) @ value

    answer.__name__ = f"attend_{softmax.__name__}"
    mistake(attend, sentence, keeps)(answer)


for softmax, sentence, keeps in NUMBERS:
    if sentence != ROUNDED and "one_maximum" not in softmax.__name__:  # nothing is divided, and there is one query
        _in_numbers(softmax, sentence, keeps)
