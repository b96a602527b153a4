"""`layer_curve`: what goes wrong, the first part."""

import torch

from autograder.references import mistake
from autograder.references.representations._layer_curve import layer_curve, measured, one_level


@mistake(
    layer_curve,
    "The test examples have a say in the mean and the spread: what the probe is given depends on them. Measure on the "
    "training examples, `states[train]`, and use that for all.",
)
def scales_on_all(levels, labels, train, fit):
    return [one_level(states, labels, train, fit, scale_on=torch.ones_like(train)) for states in levels]


@mistake(
    layer_curve,
    "The test examples are scaled by a mean and a spread of their own, other than those of the training examples. The "
    "probe has learned in one measure and is asked in another.",
)
def each_part_by_itself(levels, labels, train, fit):
    shares = []
    for states in levels:
        scaled = states.clone()
        for part in (train, ~train):
            mean, spread = measured(part, states) if int(part.sum()) > 1 else measured(train, states)
            scaled[part] = ((states[part].double() - mean) / spread).to(states.dtype)
        weight, bias = fit(scaled[train], labels[train])
        guess = (scaled[~train] @ weight + bias).argmax(dim=1)
        shares.append(float((guess == labels[~train]).double().mean()))
    return shares


@mistake(
    layer_curve,
    "The probe is given all examples, and tested on some of them. It has seen the answers before.",
)
def learns_from_all(levels, labels, train, fit):
    return [one_level(states, labels, train, fit, learn=torch.ones_like(train)) for states in levels]


@mistake(
    layer_curve,
    "It is tested on what it has learned from: the training examples count, alone or among the others. Only "
    "`states[~train]` are unseen.",
)
def tests_on_training(levels, labels, train, fit):
    return [one_level(states, labels, train, fit, test=train) for states in levels]


@mistake(
    layer_curve,
    "It is tested on what it has learned from: the training examples count, alone or among the others. Only "
    "`states[~train]` are unseen.",
)
def tests_on_all(levels, labels, train, fit):
    return [one_level(states, labels, train, fit, test=torch.ones_like(train)) for states in levels]


@mistake(
    layer_curve,
    "Training and test are exchanged: it learns from the examples where `train` is False.",
)
def exchanged(levels, labels, train, fit):
    if int((~train).sum()) < 2:
        return [0.0 for _ in levels]
    return [one_level(states, labels, ~train, fit) for states in levels]


@mistake(
    layer_curve,
    "The states are handed on as they are, neither shifted nor scaled. The probe should get numbers of mean 0 and "
    "standard deviation 1.",
)
def as_they_are(levels, labels, train, fit):
    return [one_level(states, labels, train, fit, by=(0.0, 1.0)) for states in levels]


@mistake(layer_curve, "The states are shifted, but not divided by their standard deviation.")
def only_shifted(levels, labels, train, fit):
    return [one_level(states, labels, train, fit, by=(measured(train, states)[0], 1.0)) for states in levels]


@mistake(layer_curve, "The states are divided by their standard deviation, but their mean is not taken off.")
def only_scaled(levels, labels, train, fit):
    return [one_level(states, labels, train, fit, by=(0.0, measured(train, states)[1])) for states in levels]


@mistake(
    layer_curve,
    "The standard deviation divides by the number of examples, as with `correction=0`. `Tensor.std` divides by one "
    "less.",
    keeps=0.7,
)
def without_correction(levels, labels, train, fit):
    shares = []
    for states in levels:
        mean, spread = measured(train, states)
        many = int(train.sum())
        narrow = torch.where(states[train].double().std(dim=0) > 0, spread * ((many - 1) / many) ** 0.5, 1.0)
        shares.append(one_level(states, labels, train, fit, by=(mean, narrow)))
    return shares


@mistake(layer_curve, "It is divided by the variance, not by the standard deviation.")
def by_the_variance(levels, labels, train, fit):
    shares = []
    for states in levels:
        mean, spread = measured(train, states)
        shares.append(one_level(states, labels, train, fit, by=(mean, spread.square())))
    return shares


@mistake(
    layer_curve,
    "One mean and one spread are taken for all numbers of a vector together. Each number has its own: `dim=0`.",
)
def one_scale_for_all(levels, labels, train, fit):
    shares = []
    for states in levels:
        rows = states[train].double()
        shares.append(one_level(states, labels, train, fit, by=(rows.mean(), rows.std())))
    return shares


@mistake(
    layer_curve,
    "Each example is scaled over its own numbers, as a layer norm does, `dim=1`. Wanted is each number over all "
    "training examples, `dim=0`.",
)
def over_the_width(levels, labels, train, fit):
    shares = []
    for states in levels:
        wide = states.double()
        by = (wide.mean(dim=1, keepdim=True), wide.std(dim=1, keepdim=True))
        shares.append(one_level(states, labels, train, fit, by=by))
    return shares
