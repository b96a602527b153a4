"""Mistakes of `cross_entropy`."""

import torch

from autograder.references import mistake
from autograder.references.layers._cross_entropy import cross_entropy, selected, surprise


@mistake(
    cross_entropy,
    "The sum is divided by all rows, also by those that are to be ignored: the more of them, the smaller the loss. "
    "Divide by the rows that count.",
)
def over_all_rows(logits, targets, ignore_index=-100, smoothing=0.0):
    kept, classes = selected(logits, targets, ignore_index)
    return surprise(kept.log_softmax(-1), classes, smoothing).sum() / len(targets)


@mistake(
    cross_entropy,
    "Rows that are to be ignored count as rows of class 0. They should count nothing, neither in the sum nor in the "
    "number that it is divided by.",
)
def ignored_as_class_0(logits, targets, ignore_index=-100, smoothing=0.0):
    return surprise(logits.log_softmax(-1), targets.masked_fill(targets == ignore_index, 0), smoothing).mean()


@mistake(
    cross_entropy,
    "What is to be ignored is always −100 here. `ignore_index` may be any number.",
)
def always_the_default(logits, targets, ignore_index=-100, smoothing=0.0):
    kept, classes = selected(logits, targets, -100)
    return surprise(kept.log_softmax(-1), classes, smoothing).mean()


@mistake(
    cross_entropy,
    "What is to be ignored is always −100 or another negative number here. `ignore_index` may be any number, also "
    "one above the last class.",
)
def negative_ones(logits, targets, ignore_index=-100, smoothing=0.0):
    kept, classes = logits[targets >= 0], targets[targets >= 0]
    return surprise(kept.log_softmax(-1), classes, smoothing).mean()


@mistake(
    cross_entropy,
    "`ignore_index=0` is treated as if nothing were to be ignored, as by `if ignore_index:`. Class 0 may be the one to "
    "ignore, as with padding.",
)
def zero_is_false(logits, targets, ignore_index=-100, smoothing=0.0):
    if ignore_index:
        logits, targets = selected(logits, targets, ignore_index)
    return surprise(logits.log_softmax(-1), targets, smoothing).mean()


@mistake(
    cross_entropy,
    "The smoothing goes to the wrong classes alone, s / (classes − 1) for each. In PyTorch, as in the paper, it is "
    "shared out over all classes: the right one gets 1 − s + s / classes.",
    keeps=0.8,
)
def to_the_wrong_ones(logits, targets, ignore_index=-100, smoothing=0.0):
    kept, classes = selected(logits, targets, ignore_index)
    shares = torch.full_like(kept, smoothing / (kept.shape[-1] - 1))
    shares.scatter_(-1, classes[:, None], 1 - smoothing)
    return -(shares * kept.log_softmax(-1)).sum(-1).mean()


@mistake(
    cross_entropy,
    "The smoothing is added, and nothing is taken from the right class for it. All weights together should be 1: "
    "the right class keeps 1 − s, and s is shared out.",
    keeps=0.75,
)
def nothing_taken(logits, targets, ignore_index=-100, smoothing=0.0):
    kept, classes = selected(logits, targets, ignore_index)
    logs = kept.log_softmax(-1)
    return (surprise(logs, classes, 0.0) - smoothing * logs.mean(-1)).mean()


@mistake(
    cross_entropy,
    "The smoothing counts as often as there are classes: the logarithms of all classes are added up where their mean "
    "is asked for. Each class gets s / classes.",
    keeps=0.75,
)
def summed_over_classes(logits, targets, ignore_index=-100, smoothing=0.0):
    kept, classes = selected(logits, targets, ignore_index)
    logs = kept.log_softmax(-1)
    return ((1 - smoothing) * surprise(logs, classes, 0.0) - smoothing * logs.sum(-1)).mean()


@mistake(
    cross_entropy,
    "Rows that are to be ignored still count in the part that smooths. They should count nothing anywhere.",
    keeps=0.93,
)
def smooths_all_rows(logits, targets, ignore_index=-100, smoothing=0.0):
    kept, classes = selected(logits, targets, ignore_index)
    right = surprise(kept.log_softmax(-1), classes, 0.0).mean()
    return (1 - smoothing) * right - (smoothing * logits.log_softmax(-1).mean() if smoothing else 0.0)


@mistake(cross_entropy, "The smoothing plays no part.", keeps=0.8)
def unsmoothed(logits, targets, ignore_index=-100, smoothing=0.0):
    kept, classes = selected(logits, targets, ignore_index)
    return surprise(kept.log_softmax(-1), classes, 0.0).mean()


@mistake(
    cross_entropy,
    "∞ or NaN far from zero: the softmax is rounded to 0 before the logarithm. Take both in one step, `log_softmax`.",
    keeps=0.5,
)
def logarithm_of_the_softmax(logits, targets, ignore_index=-100, smoothing=0.0):
    kept, classes = selected(logits, targets, ignore_index)
    logs = kept.softmax(-1).log()
    right = -logs[torch.arange(len(classes)), classes]
    return ((1 - smoothing) * right - smoothing * logs.mean(-1)).mean() if smoothing else right.mean()


@mistake(
    cross_entropy,
    "∞ or NaN as soon as scores are large: exp of a score above 88 is ∞ in a float32. `log_softmax` subtracts the "
    "largest score first.",
    keeps=0.5,
)
def without_maximum(logits, targets, ignore_index=-100, smoothing=0.0):
    kept, classes = selected(logits, targets, ignore_index)
    return surprise(kept - kept.exp().sum(-1, keepdim=True).log(), classes, smoothing).mean()


@mistake(
    cross_entropy,
    "Far from zero the loss stops growing: something small is added to the probability, or it is cut off, before the "
    "logarithm. Take softmax and logarithm in one step, `log_softmax`.",
    keeps=0.5,
)
def with_an_epsilon(logits, targets, ignore_index=-100, smoothing=0.0):
    kept, classes = selected(logits, targets, ignore_index)
    return surprise((kept.softmax(-1) + 1e-9).log(), classes, smoothing).mean()


@mistake(
    cross_entropy,
    "A softmax is taken twice, or the scores went through one before `log_softmax`: then even the best scores cost "
    "something. The loss takes scores as they are.",
)
def two_softmaxes(logits, targets, ignore_index=-100, smoothing=0.0):
    kept, classes = selected(logits, targets, ignore_index)
    return surprise(kept.softmax(-1).log_softmax(-1), classes, smoothing).mean()


@mistake(
    cross_entropy,
    "The shares sum to one down the rows. Each row has its own, along the last dimension.",
)
def down_the_rows(logits, targets, ignore_index=-100, smoothing=0.0):
    kept, classes = selected(logits, targets, ignore_index)
    return surprise(kept.log_softmax(0), classes, smoothing).mean()


@mistake(cross_entropy, "The losses are added up. Asked for is their mean over the rows that count.")
def added_up(logits, targets, ignore_index=-100, smoothing=0.0):
    kept, classes = selected(logits, targets, ignore_index)
    return surprise(kept.log_softmax(-1), classes, smoothing).sum()


@mistake(
    cross_entropy,
    "The mean is over a whole table, rows times classes, where there is one loss for each row.",
)
def over_the_table(logits, targets, ignore_index=-100, smoothing=0.0):
    kept, classes = selected(logits, targets, ignore_index)
    return surprise(kept.log_softmax(-1), classes, smoothing).mean() / logits.shape[-1]


@mistake(
    cross_entropy,
    "Where no row counts this is 0, as where the count is kept above 0. PyTorch says NaN there, and the docstring "
    "does, too: 0 / 0.",
    keeps=0.99,
)
def zero_for_none(logits, targets, ignore_index=-100, smoothing=0.0):
    kept, classes = selected(logits, targets, ignore_index)
    return surprise(kept.log_softmax(-1), classes, smoothing).sum() / max(1, len(classes))


@mistake(
    cross_entropy,
    "The raw score of the right class is taken, without the logarithm of the sum beside it. A score alone says "
    "nothing: what counts is how far it lies above the others.",
)
def raw_scores(logits, targets, ignore_index=-100, smoothing=0.0):
    kept, classes = selected(logits, targets, ignore_index)
    return surprise(kept, classes, smoothing).mean()


@mistake(
    cross_entropy,
    "The right class gets 1 − s and nothing of what is shared out. It is one of the classes, too: 1 − s + s / classes, "
    "so that all weights together are 1.",
    keeps=0.8,
)
def right_class_left_out(logits, targets, ignore_index=-100, smoothing=0.0):
    logits, targets = selected(logits, targets, ignore_index)
    each = torch.full_like(logits, smoothing / logits.shape[1]).scatter(1, targets[:, None], 1 - smoothing)
    return -(each * logits.log_softmax(1)).sum(1).mean()


@mistake(
    cross_entropy,
    "NaN or ∞ where one row of scores lies far above another: the largest score of the whole table is subtracted, and "
    "for the lower row all is rounded to 0. Each row has its own largest score; `log_softmax` takes care of it.",
    keeps=0.5,
)
def largest_of_all(logits, targets, ignore_index=-100, smoothing=0.0):
    logits, targets = selected(logits, targets, ignore_index)
    if not len(targets):
        return logits.sum() * torch.nan
    logits = logits - logits.max()
    return surprise(logits - logits.exp().sum(1, keepdim=True).log(), targets, smoothing).mean()


@mistake(
    cross_entropy,
    "The caller's targets are changed: where a row is to be ignored, another class is written into them. The next call "
    "with the same targets counts these rows. `torch.where` and `masked_fill` make new ones.",
    keeps=0.5,
)
def writes_into_targets(logits, targets, ignore_index=-100, smoothing=0.0):
    counts = targets != ignore_index
    targets.masked_fill_(~counts, 0)
    return surprise(logits.log_softmax(1), targets, smoothing)[counts].mean()


@mistake(
    cross_entropy,
    "Where no row counts, NaN comes back as a float32, whatever the dtype of the scores. It should have the dtype of "
    "`logits`: the mean of no losses is such a NaN by itself.",
    keeps=0.99,
)
def nan_of_its_own(logits, targets, ignore_index=-100, smoothing=0.0):
    logits, targets = selected(logits, targets, ignore_index)
    if not len(targets):
        return torch.full((), torch.nan, device=logits.device)
    return surprise(logits.log_softmax(1), targets, smoothing).mean()


@mistake(
    cross_entropy,
    "`ignore_index` plays no part: rows without a class stay in. Their label is no column, or is one by chance, "
    "counted from behind. Take out rows and labels first: targets != ignore_index.",
    keeps=0.8,
)
def ignores_nothing(logits, targets, ignore_index=-100, smoothing=0.0):
    return surprise(logits.log_softmax(-1), targets, smoothing).mean()
