"""`cross_entropy`: what is right, and what goes wrong."""

import torch
from torch.nn import functional as F

from autograder.references import alternative, equivalent, mistake, promised


def cross_entropy(logits, targets, ignore_index=-100, smoothing=0.0):
    """The library's, in float64."""
    loss = F.cross_entropy(logits.double(), targets, ignore_index=ignore_index, label_smoothing=smoothing)
    return loss.to(logits.dtype)


def surprise(logs, targets, smoothing):
    """One loss for each row, all of which count; right."""
    right = logs[torch.arange(len(targets)), targets]
    return -((1 - smoothing) * right + smoothing * logs.mean(-1))


def selected(logits, targets, ignore_index):
    return logits[targets != ignore_index], targets[targets != ignore_index]


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


@alternative(cross_entropy)
def by_weights(logits, targets, ignore_index=-100, smoothing=0.0):
    counted = targets != ignore_index
    shares = F.one_hot(torch.where(counted, targets, 0), logits.shape[-1]).to(logits.dtype)
    shares = (1 - smoothing) * shares + smoothing / logits.shape[-1]
    losses = -(shares * logits.log_softmax(-1)).sum(-1)
    return torch.where(counted, losses, 0).sum() / counted.sum()


@alternative(cross_entropy)
def by_gather(logits, targets, ignore_index=-100, smoothing=0.0):
    counted = targets != ignore_index
    logs = logits - logits.logsumexp(-1, keepdim=True)
    right = logs.gather(1, targets.masked_fill(~counted, 0).unsqueeze(1)).squeeze(1)
    losses = (smoothing - 1) * right - smoothing * logs.mean(1)
    return losses.masked_select(counted).mean()


for sentence, by in {
    "How surprised the scores are at the right classes, on average over the rows that count.": [
        "several rows",
        "some rows to ignore",
    ],
    "logits: scores, shape (rows, classes), floating point; those near ±1,000 do no harm.": [
        "several rows",
        "scores near ±1,000",
    ],
    "targets: the right class of each row, shape (rows,), int64; or `ignore_index` for a row that does not count.": [
        "some rows to ignore",
        "one row is left",
    ],
    "ignore_index: any number, also that of a class.": ["a mark above the classes", "class 0 is to be ignored"],
    "smoothing: s, from 0 to 1.": ["smoothed", "smoothed all over"],
    "The right class gets 1 − s, and s is shared out evenly over all classes, the right one among them.": [
        "smoothed",
        "smoothed, two classes",
    ],
    "Shape (), dtype of `logits`; NaN where no row counts.": ["bfloat16", "float64", "no row is left"],
}.items():
    promised(cross_entropy, sentence, by=by)

ROWS_AND_CLASSES = "the scores have two dimensions: the last one is dimension 1"
for place in ("+1", "1"):
    equivalent(cross_entropy, "logs = logits.log_softmax(-1)", f"logs = logits.log_softmax({place})", ROWS_AND_CLASSES)
    equivalent(
        cross_entropy,
        "return -((1 - smoothing) * right + smoothing * logs.mean(-1)).mean()",
        f"return -((1 - smoothing) * right + smoothing * logs.mean({place})).mean()",
        ROWS_AND_CLASSES,
    )
