"""`cross_entropy`: other ways that are right, and what is promised."""

import torch
from torch.nn import functional as F

from autograder.references import alternative, equivalent, promised
from autograder.references.layers import _cross_entropy_mistakes  # noqa: F401  (they register themselves)
from autograder.references.layers._cross_entropy import cross_entropy


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
