"""Mistakes of `einsum_attention` with roots and numbers."""

from autograder.references import mistake
from autograder.references.attention._einsum_attention import einsum_attention, with_steps
from autograder.references.attention._numbers import NUMBERS, ROOTS, STAYS_IN_FLOAT32


def _wrong(sentence, name, keeps=0.5, **changes):
    """A mistake that changes one step."""

    def answer(x, memory, w_q, w_k, w_v, w_o, mask=None):
        return with_steps(x, memory, w_q, w_k, w_v, w_o, mask, **changes)

    answer.__name__ = f"einsum_{name}"
    mistake(einsum_attention, sentence, keeps)(answer)


for name, root, sentence in ROOTS:
    _wrong(sentence, name, root=root)
for softmax, sentence, keeps in NUMBERS:
    _wrong(sentence, softmax.__name__, keeps, softmax=softmax)


@mistake(
    einsum_attention,
    "A mask that hides everything hides nothing: it is taken for none, as where any() is asked whether there is a "
    "mask. `is None` is the question; and who may look at nothing gets zeros.",
    keeps=0.98,
)
def einsum_takes_an_empty_mask_for_none(x, memory, w_q, w_k, w_v, w_o, mask=None):
    return with_steps(x, memory, w_q, w_k, w_v, w_o, mask if mask is not None and mask.any() else None)


@mistake(einsum_attention, STAYS_IN_FLOAT32, keeps=0.9)
def einsum_stays_in_float32(x, memory, w_q, w_k, w_v, w_o, mask=None):
    return with_steps(*(item.float() for item in (x, memory, w_q, w_k, w_v, w_o)), mask)
