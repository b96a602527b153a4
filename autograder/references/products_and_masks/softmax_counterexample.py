"""`softmax_counterexample`: inputs that tell all suspects apart, and inputs that do not."""

import torch

from autograder.references import alternative, mistake, promised


def softmax_counterexample():
    scores = torch.tensor([[0.0, 1.0, 2.0], [500.0, 501.0, 0.0], [-30_000.0, 0.0, -30_001.0]])
    mask = torch.tensor([[True, True, False], [True, True, True], [True, False, True]])
    return scores, mask


@mistake(
    softmax_counterexample,
    "Ordinary scores do not tell three of the suspects from the library: without a maximum, with one for all rows, "
    "and with −10,000 for what is hidden, all is well near zero. Each of them has a number at which it breaks.",
    keeps=0.6,
)
def ordinary_scores():
    scores = torch.randn(3, 4, generator=torch.Generator().manual_seed(0))
    return scores, torch.tensor([[1, 1, 0, 1], [0, 1, 1, 1], [1, 1, 1, 0]]).bool()


@mistake(
    softmax_counterexample,
    "Nothing that matters is hidden, so the three that hide wrongly do as the library does. Hide a score that would "
    "get a share, and let one row have visible scores below −10,000.",
    keeps=0.6,
)
def nothing_hidden():
    scores, mask = softmax_counterexample()
    return scores[:2], torch.ones_like(mask[:2])


@mistake(
    softmax_counterexample,
    "The suspect with one maximum for all rows goes unseen: there is a single row, or the largest visible scores of "
    "all rows are not far apart. Let one row lie about 200 below another one.",
    keeps=0.9,
)
def a_single_row():
    scores, mask = softmax_counterexample()
    return scores[2:], mask[2:]


@mistake(
    softmax_counterexample,
    "The suspect that hides after the softmax goes unseen: what is hidden would have got next to no share anyway. "
    "Hide a score that would get one.",
    keeps=0.9,
)
def hides_the_lowest():
    scores = torch.tensor([[200.0, 201.0, 202.0], [-20_000.0, -20_001.0, -30_000.0]])
    return scores, torch.tensor([[True, True, True], [True, True, False]])


@mistake(
    softmax_counterexample,
    "The suspect that hides by a score of −10,000 goes unseen. It is wrong only where all visible scores of a row "
    "lie below −10,000, or within about ten above it, and a hidden one is there.",
    keeps=0.9,
)
def nothing_so_low():
    scores, mask = softmax_counterexample()
    return scores[:2], mask[:2]


@alternative(softmax_counterexample)
def two_rows():
    scores = torch.tensor([[-20_000.0, -20_001.0, 3.0], [200.0, 201.0, 199.0]])
    return scores, torch.tensor([[True, True, False], [True, True, True]])


@alternative(softmax_counterexample)
def more_rows():
    scores, mask = softmax_counterexample()
    return torch.cat([scores, scores + 1]), torch.cat([mask, mask])


promised(
    softmax_counterexample,
    "One input on which each of the suspects is seen to be wrong.",
    by=["subtracts no maximum", "shares out down the columns"],
)
ACCEPTED = "who returns something else is told what an input is, and no suspect counts as told apart"
for sentence in (
    "scores of shape (row, column), float32 and finite; and mask of the same shape, boolean, True where a score may "
    "be looked at, and at least once in each row.",
    "At most 1,000 numbers.",
):
    promised(softmax_counterexample, sentence, by=ACCEPTED)
