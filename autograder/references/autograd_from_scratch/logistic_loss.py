"""`logistic_loss`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, equivalent, mistake, promised


def logistic_loss(scores, labels):
    if not isinstance(scores, torch.Tensor):
        return type(scores)(logistic_loss(scores.value, labels))
    return torch.logaddexp(torch.zeros_like(scores), -labels * scores).mean()


def parts(scores, labels):
    margin = scores * labels
    return margin, margin + 2.0 * (-margin).relu()


@mistake(
    logistic_loss,
    "Scores of hundreds give ∞ or NaN: exp of a large number is ∞. Take the large part out of the logarithm: "
    "log(1 + exp(−m)) = relu(−m) + log(1 + exp(−|m|)).",
)
def as_it_is_written(scores, labels):
    return (1 + (-(scores * labels)).exp()).log().mean()


@mistake(
    logistic_loss,
    "The sign of the margin is turned around: the loss is large where score and label agree. It should be small there.",
)
def turned_around(scores, labels):
    margin, size = parts(scores, labels)
    return (margin.relu() + (1 + (-size).exp()).log()).mean()


@mistake(
    logistic_loss,
    "The label plays no part: all points count as if they were labelled alike.",
)
def without_labels(scores, labels):
    margin, size = parts(scores, labels * 0 + 1)
    return ((-margin).relu() + (1 + (-size).exp()).log()).mean()


@mistake(
    logistic_loss,
    "The losses are added up instead of averaged, and grow with the number of points.",
)
def summed(scores, labels):
    margin, size = parts(scores, labels)
    return ((-margin).relu() + (1 + (-size).exp()).log()).sum()


@mistake(
    logistic_loss,
    "One loss for each point comes back; promised is their mean, a single number.",
)
def one_for_each(scores, labels):
    margin, size = parts(scores, labels)
    return (-margin).relu() + (1 + (-size).exp()).log()


@mistake(
    logistic_loss,
    "What is left is max(0, −margin): for scores near zero the smooth part, log(1 + exp(−|m|)), is missing.",
)
def only_the_corner(scores, labels):
    return (-(scores * labels)).relu().mean()


@mistake(
    logistic_loss,
    "This is another loss, max(0, 1 − margin), the hinge. It is a good one, but asked for is log(1 + exp(−margin)).",
)
def hinge(scores, labels):
    return (1 - scores * labels).relu().mean()


@mistake(
    logistic_loss,
    "Large scores are cut off: the loss is right up to some size, and grows no further, or has no gradient there.",
)
def cut_off(scores, labels):
    margin = scores * labels
    small = -(20 - (20 - margin).relu()) if not isinstance(margin, torch.Tensor) else -margin.clamp(-20, 20)
    return (1 + small.exp()).log().mean()


TENSORS_ONLY = (
    "It works on tensors, but not on what merely knows the engine's operations: `abs`, `clamp` or a function of torch "
    "was used. −|m| is −m − 2 · relu(−m)."
)


@mistake(logistic_loss, TENSORS_ONLY, keeps=0.85)
def with_pythons_abs(scores, labels):
    margin = scores * labels
    return ((-margin).relu() + (1 + (-abs(margin)).exp()).log()).mean()


@mistake(logistic_loss, TENSORS_ONLY, keeps=0.85)
def with_abs(scores, labels):
    margin = scores * labels
    return ((-margin).relu() + (1 + (-margin.abs()).exp()).log()).mean()


@mistake(
    logistic_loss,
    "Far on the wrong side the loss grows no further, and has no gradient: the margin is cut off there, as by "
    "`(m + 50).relu() - 50`. Take what is large out of the logarithm instead of cutting it off.",
)
def capped_on_the_wrong_side(scores, labels):
    margin = (scores * labels + 50.0).relu() - 50.0
    return ((-margin).exp() + 1.0).log().mean()


@mistake(
    logistic_loss,
    "Where a score is exactly 0 no gradient comes back: relu(m) + relu(−m) makes |m|, but at 0 both of them stop the "
    "gradient. −m − 2 · relu(−m) is −|m|, and lets it through.",
    keeps=0.99,
)
def two_relus(scores, labels):
    margin = scores * labels
    size = margin.relu() + (-margin).relu()
    return ((-margin).relu() + (1 + (-size).exp()).log()).mean()


@mistake(
    logistic_loss,
    "Where a score is right by far, the loss is ∞ or NaN: −m + log(1 + exp(m)) is good for a negative margin only. "
    "Take out of the logarithm what is large, whichever sign it has: relu(−m) + log(1 + exp(−|m|)).",
    keeps=0.75,
)
def only_the_wrong_side(scores, labels):
    margin = scores * labels
    return ((margin.exp() + 1).log() - margin).mean()


@alternative(logistic_loss)
def largest_out_of_the_sum(scores, labels):
    margin = scores * labels
    largest = (-margin).relu()
    return (largest + ((-largest).exp() + (-margin - largest).exp()).log()).mean()


@alternative(logistic_loss)
def by_twice_the_corner(scores, labels):
    margin = labels * scores
    size = 2.0 * margin.relu() - margin
    losses = margin.relu() - margin + ((-size).exp() + 1.0).log()
    return losses.mean()


equivalent(
    logistic_loss, "margin = scores * labels", "margin = scores / labels", "each label is 1 or −1, its own inverse"
)


promised(
    logistic_loss,
    "The mean of log(1 + exp(−label · score)), finite also where scores are large.",
    by=["scores of order one", "scores of a thousand"],
)
promised(
    logistic_loss,
    "scores: floating point, any shape with at least one number; a tensor or anything else that knows `+`, `-`, `*`, "
    "`relu`, `exp`, `log` and `mean`.",
    by=["a column of scores", "something that is not a tensor"],
)
promised(
    logistic_loss,
    "labels: a tensor of the same shape and dtype that holds −1 and 1.",
    by=["scores of order one", "float64"],
)
promised(
    logistic_loss,
    "A single number, of the kind of the scores.",
    by=["one score", "something that is not a tensor"],
)
promised(
    logistic_loss,
    "The gradient is right, too, for scores of a thousand and for those that are exactly 0.",
    by=["gradients at hundreds", "gradients at zero"],
)
