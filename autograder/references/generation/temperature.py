"""`temperature`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised


def temperature(scores, t):
    """The library's."""
    from transformers import TemperatureLogitsWarper

    return TemperatureLogitsWarper(float(t))(None, scores)


def must_be_above_zero(t):
    if not t > 0:
        raise ValueError(f"the temperature should be above 0, not {t}")


@mistake(
    temperature,
    "The scores are multiplied by the temperature: then a low one makes the choice freer, and a high one stricter. "
    "They should be divided by it.",
)
def multiplies(scores, t):
    must_be_above_zero(t)
    return scores * t


@mistake(temperature, "The scores come back as they are, whatever the temperature. Each should be divided by it.")
def does_nothing(scores, t):
    must_be_above_zero(t)
    return scores.clone()


@mistake(
    temperature,
    "Probabilities come back, which sum to 1. Asked for are scores: the next filter, and the softmax after the last "
    "one, are not your business yet.",
)
def returns_probabilities(scores, t):
    must_be_above_zero(t)
    return (scores / t).softmax(dim=-1)


@mistake(
    temperature,
    "The softmax comes before the division: these are probabilities, divided. It is the scores that are divided.",
)
def divides_probabilities(scores, t):
    must_be_above_zero(t)
    return scores.softmax(dim=-1) / t


@mistake(
    temperature,
    "Logarithms of probabilities come back. They would sample alike, but what is promised are the scores, divided.",
)
def returns_logarithms(scores, t):
    must_be_above_zero(t)
    return (scores / t).log_softmax(dim=-1)


@mistake(
    temperature,
    "The largest score is taken off each row, which changes no probability, but it changes the scores: what is "
    "promised is scores / t.",
)
def takes_the_largest_off(scores, t):
    must_be_above_zero(t)
    return (scores - scores.amax(dim=-1, keepdim=True)) / t


@mistake(
    temperature,
    "The scores are divided by too much or too little, as by the root or the square of the temperature. It is plain t.",
)
def divides_by_the_root(scores, t):
    must_be_above_zero(t)
    return scores / t**0.5


@mistake(
    temperature,
    "The scores are divided by too much or too little, as by the root or the square of the temperature. It is plain t.",
)
def divides_by_the_square(scores, t):
    must_be_above_zero(t)
    return scores / t**2


@mistake(
    temperature,
    "The temperature is subtracted. That changes no probability at all, since softmax only looks at differences. "
    "Divide.",
)
def subtracts(scores, t):
    must_be_above_zero(t)
    return scores - t


@mistake(temperature, "Scores are raised to a power. Where a score is negative that gives NaN; divide instead.")
def takes_a_power(scores, t):
    must_be_above_zero(t)
    return scores ** (1 / t)


@mistake(temperature, "Scores are raised to a power. Where a score is negative that gives NaN; divide instead.")
def takes_a_power_of_t(scores, t):
    must_be_above_zero(t)
    return scores**t


@mistake(
    temperature,
    "The temperature is divided by the scores: the larger a score was, the nearer to zero it is now. Divide the scores "
    "by the temperature.",
)
def the_other_way_round(scores, t):
    must_be_above_zero(t)
    return t / scores


@mistake(
    temperature,
    "Temperatures above 0 are refused, and those at 0 or below are let through: the comparison is the wrong way round.",
)
def refuses_what_is_allowed(scores, t):
    if t >= 0:
        raise ValueError(f"the temperature should be above 0, not {t}")
    return scores / t


@mistake(temperature, "The quotients are rounded down to whole numbers, as by `//`. Divide by `/`.")
def rounds_down(scores, t):
    must_be_above_zero(t)
    return scores // t


@mistake(
    temperature,
    "The exponentials come back, all of them positive. Scores are asked for; exp belongs to the softmax at the end.",
)
def takes_exp(scores, t):
    must_be_above_zero(t)
    return (scores / t).exp()


@mistake(
    temperature,
    "A temperature of 0 is not refused: the scores become infinite or NaN. Raise a ValueError unless t is above 0.",
    keeps=0.9,
)
def divides_by_zero(scores, t):
    if t < 0:
        raise ValueError("below zero")
    return scores / t


@mistake(
    temperature,
    "Temperatures of 0 and below are let through. At 0 the scores become infinite, and below it the worst token comes "
    "out best. Raise a ValueError.",
    keeps=0.9,
)
def refuses_nothing(scores, t):
    return scores / t


@mistake(
    temperature,
    "A temperature of 0 is taken for some small one. Promised is a ValueError: who wants no chance takes the best "
    "token.",
    keeps=0.9,
)
def takes_zero_for_little(scores, t):
    if t < 0:
        raise ValueError("below zero")
    return scores / max(t, 1e-8)


@mistake(
    temperature,
    "A low temperature is not taken at its word, as with `max(t, 0.1)`: below some limit nothing changes any more.",
    keeps=0.7,
)
def has_a_floor(scores, t):
    must_be_above_zero(t)
    return scores / max(t, 0.1)


@mistake(
    temperature,
    "The caller's scores are changed, as by `scores /= t`: whoever asks at another temperature next gets both. Return "
    "a new tensor.",
    keeps=0.8,
)
def divides_in_place(scores, t):
    must_be_above_zero(t)
    scores /= t
    return scores


@mistake(
    temperature,
    "At a temperature of 1 the caller's own tensor comes back. A new one is promised: who fills it with −∞ next would "
    "write into the model's scores.",
    keeps=0.9,
)
def hands_back_at_one(scores, t):
    must_be_above_zero(t)
    return scores if t == 1 else scores / t


@alternative(temperature)
def multiplies_by_the_inverse(scores, t):
    if t <= 0:
        raise ValueError("above 0, please")
    return torch.mul(scores, 1 / t)


@alternative(temperature)
def divides(scores, t):
    must_be_above_zero(t)
    return torch.div(scores, t)


promised(
    temperature,
    "The scores at another temperature: each is divided by t.",
    by=["one row", "very cold, and very hot"],
)
promised(
    temperature,
    "scores: shape (..., vocabulary), floating point; some may be −∞.",
    by=["two dimensions before the vocabulary", "scores of −∞", "float64 and bfloat16"],
)
promised(temperature, "t: above 0.", by=["very cold, and very hot", "whole numbers as temperature"])
promised(
    temperature,
    "A new tensor of the same shape and dtype.",
    by=["a temperature of one", "the scores afterwards", "float64 and bfloat16"],
)
promised(temperature, "ValueError: t is 0 or less.", by=["zero, and below it"])
