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
    "Numbers that vary little are not brought to a standard deviation of 1, as where the spread is held up by "
    "`clamp(min=1)`. Only one that never changes is left as wide as it is.",
    keeps=0.9,
)
def spread_of_one_at_least(levels, labels, train, fit):
    return over(levels, labels, train, fit, lambda x: (x[train].mean(dim=0), x[train].std(dim=0).clamp(min=1)))


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
    "One guess is compared with all labels: the largest number of the whole table, `argmax()` without a "
    "dimension. Each example has a guess of its own.",
    keeps=0.7,
)
def one_guess_for_all(levels, labels, train, fit):
    return asked(levels, labels, train, fit, lambda raw, scaled, weight, bias: (scaled @ weight + bias).argmax())


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
