"""`mask_tokens`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.pretraining import (  # they register themselves
    _mask_tokens_mistakes,  # noqa: F401
    _mask_tokens_more_mistakes,  # noqa: F401
)
from autograder.references.pretraining._mask_tokens import (
    IGNORED,
    by_chance,
    mask_tokens,
    steps,
)

ALL_MASKED = (
    "Each chosen token becomes [MASK]. A tenth of them should become a random token, and a tenth stay as they are."
)


@mistake(mask_tokens, ALL_MASKED)
def masks_all(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    return steps(input_ids, special, mask_id, vocab_size, generator, probability, shares=(1.0, 1.0))


@mistake(
    mask_tokens,
    "Special tokens are chosen like all others: they have labels, or change. `& ~special` leaves them out.",
)
def chooses_special_tokens(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    return mask_tokens(input_ids, torch.zeros_like(special), mask_id, vocab_size, generator, probability)


@mistake(mask_tokens, "Only special tokens are chosen: `special` is True where nothing may be chosen.")
def chooses_only_special_tokens(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    return mask_tokens(input_ids, ~special, mask_id, vocab_size, generator, probability)


@mistake(
    mask_tokens,
    "Tokens that were not chosen have their own number as a label, so that the loss asks for what stands there for all "
    "to see. Their label should be −100.",
)
def labels_everywhere(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    result, _ = mask_tokens(input_ids, special, mask_id, vocab_size, generator, probability)
    return result, input_ids.clone()


@mistake(
    mask_tokens,
    "The labels are wrong way round: they stand where nothing was chosen, and −100 where something was.",
)
def labels_of_the_others(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    return steps(
        input_ids, special, mask_id, vocab_size, generator, probability,
        label=lambda ids, result, chosen: ids.masked_fill(chosen, IGNORED),
    )  # fmt: skip


@mistake(
    mask_tokens,
    "A label is what stands in the masked input, often [MASK] itself, and not the token that stood there before. Keep "
    "the labels before anything is replaced.",
)
def labels_of_the_masked(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    return steps(
        input_ids, special, mask_id, vocab_size, generator, probability,
        label=lambda ids, result, chosen: result.masked_fill(~chosen, IGNORED),
    )  # fmt: skip


FEW_LABELS = (
    "Chosen tokens that stay as they are, or get a random token, have no label: their share of the labels is missing. "
    "Whoever was chosen has a label, whatever became of the token."
)


@mistake(mask_tokens, FEW_LABELS)
def labels_where_a_mask_stands(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    return steps(
        input_ids, special, mask_id, vocab_size, generator, probability,
        label=lambda ids, result, chosen: ids.masked_fill(result != mask_id, IGNORED),
    )  # fmt: skip


@mistake(mask_tokens, FEW_LABELS)
def labels_where_something_changed(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    return steps(
        input_ids, special, mask_id, vocab_size, generator, probability,
        label=lambda ids, result, chosen: ids.masked_fill(result == ids, IGNORED),
    )  # fmt: skip


@mistake(
    mask_tokens,
    "What is no label is not −100, but another number, as −1 or 0. `F.cross_entropy` leaves out −100 and nothing else.",
)
def ignores_with_minus_one(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    return steps(
        input_ids, special, mask_id, vocab_size, generator, probability,
        label=lambda ids, result, chosen: ids.masked_fill(~chosen, -1),
    )  # fmt: skip


@mistake(
    mask_tokens,
    "What is no label is not −100, but another number, as −1 or 0. `F.cross_entropy` leaves out −100 and nothing else.",
)
def ignores_with_zero(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    return steps(
        input_ids, special, mask_id, vocab_size, generator, probability,
        label=lambda ids, result, chosen: ids * chosen,
    )  # fmt: skip


@mistake(
    mask_tokens,
    "The caller's own tensor is changed, as by `input_ids[…] = mask_id`: the text itself is masked, for good. Work on "
    "a "
    "`clone()`, or with `masked_fill` and `torch.where`, which make new tensors.",
    keeps=0.9,
)
def masks_in_place(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    result, labels = mask_tokens(input_ids, special, mask_id, vocab_size, generator, probability)
    input_ids.copy_(result)
    return input_ids, labels


@mistake(mask_tokens, "The labels come first. The masked input does: `return inputs, labels`.")
def labels_first(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    return mask_tokens(input_ids, special, mask_id, vocab_size, generator, probability)[::-1]


@mistake(
    mask_tokens,
    "Tokens that were not chosen change as well: the throw that decides about [MASK] has to be joined with the choice, "
    "`chosen & (…)`.",
)
def changes_without_choosing(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    return steps(
        input_ids, special, mask_id, vocab_size, generator, probability, where=lambda chosen: ~special
    )  # fmt: skip


@mistake(
    mask_tokens,
    "Chosen are those who should not be: with a probability of 0.15, about 0.85 of the tokens. A throw between 0 and 1 "
    "lies *below* p with the chance p.".replace("*", ""),
)
def chooses_the_others(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    return steps(
        input_ids, special, mask_id, vocab_size, generator, probability,
        choose=lambda thrown, p, special: (thrown > p) & ~special,
    )  # fmt: skip


@alternative(mask_tokens)
def by_one_throw(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    return steps(input_ids, special, mask_id, vocab_size, generator, probability)


@alternative(mask_tokens)
def stays_first(input_ids, special, mask_id, vocab_size, generator, probability=0.15):
    """The three fates from a table of weights, and the random tokens only where they are needed."""
    chosen = by_chance(input_ids, probability, generator) & ~special
    many = max(1, input_ids.numel())
    weights = torch.tensor([0.1, 0.1, 0.8], device=input_ids.device)
    fate = torch.multinomial(weights, many, replacement=True, generator=generator)[: input_ids.numel()]
    fate = fate.reshape(input_ids.shape)
    result = input_ids.masked_fill(chosen & (fate == 2), mask_id)
    swap = chosen & (fate == 1)
    drawn = torch.randint(0, vocab_size, (int(swap.sum()),), generator=generator, device=input_ids.device)
    return result.masked_scatter(swap, drawn), input_ids.masked_fill(chosen.logical_not(), IGNORED)


promised(
    mask_tokens,
    "Each token that is not special is chosen with the given probability, by itself.",
    by=["a large batch: how many, and what never happens", "how many of four in a row", "two tokens side by side",
        "two rows of a batch"],
)  # fmt: skip
promised(
    mask_tokens,
    "Of the chosen tokens, 80 % become [MASK], 10 % become a token drawn from the whole vocabulary, which may be the "
    "old one or [MASK], and 10 % stay.",
    by=["what becomes of the chosen", "what stands instead of a token", "[MASK] has the number 0"],
)
promised(mask_tokens, "input_ids: shape (..., length), int64.", by=["one row alone", "two leading dimensions"])
promised(
    mask_tokens,
    "special: the same shape, boolean; True where nothing may be chosen.",
    by=["everybody is chosen", "a large batch: how many, and what never happens"],
)
promised(mask_tokens, "mask_id: the number of [MASK].", by=["[MASK] has the number 0", "what becomes of the chosen"])
promised(
    mask_tokens, "vocab_size: tokens are numbered from 0 to vocab_size − 1.", by=["what stands instead of a token"]
)
promised(
    mask_tokens,
    "generator: the only source of random numbers; it goes on from call to call.",
    by=["two calls with one generator", "torch's own stream", "the same seed, and another one"],
)
promised(
    mask_tokens,
    "probability: a number, or a tensor that holds one for each token.",
    by=["a probability for each token", "a probability for each token: 0 or 1", "without a probability"],
)
promised(
    mask_tokens,
    "Two new tensors of the same shape, int64: the masked input, and the labels, which are the token that stood there "
    "where one was chosen, and −100 elsewhere.",
    by=["everybody is chosen", "nobody is chosen", "the input afterwards"],
)
promised(
    mask_tokens,
    "Covers some tokens, and says what the model is to find there.",
    by=["everybody is chosen", "what becomes of the chosen"],
)
AND = "for booleans, a product says the same as `&`"
EDGE = "they differ for a throw that hits the border exactly, which one of 2²⁴ does"
CHOSEN = (
    "chosen = (torch.rand(input_ids.shape, generator=generator, device=input_ids.device) {} probability) {} ~special"
)
equivalent(mask_tokens, CHOSEN.format("<", "&"), CHOSEN.format("<", "*"), AND)
equivalent(mask_tokens, CHOSEN.format("<", "&"), CHOSEN.format("<=", "&"), EDGE)
MASKED = "masked = input_ids.masked_fill(chosen {} (fate {} 0.8), mask_id)"
equivalent(mask_tokens, MASKED.format("&", "<"), MASKED.format("*", "<"), AND)
equivalent(mask_tokens, MASKED.format("&", "<"), MASKED.format("&", "<="), EDGE)
OTHERS = "masked = torch.where(chosen {} (fate {} 0.9), anything, masked)"
equivalent(mask_tokens, OTHERS.format("&", ">="), OTHERS.format("*", ">="), AND)
equivalent(mask_tokens, OTHERS.format("&", ">="), OTHERS.format("&", ">"), EDGE)
