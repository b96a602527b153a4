"""`encoder_counterexample`: inputs that tell all suspects apart, and inputs that do not."""

import torch

from autograder.references import alternative, mistake, promised

FAINT = [0.003, -0.001, 0.0, 0.002]


def encoder_counterexample():
    x = torch.tensor([[2.0, 0.0, -1.0, 3.0], FAINT, [0.0, 5.0, 1.0, 1.0]])
    return x, torch.tensor([[True, False, True], [True, True, False], [False, False, True]])


def tokens(*rows):
    return torch.tensor(rows)


def past(length):
    return torch.ones(length, length, dtype=torch.bool).tril()


@mistake(
    encoder_counterexample,
    "The mask hides nothing, so the two that use it wrongly, turned or after the softmax, do as the library does.",
    keeps=0.75,
)
def nothing_hidden():
    return tokens([2.0, 0.0, -1.0, 3.0], FAINT, [0.0, 5.0, 1.0, 1.0]), torch.ones(3, 3, dtype=torch.bool)


@mistake(
    encoder_counterexample,
    "The suspect that turns the mask goes unseen: rows and columns of the mask say the same. Let one token see another "
    "that does not see it.",
    keeps=0.9,
)
def symmetric():
    mask = torch.tensor([[True, False, True], [False, True, True], [True, True, True]])
    return tokens([2.0, 0.0, -1.0, 3.0], FAINT, [0.0, 5.0, 1.0, 1.0]), mask


@mistake(
    encoder_counterexample,
    "The suspect with std + eps goes unseen: eps is 0.00001, and no token's numbers are so nearly the same that it "
    "would matter. Let the numbers of one token differ by thousandths.",
    keeps=0.9,
)
def nothing_faint():
    return tokens([2.0, 0.0, -1.0, 3.0], [1.0, 1.0, 0.0, -2.0], [0.0, 5.0, 1.0, 1.0]), past(3)


@mistake(
    encoder_counterexample,
    "Ordinary numbers, and a mask that hides nothing: three suspects go unseen. One needs a token whose numbers hardly "
    "differ, two need a mask that hides something.",
    keeps=0.6,
)
def ordinary():
    return tokens([2.0, 0.0, -1.0, 3.0], [1.0, 1.0, 0.0, -2.0]), torch.ones(2, 2, dtype=torch.bool)


@mistake(
    encoder_counterexample,
    "All tokens are the same, so it hardly matters who looks at whom. Let the tokens differ.",
    keeps=0.6,
)
def all_alike():
    return tokens(*3 * [[2.0, 0.0, -1.0, 3.0]]), past(3)


@mistake(
    encoder_counterexample,
    "Each token sees itself only, so that nothing is left to be shared out or turned. Let each see some others, and "
    "not all.",
    keeps=0.75,
)
def each_alone():
    return tokens([2.0, 0.0, -1.0, 3.0], FAINT, [0.0, 5.0, 1.0, 1.0]), torch.eye(3, dtype=torch.bool)


@alternative(encoder_counterexample)
def two_tokens():
    return tokens([1.0, 0.0, 0.0, 0.0], [0.001, 0.002, 0.003, 0.0]), past(2)


@alternative(encoder_counterexample)
def many_tokens():
    stream = torch.Generator().manual_seed(0)
    x = torch.randn(8, 4, generator=stream) * torch.logspace(-3, 1, 8)[:, None]
    return x, past(8)


promised(
    encoder_counterexample,
    "A sequence and a mask on which each of the suspects is seen to be wrong.",
    by=["adds to the norm", "turns the mask"],
)
ACCEPTED = "who returns something else is told what an input is, and no suspect counts as told apart"
for sentence in (
    "x of shape (token, 4), float32 and finite, with two tokens or more; and the mask, boolean, shape (token, token), "
    "True where a token may be looked at.",
    "Each token may look at one at least.",
    "At most 1,000 numbers.",
):
    promised(encoder_counterexample, sentence, by=ACCEPTED)
