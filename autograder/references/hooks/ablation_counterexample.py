"""`ablation_counterexample`: inputs that tell all suspects apart, and inputs that do not."""

import torch

from autograder.references import alternative, mistake, promised


def ablation_counterexample():
    values = torch.arange(1.0, 13.0, dtype=torch.float64).reshape(2, 6).square()
    weight = torch.arange(36.0, dtype=torch.float64).reshape(6, 6).sin()
    return values, weight, 2, 1


def drawn(tokens, heads, size, weight=None):
    stream = torch.Generator().manual_seed(0)
    width = heads * size
    values = torch.randn(tokens, width, generator=stream, dtype=torch.float64)
    weight = torch.randn(width, width, generator=stream, dtype=torch.float64) if weight is None else weight
    return values, weight, heads, heads - 1


@mistake(
    ablation_counterexample,
    "The suspect that switches off after the projection goes unseen: this projection leaves each head's numbers in "
    "their own slice, as the identity does. Let it mix them.",
    keeps=0.9,
)
def an_identity():
    return drawn(3, 2, 3, torch.eye(6, dtype=torch.float64))


@mistake(
    ablation_counterexample,
    "The suspect that takes the number of heads for their size goes unseen: here both are the same. Let them differ.",
    keeps=0.9,
)
def a_square():
    return drawn(3, 3, 3)


@mistake(
    ablation_counterexample,
    "With heads of a single number, every n-th number is just the head's own slice, so one suspect at least goes "
    "unseen. Let a head have two numbers or more.",
    keeps=0.9,
)
def single_numbers():
    return drawn(3, 4, 1)


@mistake(
    ablation_counterexample,
    "The suspect that spares the first token goes unseen: there the head hands on nothing anyway.",
    keeps=0.9,
)
def a_silent_first():
    values, weight, heads, head = drawn(3, 2, 3)
    values[0] = 0
    return values, weight, heads, head


@mistake(
    ablation_counterexample,
    "The suspect that puts the mean there goes unseen: over these tokens the head's numbers have the mean zero.",
    keeps=0.9,
)
def centred():
    values, weight, heads, head = drawn(3, 2, 3)
    return values - values.mean(dim=0), weight, heads, head


@mistake(
    ablation_counterexample,
    "Suspects that write zeros go unseen, since the head hands on zeros already, or a weight of zero hides it.",
    keeps=0.7,
)
def zeros():
    values, weight, heads, head = drawn(3, 2, 3)
    values[:, 3:] = 0
    return values, weight, heads, head


@mistake(
    ablation_counterexample,
    "With one head the slice is all there is, and most suspects do as they should. Let there be a head that stays.",
)
def one_head():
    return drawn(3, 1, 4)


@alternative(ablation_counterexample)
def five_heads():
    return drawn(4, 5, 2)


@alternative(ablation_counterexample)
def a_single_token():
    values, weight, heads, head = drawn(1, 2, 3)
    return values, weight, heads, head - 1


promised(
    ablation_counterexample,
    "One layer on which each of the suspects is seen to be wrong.",
    by=["switches off after the projection", "spares the first token"],
)
ACCEPTED = "who returns something else is told what an input is, and no suspect counts as told apart"
for sentence in (
    "values of shape (token, width) and weight of shape (width, width), both float64 and within ±1,000; heads, which "
    "share the width evenly; and head, the one to be off, from 0 to heads − 1.",
    "At most 1,000 numbers.",
):
    promised(ablation_counterexample, sentence, by=ACCEPTED)
