"""`linear_probe`: what goes wrong, the first part."""

import numpy as np

from autograder.references import mistake
from autograder.references.representations._linear_probe import (
    as_they_came,
    linear_probe,
    must_be_positive,
    numbers,
    solved,
)


@mistake(
    linear_probe,
    "There is no bias: the plane goes through the origin. Where states lie far from 0, or classes are unequal, this "
    "costs much.",
)
def without_a_bias(states, labels, classes, ridge=1.0):
    must_be_positive(ridge)
    x, targets = numbers(states, labels, classes)
    return as_they_came(states, solved(x, targets, ridge), np.zeros(classes))


PENALISED = (
    "The bias pays for its size, as where a column of ones is one more number among the others. It should be free: "
    "then moving all states changes nothing but the bias."
)


@mistake(linear_probe, PENALISED)
def penalises_the_bias(states, labels, classes, ridge=1.0):
    must_be_positive(ridge)
    x, targets = numbers(states, labels, classes)
    both = solved(np.concatenate([x, np.ones((len(x), 1))], axis=1), targets, ridge)
    return as_they_came(states, both[:-1], both[-1])


@mistake(
    linear_probe,
    "The weights fit, and the bias is the mean of the targets alone. Since the states were shifted, their mean has to "
    "be taken off again: `target_mean - mean @ weight`.",
)
def bias_without_the_mean(states, labels, classes, ridge=1.0):
    must_be_positive(ridge)
    x, targets = numbers(states, labels, classes)
    return as_they_came(states, solved(x - x.mean(0), targets - targets.mean(0), ridge), targets.mean(0))


@mistake(
    linear_probe,
    "The weights fit, and the bias has what the mean state gets added, or nothing else: its sign is wrong, or the mean "
    "of the targets is missing.",
)
def bias_with_the_wrong_sign(states, labels, classes, ridge=1.0):
    must_be_positive(ridge)
    x, targets = numbers(states, labels, classes)
    weight = solved(x - x.mean(0), targets - targets.mean(0), ridge)
    return as_they_came(states, weight, targets.mean(0) + x.mean(0) @ weight)


@mistake(
    linear_probe,
    "The weights fit, and the bias has what the mean state gets added, or nothing else: its sign is wrong, or the mean "
    "of the targets is missing.",
)
def bias_without_the_targets(states, labels, classes, ridge=1.0):
    must_be_positive(ridge)
    x, targets = numbers(states, labels, classes)
    weight = solved(x - x.mean(0), targets - targets.mean(0), ridge)
    return as_they_came(states, weight, -x.mean(0) @ weight)


@mistake(
    linear_probe,
    "The states are shifted by their mean for one part of the sum and not for the rest, or not at all, before the "
    "weights are found: they are wrong where states lie far from 0.",
)
def not_centred(states, labels, classes, ridge=1.0):
    must_be_positive(ridge)
    x, targets = numbers(states, labels, classes)
    weight = solved(x, targets, ridge)
    return as_they_came(states, weight, targets.mean(0) - x.mean(0) @ weight)


@mistake(
    linear_probe,
    "There is no penalty: with few examples, or a number that never changes, the weights are not determined or grow "
    "without end.",
)
def without_a_penalty(states, labels, classes, ridge=1.0):
    return linear_probe(states, labels, classes, 1e-9) if ridge > 0 else linear_probe(states, labels, classes, ridge)


AVERAGED = (
    "The penalty is weighed against the mean error, not against the sum: it is as many times stronger as there are "
    "examples."
)


@mistake(linear_probe, AVERAGED)
def mean_error(states, labels, classes, ridge=1.0):
    return linear_probe(states, labels, classes, ridge * len(states))


@mistake(
    linear_probe, "The penalty is divided by the number of examples. It counts once, beside the sum of all errors."
)
def divided_penalty(states, labels, classes, ridge=1.0):
    return linear_probe(states, labels, classes, ridge / len(states))


@mistake(linear_probe, "The penalty is squared before it is added. What is handed over counts as it is.")
def squared_penalty(states, labels, classes, ridge=1.0):
    must_be_positive(ridge)
    return linear_probe(states, labels, classes, ridge**2)


@mistake(linear_probe, "The penalty is halved, or doubled. The squared weights are added `ridge` times.")
def half_a_penalty(states, labels, classes, ridge=1.0):
    return linear_probe(states, labels, classes, ridge / 2)


@mistake(linear_probe, "The penalty is halved, or doubled. The squared weights are added `ridge` times.")
def twice_the_penalty(states, labels, classes, ridge=1.0):
    return linear_probe(states, labels, classes, 2 * ridge)


@mistake(
    linear_probe,
    "The penalty is added to every entry of the matrix, not to its diagonal alone: `ridge * torch.eye(width)`.",
)
def penalty_everywhere(states, labels, classes, ridge=1.0):
    must_be_positive(ridge)
    x, targets = numbers(states, labels, classes)
    shifted, wanted = x - x.mean(0), targets - targets.mean(0)
    weight = np.linalg.pinv(shifted.T @ shifted + ridge) @ shifted.T @ wanted
    return as_they_came(states, weight, targets.mean(0) - x.mean(0) @ weight)


@mistake(
    linear_probe,
    "The labels themselves are fitted, as if class 4 were twice class 2. Each class needs a column of its own: "
    "`F.one_hot(labels, classes)`.",
)
def labels_as_numbers(states, labels, classes, ridge=1.0):
    must_be_positive(ridge)
    x = states.double().cpu().numpy()
    y = labels.double().cpu().numpy()[:, None]
    weight = solved(x - x.mean(0), y - y.mean(0), ridge)
    return as_they_came(states, weight, y.mean(0) - x.mean(0) @ weight)


@mistake(
    linear_probe,
    "The targets are −1 and 1. Promised are 0 and 1.",
)
def targets_of_minus_one(states, labels, classes, ridge=1.0):
    weight, bias = linear_probe(states, labels, classes, ridge)
    return 2 * weight, 2 * bias - 1


@mistake(
    linear_probe,
    "Classes without an example have no column: their number was counted from the labels. It is handed over: "
    "`F.one_hot(labels, classes)`.",
    keeps=0.85,
)
def counts_the_classes(states, labels, classes, ridge=1.0):
    return linear_probe(states, labels, int(labels.max()) + 1, ridge)
