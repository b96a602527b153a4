"""`sinusoidal_positions`: what is right, and what goes wrong."""

import math

import torch

from autograder.references import alternative, equivalent, mistake, promised


def sinusoidal_positions(length, d_model):
    """The definition, number by number in double precision."""
    if d_model % 2:
        raise ValueError("an odd width")
    table = torch.zeros(length, d_model)
    for p in range(length):
        for i in range(d_model // 2):
            angle = p / 10000 ** (2 * i / d_model)
            table[p, 2 * i], table[p, 2 * i + 1] = math.sin(angle), math.cos(angle)
    return table


def hands(length, d_model, base=10000.0, first=0, step=2.0):
    """Angles, shape (length, d_model / 2)."""
    if d_model % 2:
        raise ValueError
    rates = base ** (-step * torch.arange(d_model // 2, dtype=torch.float64) / d_model)
    return (torch.arange(first, first + length, dtype=torch.float64)[:, None] * rates).float()


def side_by_side(angles):
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)


@mistake(
    sinusoidal_positions,
    "The numbers are right and stand in other columns: all sines first, then all cosines. Sine and cosine of a hand "
    "are neighbours, features 2i and 2i + 1.",
)
def all_sines_first(length, d_model):
    angles = hands(length, d_model)
    return torch.cat([angles.sin(), angles.cos()], dim=-1)


@mistake(sinusoidal_positions, "Sine and cosine have changed places: the sine of a hand comes first, in feature 2i.")
def cosine_first(length, d_model):
    angles = hands(length, d_model)
    return torch.stack([angles.cos(), angles.sin()], dim=-1).flatten(1)


@mistake(
    sinusoidal_positions,
    "The positions begin at 1. The first row is position 0, where all sines are 0 and all cosines 1.",
)
def from_one(length, d_model):
    return side_by_side(hands(length, d_model, first=1))


@mistake(
    sinusoidal_positions,
    "The hands slow down only half as fast as they should, as with i / d_model for 2i / d_model in the exponent: the "
    "last one still turns by about 1/100 at each position.",
)
def half_the_exponent(length, d_model):
    return side_by_side(hands(length, d_model, step=1.0))


@mistake(
    sinusoidal_positions,
    "The hands slow down twice as fast as they should, perhaps since 2i was doubled once more: "
    "`torch.arange(0, d_model, 2)` is 2i already.",
)
def twice_the_exponent(length, d_model):
    return side_by_side(hands(length, d_model, step=4.0))


@mistake(
    sinusoidal_positions,
    "Sine and cosine of a pair turn at different rates, as if each feature had a hand of its own. Features 2i and "
    "2i + 1 have the same angle, with 2i in both exponents.",
)
def own_rates(length, d_model):
    if d_model % 2:
        raise ValueError
    feature = torch.arange(d_model)
    angles = torch.arange(length)[:, None] / 10000 ** (feature / d_model)
    return torch.where(feature % 2 == 0, angles.sin(), angles.cos())


@mistake(
    sinusoidal_positions,
    "The hands get faster along the features where they should get slower: a position is divided by the power of "
    "10000, not multiplied by it.",
)
def faster_and_faster(length, d_model):
    if d_model % 2:
        raise ValueError
    angles = torch.arange(length).unsqueeze(-1) * 10000 ** (torch.arange(0, d_model, 2) / d_model)
    return side_by_side(angles)


@mistake(sinusoidal_positions, "There are sines only. Odd features are the cosines of the same angles.")
def sines_only(length, d_model):
    angles = hands(length, d_model)
    return torch.stack([angles.sin(), angles.sin()], dim=-1).flatten(1)


@mistake(sinusoidal_positions, "The slowest hands are too fast: the base of the power should be 10000.")
def base_of_a_thousand(length, d_model):
    return side_by_side(hands(length, d_model, base=1000.0))


@mistake(sinusoidal_positions, "Here are the angles, without a sine or a cosine.")
def angles_alone(length, d_model):
    return hands(length, d_model).repeat_interleave(2, dim=-1)


@mistake(
    sinusoidal_positions,
    "The table lies on its side: positions are rows, features are columns.",
)
def turned(length, d_model):
    return side_by_side(hands(length, d_model)).T


@mistake(
    sinusoidal_positions,
    "An odd width is not refused with a ValueError, although a hand needs two features.",
    keeps=0.95,
)
def takes_any_width(length, d_model):
    even = sinusoidal_positions(length, d_model + d_model % 2)
    return even[:, :d_model]


@mistake(
    sinusoidal_positions,
    "Positions and rates meet one to one, and it raises, or makes a row of a table. The positions should be a column, "
    "unsqueeze(-1), so that each meets each.",
)
def no_column(length, d_model):
    if d_model % 2:
        raise ValueError
    angles = torch.arange(length) * (1 / 10000 ** (torch.arange(0, d_model, 2) / d_model))
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)


@mistake(
    sinusoidal_positions,
    "The table has a batch dimension in front, as in many tutorials. Here it should be (length, d_model).",
)
def with_a_batch(length, d_model):
    return sinusoidal_positions(length, d_model).unsqueeze(0)


@mistake(
    sinusoidal_positions,
    "For length 0 the table has lost its width, as when it is made of an empty list: it should be (0, d_model).",
    keeps=0.95,
)
def without_a_width(length, d_model):
    table = sinusoidal_positions(length, d_model)
    return table if length else table.flatten()


@alternative(sinusoidal_positions)
def written_into_a_table(length, d_model):
    if d_model % 2 != 0:
        raise ValueError(d_model)
    table = torch.zeros(length, d_model)
    position = torch.arange(length, dtype=torch.float).unsqueeze(1)
    rates = torch.exp(torch.arange(0, d_model, 2).float() * (-math.log(10000.0) / d_model))
    table[:, 0::2] = torch.sin(position * rates)
    table[:, 1::2] = torch.cos(position * rates)
    return table


@alternative(sinusoidal_positions)
def shifted_sines(length, d_model):
    """A cosine is a sine, a quarter of a turn ahead."""
    angles = hands(length, d_model).double().repeat_interleave(2, dim=-1)
    return (angles + torch.tensor([0, math.pi / 2], dtype=torch.float64).repeat(d_model // 2)).sin().float()


for after in ("unsqueeze(+1)", "unsqueeze(1)"):
    equivalent(
        sinusoidal_positions,
        "angles = torch.arange(length).unsqueeze(-1) * rates",
        f"angles = torch.arange(length).{after} * rates",
        "the positions have one dimension, so that the last new one is number 1",
    )

for sentence, by in {
    "What is added to the vectors of a sequence, so that they say where they stand.": ["a table"],
    "length: how many positions, from 0 on.": ["one position", "a table"],
    "It may be 0.": ["no position"],
    "d_model: how many features, an even number.": ["one hand", "more features than positions"],
    "Shape (length, d_model), float32.": ["a table", "squares", "no position"],
    "Feature 2i of position p is sin(p / 10000^(2i / d_model)), and feature 2i + 1 is the cosine of the same angle.": [
        "a table",
        "more features than positions",
        "far along",
    ],
    "ValueError: d_model is odd.": ["an odd width"],
}.items():
    promised(sinusoidal_positions, sentence, by=by)
