"""Mistakes of `attention` with roots and numbers, and with shapes that were thought of one by one."""

import torch

from autograder.references import mistake
from autograder.references.attention._attention import attention
from autograder.references.attention._numbers import NUMBERS, ROOTS, STAYS_IN_FLOAT32
from autograder.references.attention._shared import hide, masked_softmax, scaled_scores
from autograder.references.attention._softmax import NAN_ON_THE_WAY_BACK

CASES = (
    "With two dimensions before the queries it fails: the shapes are told apart as cases, or by bmm and transpose(1, "
    "2), and this one is not among them. `@`, `.mT` and dim=-1 count from the end and need no cases."
)


def _weighing(weights, name, sentence, keeps=0.5):
    """Attention by these weights of query, key and mask."""

    def answer(query, key, value, mask=None):
        return weights(query, key, mask) @ value

    answer.__name__ = f"attention_{name}"
    mistake(attention, sentence, keeps)(answer)


for name, root, sentence in ROOTS:
    _weighing(
        lambda query, key, mask, root=root: masked_softmax(query @ key.mT / root(query.shape[-1]), mask), name, sentence
    )
for softmax, sentence, keeps in NUMBERS:
    _weighing(
        lambda query, key, mask, softmax=softmax: softmax(scaled_scores(query, key), mask),
        softmax.__name__, sentence, keeps,
    )  # fmt: skip


@mistake(attention, CASES, keeps=0.85)
def a_product_for_each_case(query, key, value, mask=None):
    scores = torch.bmm(query, key.transpose(1, 2)) if query.dim() == 3 else query @ key.transpose(0, 1)
    return masked_softmax(scores / query.shape[-1] ** 0.5, mask) @ value


@mistake(attention, CASES, keeps=0.85)
def turned_without_a_batch(query, key, value, mask=None):
    turned = key.T if key.dim() == 2 else key.transpose(1, 2)
    return masked_softmax(query @ turned / query.shape[-1] ** 0.5, mask) @ value


@mistake(attention, CASES, keeps=0.85)
def bmm_with_a_batch_of_one(query, key, value, mask=None):
    alone = query.dim() == 2
    if alone:
        query, key, value = query[None], key[None], value[None]
    mixed = torch.bmm(masked_softmax(torch.bmm(query, key.mT) / query.shape[-1] ** 0.5, mask), value)
    return mixed[0] if alone else mixed


@mistake(
    attention,
    "A mask that hides everything hides nothing: it is taken for none, as where any() is asked whether there is a "
    "mask. `is None` is the question; and who may look at nothing gets zeros.",
    keeps=0.98,
)
def takes_an_empty_mask_for_none(query, key, value, mask=None):
    return masked_softmax(scaled_scores(query, key), mask if mask is not None and mask.any() else None) @ value


@mistake(attention, NAN_ON_THE_WAY_BACK, keeps=0.97)
def nan_in_the_result_replaced(query, key, value, mask=None):
    return (hide(scaled_scores(query, key), mask).softmax(-1) @ value).nan_to_num(0.0)


@mistake(attention, STAYS_IN_FLOAT32, keeps=0.85)
def attention_stays_in_float32(query, key, value, mask=None):
    return masked_softmax(scaled_scores(query.float(), key.float()), mask) @ value.float()
