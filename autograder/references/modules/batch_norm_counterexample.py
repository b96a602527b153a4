"""`batch_norm_counterexample`: batches that tell all suspects apart, and batches that do not."""

import torch

from autograder.references import alternative, mistake, promised


def batch_norm_counterexample():
    column = torch.tensor([0.0, 1.0, 3.0, 4.0])
    batch = torch.stack([column - 7, column / 500, column + 5000], dim=1)
    return batch, batch[:2]


@mistake(
    batch_norm_counterexample,
    "Two suspects go unseen, and each needs a feature of its own. That eps stands outside the root shows where the "
    "variance is as small as eps and yet not 0; the squared mean, where the mean is a thousand times the spread.",
    keeps=0.7,
)
def ordinary_numbers():
    batches = torch.randn(9, 3, generator=torch.Generator().manual_seed(0))
    return batches[:6], batches[6:]


@mistake(
    batch_norm_counterexample,
    "The suspect with eps outside the root goes unseen: no feature has a variance as small as eps, 0.00001, and "
    "yet above 0. Elsewhere it makes no difference where eps is added.",
    keeps=0.9,
)
def nothing_tiny():
    return tuple(batch[:, [0, 2]] for batch in batch_norm_counterexample())


@mistake(
    batch_norm_counterexample,
    "The suspect that subtracts the squared mean goes unseen: no feature's mean is large "
    "beside its spread, a thousand times or more, so enough digits are left.",
    keeps=0.9,
)
def nothing_far_away():
    return tuple(batch[:, [0, 1]] for batch in batch_norm_counterexample())


@mistake(
    batch_norm_counterexample,
    "The suspect with one mean for all features goes unseen: with a single feature, or with features that are all "
    "alike, there is nothing to mix up.",
    keeps=0.7,
)
def a_single_feature():
    return tuple(batch[:, :1] for batch in batch_norm_counterexample())


@mistake(
    batch_norm_counterexample,
    "Two go unseen, the one that remembers with n and the one that subtracts the squared mean. Perhaps all features "
    "are tiny; or one is so far from zero, as at 2³⁰, that its rows are all one float32, and the others are nothing "
    "beside it. Let one be tiny, one ordinary, and one far, but no farther than its rows can be told apart.",
    keeps=0.7,
)
def all_tiny():
    batch = torch.randn(6, 2, generator=torch.Generator().manual_seed(0)) / 1000
    return batch, batch


@mistake(
    batch_norm_counterexample,
    "The suspect that remembers with n goes unseen. With hundreds of rows n and n − 1 are nearly the "
    "same, and what is left of the difference counts only a tenth: take a few rows.",
    keeps=0.9,
)
def many_rows():
    table = torch.randn(250, 3, generator=torch.Generator().manual_seed(0))
    table = table * torch.tensor([1.0, 0.001, 1.0]) + torch.tensor([0.0, 0.0, 3000.0])
    return table, table[:5]


@alternative(batch_norm_counterexample)
def two_rows():
    batch = torch.tensor([[1.0, 0.002, 4000.0], [3.0, 0.003, 4001.0]])
    return batch, batch


@alternative(batch_norm_counterexample)
def far_and_tiny():
    """One feature is ordinary and far away, the other tiny."""
    return torch.tensor([[6000.0, 0.001], [6001.0, 0.004], [6003.0, 0.002]]), torch.tensor([[6002.0, 0.5]])


promised(
    batch_norm_counterexample,
    "Two batches on which each of the suspects is seen to be wrong.",
    by=["adds eps outside the root", "takes momentum the other way round"],
)
ACCEPTED = "who returns something else is told what an input is, and no suspect counts as told apart"
for sentence in (
    "One for training, shape (row, feature), two rows or more; and one for evaluation, of the same features, one row "
    "or more.",
    "Both float32 and finite, at most 1,000 numbers together, and not so large or small that in float32 even "
    "a right formula loses them.",
):
    promised(batch_norm_counterexample, sentence, by=ACCEPTED)
