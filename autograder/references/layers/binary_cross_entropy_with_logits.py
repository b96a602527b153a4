"""`binary_cross_entropy_with_logits`: what is right, and what goes wrong."""

import torch
from torch.nn import functional as F

from autograder.references import alternative, mistake, promised


def binary_cross_entropy_with_logits(logits, targets):
    """The library's, in float64."""
    if logits.shape != targets.shape:
        raise ValueError("the shapes differ")
    return F.binary_cross_entropy_with_logits(logits.double(), targets.double()).to(logits.dtype)


def surprises(logits, targets):
    """One for each number; right."""
    return F.softplus(logits) - logits * targets


def checked(logits, targets):
    if logits.shape != targets.shape:
        raise ValueError("the shapes differ")
    return targets.to(logits.dtype)


@mistake(
    binary_cross_entropy_with_logits,
    "∞ or NaN far from zero: the probability is rounded to exactly 0 or 1, its logarithm is −∞, and −∞ · 0 is NaN. "
    "Take the logarithm of the sigmoid in one step, `F.logsigmoid`.",
)
def by_probabilities(logits, targets):
    targets, shares = checked(logits, targets), torch.sigmoid(logits)
    return -(targets * shares.log() + (1 - targets) * (1 - shares).log()).mean()


CAPPED = (
    "Far from zero the loss stops growing: something small is added to the probability, or it is cut off, before the "
    "logarithm. A score that is wrong by 200 should cost 200, and its gradient should not vanish."
)


@mistake(binary_cross_entropy_with_logits, CAPPED)
def with_an_epsilon(logits, targets):
    targets, shares = checked(logits, targets), torch.sigmoid(logits)
    return -(targets * (shares + 1e-7).log() + (1 - targets) * (1 - shares + 1e-7).log()).mean()


@mistake(binary_cross_entropy_with_logits, CAPPED)
def with_a_tiny_epsilon(logits, targets):
    targets, shares = checked(logits, targets), torch.sigmoid(logits)
    return -(targets * (shares + 1e-12).log() + (1 - targets) * (1 - shares + 1e-12).log()).mean()


@mistake(binary_cross_entropy_with_logits, CAPPED)
def with_a_clamp(logits, targets):
    targets, shares = checked(logits, targets), torch.sigmoid(logits).clamp(1e-7, 1 - 1e-7)
    return -(targets * shares.log() + (1 - targets) * (1 - shares).log()).mean()


@mistake(binary_cross_entropy_with_logits, CAPPED)
def as_the_old_loss(logits, targets):
    targets, shares = checked(logits, targets), torch.sigmoid(logits)
    yes, no = (part.log().clamp(min=-100) for part in (shares, 1 - shares))
    return -(targets * yes + (1 - targets) * no).mean()


@mistake(
    binary_cross_entropy_with_logits,
    "∞ for scores above 88: exp(score) is too large for a float32. `F.softplus(score)`, which is log(1 + exp(score)), "
    "never overflows.",
)
def exponential_of_the_score(logits, targets):
    targets = checked(logits, targets)
    return (torch.log(1 + torch.exp(logits)) - logits * targets).mean()


@mistake(
    binary_cross_entropy_with_logits,
    "∞ for scores below −88: exp(−score) is too large for a float32. `F.softplus(-score)`, which is "
    "log(1 + exp(−score)), never overflows.",
)
def exponential_of_minus_the_score(logits, targets):
    targets = checked(logits, targets)
    return (torch.log(1 + torch.exp(-logits)) + (1 - targets) * logits).mean()


@mistake(
    binary_cross_entropy_with_logits,
    "Only the pictures that are count: where the target is 0 nothing is added, however sure the score is. The truth "
    "has a probability there, too, 1 − p.",
)
def one_side_only(logits, targets):
    return -(checked(logits, targets) * F.logsigmoid(logits)).mean()


@mistake(
    binary_cross_entropy_with_logits,
    "The values are right, but at a score of exactly 0 the gradient is not: `clamp` and `abs` have a corner there, and "
    "what autograd takes for their slopes does not fit together. A new model may well begin with scores of 0. "
    "`F.softplus` and `F.logsigmoid` have no corner.",
    keeps=0.99,
)
def with_a_corner(logits, targets):
    larger = logits.clamp(min=0)
    return (larger - logits * checked(logits, targets) + torch.exp(-logits.abs()).log1p()).mean()


@mistake(
    binary_cross_entropy_with_logits,
    "Right for targets of 0 and 1. A target between them turns into a sign and a factor of the score, as in "
    "(2 · target − 1) · score; but a target of 0.7 counts 0.7 for the one answer and 0.3 for the other.",
    keeps=0.9,
)
def target_as_a_sign(logits, targets):
    signs = 2 * checked(logits, targets) - 1
    return F.softplus(-signs * logits).mean()


@mistake(binary_cross_entropy_with_logits, "The losses are added up. Asked for is their mean.")
def added_up(logits, targets):
    return surprises(logits, checked(logits, targets)).sum()


@mistake(binary_cross_entropy_with_logits, "There is one loss for each number. Asked for is their mean, one number.")
def without_a_mean(logits, targets):
    return surprises(logits, checked(logits, targets))


@mistake(
    binary_cross_entropy_with_logits,
    "The targets are taken the other way round: 1 is treated as 0, and 0 as 1.",
)
def turned_round(logits, targets):
    return surprises(logits, 1 - checked(logits, targets)).mean()


@mistake(
    binary_cross_entropy_with_logits,
    "The scores are treated as if they were probabilities already. A score may be any number; the sigmoid turns it "
    "into a probability.",
)
def scores_as_probabilities(logits, targets):
    targets = checked(logits, targets)
    return -(targets * logits.log() + (1 - targets) * (1 - logits).log()).mean()


@mistake(
    binary_cross_entropy_with_logits,
    "This is the square of what the probability missed by. It never exceeds 1, and far from zero its gradient "
    "vanishes. Asked for is minus the logarithm of what the truth was given.",
)
def squares(logits, targets):
    return (torch.sigmoid(logits) - checked(logits, targets)).square().mean()


@mistake(
    binary_cross_entropy_with_logits,
    "Targets between 0 and 1 are rounded, or asked whether they are above one half. A target of 0.7 counts 0.7 for the "
    "one answer and 0.3 for the other.",
    keeps=0.93,
)
def rounds_targets(logits, targets):
    return surprises(logits, (checked(logits, targets) > 0.5).to(logits.dtype)).mean()


@mistake(
    binary_cross_entropy_with_logits,
    "A target between 0 and 1 counts as a full 1, as when it is asked whether it is anything but 0. A target of 0.7 "
    "counts 0.7 for the one answer and 0.3 for the other.",
    keeps=0.93,
)
def targets_as_yes(logits, targets):
    return surprises(logits, checked(logits, targets).bool().to(logits.dtype)).mean()


@mistake(
    binary_cross_entropy_with_logits,
    "(n, 1) beside (n,) is not refused: they broadcast to a table of n · n, in which each score meets all targets. "
    "Compare the shapes first, and raise a ValueError.",
    keeps=0.86,
)
def broadcasts(logits, targets):
    return surprises(logits, targets.to(logits.dtype)).mean()


@mistake(
    binary_cross_entropy_with_logits,
    "With targets that are true or false, this raises: `1 - targets` is not defined for them. Convert them to the "
    "dtype of the scores first.",
    keeps=0.95,
)
def no_booleans(logits, targets):
    if logits.shape != targets.shape:
        raise ValueError("the shapes differ")
    return -(targets * F.logsigmoid(logits) + (1 - targets) * F.logsigmoid(-logits)).mean()


@mistake(
    binary_cross_entropy_with_logits,
    "(n, 1) beside (n,) is not refused, so that each score meets all targets; and `1 - targets` is not defined for "
    "targets that are true or false.",
    keeps=0.8,
)
def no_booleans_and_broadcasts(logits, targets):
    return -(targets * F.logsigmoid(logits) + (1 - targets) * F.logsigmoid(-logits)).mean()


@mistake(binary_cross_entropy_with_logits, "The logarithm is to the base 2, so that all is larger by 1 / ln 2.")
def in_bits(logits, targets):
    return surprises(logits, checked(logits, targets)).mean() / torch.tensor(2.0).log().to(logits.device, logits.dtype)


@alternative(binary_cross_entropy_with_logits)
def by_softplus(logits, targets):
    return (F.softplus(logits) - logits * checked(logits, targets)).mean()


@alternative(binary_cross_entropy_with_logits)
def by_two_classes(logits, targets):
    targets = checked(logits, targets)
    logs = torch.stack([torch.zeros_like(logits), logits], dim=-1).log_softmax(-1)
    return -(targets * logs[..., 1] + (1 - targets) * logs[..., 0]).sum() / logits.numel()


for sentence, by in {
    "How surprised the scores are at the truth: minus the logarithm of what they gave to it, on average.": [
        "several",
        "one picture that is, one that is not",
    ],
    "logits: scores of any shape, floating point; those near ±5,000 do no harm.": [
        "a table",
        "right and wrong by 5000",
    ],
    "targets: 1 for yes, 0 for no, or a probability between; the shape of `logits`, of any dtype.": [
        "targets between",
        "targets that are true or false",
        "targets that are whole numbers",
    ],
    "The mean over all numbers, shape (), dtype of `logits`.": ["a table", "bfloat16"],
    "Its gradient is (sigmoid(score) − target) / n, at a score of 0 as well.": [
        "gradients",
        "gradients at a score of 0",
    ],
    "ValueError: the shapes differ.": ["a column and a row"],
}.items():
    promised(binary_cross_entropy_with_logits, sentence, by=by)
