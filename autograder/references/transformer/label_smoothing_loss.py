"""`label_smoothing_loss`: what is right, and what goes wrong."""

import torch
from torch.nn import functional as F

from autograder.references import alternative, equivalent, mistake, promised


def label_smoothing_loss(logits, targets, smoothing=0.1):
    """PyTorch's divergence, row by row."""
    rows = []
    for scores, right in zip(logits, targets.tolist(), strict=True):
        if right:
            wanted = [smoothing / (len(scores) - 2)] * len(scores)
            wanted[0], wanted[right] = 0.0, 1 - smoothing
            wanted = torch.tensor(wanted, dtype=scores.dtype, device=scores.device)
            rows.append(F.kl_div(scores.log_softmax(-1), wanted, reduction="sum"))
    return torch.stack(rows).mean()


class Smoothed:
    """What wrong answers have in common: each replaces one step."""

    def __call__(self, logits, targets, smoothing=0.1):
        counted = self.counted(targets)
        wanted = self.wanted(logits[counted], targets[counted], smoothing)
        return self.mean(self.rows(self.logs(logits[counted]), wanted), targets)

    def counted(self, targets):
        return targets != 0

    def share(self, smoothing, words):
        return smoothing / (words - 2)

    def wanted(self, logits, targets, smoothing):
        table = torch.full_like(logits, self.share(smoothing, logits.shape[-1])).detach()
        table[:, 0] = self.padding(smoothing, logits.shape[-1])
        return table.scatter(1, targets[:, None], self.right(smoothing, logits.shape[-1]))

    def padding(self, smoothing, words):
        return 0.0

    def right(self, smoothing, words):
        return 1 - smoothing

    def logs(self, logits):
        return logits.log_softmax(-1)

    def rows(self, logs, wanted):
        return (torch.xlogy(wanted, wanted) - wanted * logs).sum(-1)

    def mean(self, rows, targets):
        return rows.mean()


def _wrong(name, sentence, keeps=0.5, **steps):
    """A mistake in one of the steps."""
    kind = type(name, (Smoothed,), steps)

    def answer(logits, targets, smoothing=0.1):
        return kind()(logits, targets, smoothing)

    answer.__name__ = name
    mistake(label_smoothing_loss, sentence, keeps)(answer)


_wrong(
    "shared_by_all",
    "The smoothing is shared out over all words, padding and the right one among them, as F.cross_entropy does it. "
    "Here it goes to the words that are neither, V − 2 of them.",
    share=lambda self, s, words: s / words,
    padding=lambda self, s, words: s / words,
    right=lambda self, s, words: 1 - s + s / words,
)
_wrong(
    "padding_gets_a_share",
    "Padding gets a share of the smoothing. It should get 0: nobody should learn to write it.",
    share=lambda self, s, words: s / (words - 1),
    padding=lambda self, s, words: s / (words - 1),
)
_wrong(
    "padding_keeps_its_share",
    "Padding gets a share like the others, so that the shares of a row sum to more than 1. Its share should be 0.",
    padding=lambda self, s, words: s / (words - 2),
)
_wrong(
    "shares_too_small",
    "The shares of a row do not sum to 1: the smoothing is divided by more words than get it. They are V − 2, all but "
    "padding and the right one.",
    share=lambda self, s, words: s / (words - 1),
)
_wrong(
    "divided_by_all_words",
    "The shares of a row do not sum to 1: the smoothing is divided by V, and only V − 2 words get a share.",
    share=lambda self, s, words: s / words,
)
_wrong(
    "right_gets_all",
    "The right word gets 1 and the others their shares on top of it. It should get 1 − s, so that all sum to 1.",
    right=lambda self, s, words: 1.0,
)
_wrong(
    "the_rest_goes_nowhere",
    "The right word gets 1 − s, and nobody the rest: s should be shared out over the other words.",
    share=lambda self, s, words: 0.0,
)
_wrong(
    "no_smoothing",
    "Nothing is smoothed: the right word should get 1 − s, and the others share s.",
    share=lambda self, s, words: 0.0,
    right=lambda self, s, words: 1.0,
)
_wrong(
    "padding_rows_count",
    "Rows whose target is padding count. They should count nothing, neither in the sum nor in what it is divided by.",
    counted=lambda self, targets: targets == targets,
)
_wrong(
    "divided_by_padding",
    "Rows of padding add nothing, but they are divided by. Divide by the rows that count.",
    mean=lambda self, rows, targets: rows.sum() / len(targets),
)
_wrong(
    "added_up",
    "The rows are added up. It is their mean that is asked for.",
    mean=lambda self, rows, targets: rows.sum(),
)
_wrong(
    "mean_of_all_entries",
    'The sum of a row is divided by the number of words as well, as `reduction="mean"` does it. A row is a sum over '
    "its words; only the rows are averaged.",
    rows=lambda self, logs, wanted: (torch.xlogy(wanted, wanted) - wanted * logs).mean(-1),
)
_wrong(
    "cross_entropy_instead",
    "This is the cross entropy, −Σ t · log p: the part Σ t · log t is missing, so that it is not 0 where the model "
    "gives exactly what is wanted.",
    keeps=0.7,
    rows=lambda self, logs, wanted: -(wanted * logs).sum(-1),
)
_wrong(
    "the_other_way_round",
    "Target and model have changed places: Σ p · (log p − log t). The target weighs, the model is measured.",
    rows=lambda self, logs, wanted: (logs.exp() * (logs - wanted.clamp(min=1e-9).log())).sum(-1),
)
_wrong(
    "no_softmax",
    "The scores are taken for logarithms of probabilities. A log_softmax has to make them so.",
    logs=lambda self, logits: logits,
)
_wrong(
    "nan_at_zero",
    "0 · log 0 comes out as NaN. It is 0 here: `torch.xlogy` knows it.",
    rows=lambda self, logs, wanted: (wanted * (wanted.log() - logs)).sum(-1),
)
_wrong(
    "infinite_when_sure",
    "A logarithm is taken of a softmax that has sunk to 0: where a model is sure and wrong, the loss is infinite or "
    "NaN. Take both in one step, log_softmax.",
    keeps=0.97,
    logs=lambda self, logits: logits.softmax(-1).log(),
)


@mistake(label_smoothing_loss, "Nothing can be learned: the loss has no gradient, as after .detach() or .item().")
def detached(logits, targets, smoothing=0.1):
    return Smoothed()(logits, targets, smoothing).detach()


@alternative(label_smoothing_loss)
def in_three_parts(logits, targets, smoothing=0.1):
    """The right word, all others, and what does not depend on the model."""
    logs, targets = logits[targets != 0].log_softmax(-1), targets[targets != 0]
    right = logs.gather(1, targets.unsqueeze(1)).squeeze(1)
    others = logs[:, 1:].sum(-1) - right
    share, kept = smoothing / (logits.shape[-1] - 2), 1 - smoothing
    amounts = logs.new_tensor([kept, *[share] * (logits.shape[-1] - 2)])
    constant = torch.special.xlogy(amounts, amounts).sum()
    return (constant - kept * right - share * others).mean()


@alternative(label_smoothing_loss)
def by_where(logits, targets, smoothing=0.1):
    words = torch.arange(logits.shape[-1], device=logits.device)
    others = torch.full_like(logits, smoothing / (len(words) - 2))
    wanted = torch.where(words == targets[:, None], 1 - smoothing, others) * (words != 0)
    logs = logits - logits.logsumexp(-1, keepdim=True)
    terms = torch.where(wanted > 0, wanted * (wanted.clamp(min=1e-30).log() - logs), 0)
    real = targets != 0
    return (terms.sum(-1) * real).sum() / real.sum()


LINES = {
    "logs, targets = logits[counted].log_softmax(-1), targets[counted]": "log_softmax({})",
    "t = torch.full_like(logs, smoothing / (logits.shape[-1] - 2))": "shape[{}]",
    "return (torch.xlogy(t, t) - t * logs).sum(-1).mean()": "sum({})",
}
for line, place in LINES.items():
    for after in ("+1", "1"):
        changed = line.replace(place.format("-1"), place.format(after))
        equivalent(label_smoothing_loss, line, changed, "there are two dimensions, of which the last is number 1")
equivalent(label_smoothing_loss, "counted = targets != 0", "counted = targets > 0", "no word is below 0")

for sentence, by in {
    "How far the model's probabilities are from a smoothed target, on average over the rows that are not padding.": [
        "several rows",
        "some rows of padding",
    ],
    "logits: scores, shape (rows, words), floating point, three words or more.": ["several rows", "three words"],
    "targets: the right word of each row, shape (rows,), int64; 0 is padding, and such a row counts nothing.": [
        "some rows of padding",
        "one row is left",
    ],
    "smoothing: s, from 0 to 1.": ["no smoothing", "nothing but smoothing"],
    "The right word should get 1 − s, padding 0, and the others share s evenly.": ["several rows", "more smoothing"],
    "Shape (), dtype of `logits`: the mean over the rows of Σ t · (log t − log p), where 0 · log 0 is 0.": [
        "the target itself",
        "no smoothing",
        "float64",
    ],
}.items():
    promised(label_smoothing_loss, sentence, by=by)
