"""`layer_curve`: what goes wrong, slips."""

import torch

from autograder.references import mistake
from autograder.references.representations._layer_curve import layer_curve, measured, one_level


def over(levels, labels, train, fit, scale):
    """The right ones, but with a mean and a spread that `scale(states)` says."""
    return [one_level(states, labels, train, fit, by=scale(states.double())) for states in levels]


def asked(levels, labels, train, fit, answers):
    """The right probes; `answers(states, scaled, weight, bias)` are the guesses."""
    shares = []
    for states in levels:
        mean, spread = measured(train, states)
        scaled = ((states.double() - mean) / spread).to(states.dtype)
        weight, bias = fit(scaled[train], labels[train])
        guess = answers(states[~train], scaled[~train], weight, bias)
        shares.append(float((guess == labels[~train]).double().mean()))
    return shares


def all_of(states):
    return torch.ones(len(states), dtype=torch.bool, device=states.device)


@mistake(
    layer_curve,
    "The test examples have a say in the mean, and not in the spread. Measure both on the training examples, "
    "`states[train]`.",
    keeps=0.9,
)
def mean_over_all(levels, labels, train, fit):
    return over(levels, labels, train, fit, lambda x: (measured(all_of(x), x)[0], measured(train, x)[1]))


@mistake(
    layer_curve,
    "The test examples have a say in the spread, and not in the mean. Measure both on the training examples, "
    "`states[train]`.",
    keeps=0.9,
)
def spread_over_all(levels, labels, train, fit):
    return over(levels, labels, train, fit, lambda x: (measured(train, x)[0], measured(all_of(x), x)[1]))


@mistake(
    layer_curve,
    "There is one spread for all numbers of a vector together. Each number has its own: `std(dim=0)`.",
    keeps=0.9,
)
def one_spread(levels, labels, train, fit):
    return over(levels, labels, train, fit, lambda x: (x[train].mean(dim=0), x[train].std()))


@mistake(
    layer_curve,
    "There is one mean for all numbers of a vector together. Each number has its own: `mean(dim=0)`.",
    keeps=0.9,
)
def one_mean(levels, labels, train, fit):
    return over(levels, labels, train, fit, lambda x: (x[train].mean(), measured(train, x)[1]))


@mistake(
    layer_curve,
    "Numbers that vary little are not brought to a standard deviation of 1, as where the spread is held up by "
    "`clamp(min=1)`. Only one that never changes is left as wide as it is.",
    keeps=0.9,
)
def spread_of_one_at_least(levels, labels, train, fit):
    return over(levels, labels, train, fit, lambda x: (x[train].mean(dim=0), x[train].std(dim=0).clamp(min=1)))


@mistake(
    layer_curve,
    "The mean is added to the states. Take it off.",
    keeps=0.9,
)
def adds_the_mean(levels, labels, train, fit):
    return over(levels, labels, train, fit, lambda x: (-x[train].mean(dim=0), measured(train, x)[1]))


@mistake(
    layer_curve,
    "The states are multiplied by the standard deviation. Divide by it.",
    keeps=0.9,
)
def multiplies_by_the_spread(levels, labels, train, fit):
    return over(levels, labels, train, fit, lambda x: (x[train].mean(dim=0), 1 / measured(train, x)[1]))


@mistake(
    layer_curve,
    "The probe learns from the test examples, and is tested on these as well. `train` says whom it may learn from.",
    keeps=0.6,
)
def learns_from_the_test(levels, labels, train, fit):
    return [one_level(states, labels, train, fit, learn=~train) for states in levels]


@mistake(
    layer_curve,
    "The probe learns from scaled states, and is asked with the states as they came. Both have to be in the same "
    "measure.",
    keeps=0.7,
)
def asked_as_they_came(levels, labels, train, fit):
    return asked(levels, labels, train, fit, lambda raw, scaled, weight, bias: (raw @ weight + bias).argmax(dim=1))


@mistake(
    layer_curve,
    "The bias is taken off, and should be added: `states @ weight + bias`.",
    keeps=0.7,
)
def bias_taken_off(levels, labels, train, fit):
    return asked(levels, labels, train, fit, lambda raw, scaled, weight, bias: (scaled @ weight - bias).argmax(dim=1))


@mistake(
    layer_curve,
    "The class with the smallest number is taken for the guess. It is the largest: `argmax`.",
    keeps=0.6,
)
def the_smallest(levels, labels, train, fit):
    return asked(levels, labels, train, fit, lambda raw, scaled, weight, bias: (scaled @ weight + bias).argmin(dim=1))


@mistake(
    layer_curve,
    "One guess is compared with all labels: the largest number of the whole table, `argmax()` without a "
    "dimension. Each example has a guess of its own.",
    keeps=0.7,
)
def one_guess_for_all(levels, labels, train, fit):
    return asked(levels, labels, train, fit, lambda raw, scaled, weight, bias: (scaled @ weight + bias).argmax())


@mistake(
    layer_curve,
    "Only the best of all levels comes back. Promised is a list with the share of each.",
    keeps=0.6,
)
def the_best_level(levels, labels, train, fit):
    return max(layer_curve(levels, labels, train, fit))


@mistake(
    layer_curve,
    "Only one level comes back, the first, as a number. Promised is a list with the share of each.",
    keeps=0.6,
)
def a_single_number(levels, labels, train, fit):
    return layer_curve(levels, labels, train, fit)[0]


@mistake(
    layer_curve,
    "The first level is missing. What comes into the first layer counts as a level, too.",
    keeps=0.6,
)
def without_the_first_level(levels, labels, train, fit):
    return layer_curve(levels, labels, train, fit)[1:]


@mistake(
    layer_curve,
    "The last level is missing.",
    keeps=0.6,
)
def without_the_last_level(levels, labels, train, fit):
    return layer_curve(levels, labels, train, fit)[:-1]


@mistake(
    layer_curve,
    "Numbers that hardly vary are only shifted, as where their spread is compared with a small number. Only one that "
    "never changes in training is.",
    keeps=0.97,
)
def narrow_is_constant(levels, labels, train, fit):
    def scale(x):
        spread = x[train].std(dim=0)
        return x[train].mean(dim=0), torch.where(spread > 1e-6, spread, 1)

    return over(levels, labels, train, fit, scale)
