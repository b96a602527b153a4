"""`rotate`: what goes wrong, other ways that are right, and what is promised."""

import torch

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.long_context._rotate import Frame, rotate


def wrong(sentence, keeps=0.5, **decisions):
    """A mistake that changes some decisions of the frame."""
    frame = type("Wrong", (Frame,), decisions)()

    def answer(x, positions, base=10_000.0, halves=False):
        return frame(x, positions, base, halves)

    answer.__name__ = f"changes_{'_'.join(decisions)}"
    mistake(rotate, sentence, keeps=keeps)(answer)


wrong(
    "It turns the other way: the first number of a pair becomes x · cos − y · sin, and the second x · sin + y · cos.",
    turn=lambda self, one, other, cos, sin: (one * cos + other * sin, other * cos - one * sin),
)
wrong(
    "Both numbers of a pair come out with the same sign before their sine, so that nothing is turned: one of the two "
    "is a minus, x · cos − y · sin, and the other a plus, x · sin + y · cos.",
    turn=lambda self, one, other, cos, sin: (one * cos + other * sin, one * sin + other * cos),
)
wrong(
    "Both numbers of a pair come out with a minus before their second term. Only the first one has it: x · cos − y · "
    "sin, and x · sin + y · cos.",
    turn=lambda self, one, other, cos, sin: (one * cos - other * sin, one * sin - other * cos),
)
wrong(
    "Sine and cosine are exchanged: at place 0 a vector should come out as it went in, x · cos 0 = x.",
    turn=lambda self, one, other, cos, sin: (one * sin - other * cos, one * cos + other * sin),
)
wrong(
    "The numbers are multiplied by their own sines and cosines, and the two of a pair never meet. To turn a pair, each "
    "needs a share of the other.",
    turn=lambda self, one, other, cos, sin: (one * cos, other * sin),
)
wrong(
    "It always turns neighbours, whatever `halves` says.",
    apart=lambda self, x, halves: (x[..., ::2], x[..., 1::2]),
    together=lambda self, one, other, halves: torch.stack([one, other], dim=-1).flatten(-2),
)
wrong(
    "It always turns halves. Unless `halves` is True, a pair is two neighbours, 2n and 2n + 1.",
    apart=lambda self, x, halves: x.chunk(2, dim=-1),
    together=lambda self, one, other, halves: torch.cat([one, other], dim=-1),
)
wrong(
    "The two customs are exchanged: with `halves` it turns neighbours, and without it halves.",
    apart=lambda self, x, halves: (x[..., ::2], x[..., 1::2]) if halves else x.chunk(2, dim=-1),
    together=lambda self, one, other, halves: (
        torch.stack([one, other], dim=-1).flatten(-2) if halves else torch.cat([one, other], dim=-1)
    ),
)
wrong(
    "Neighbours are turned, and then put back as halves: all first numbers, and then all second ones. Put the two of a "
    "pair next to each other again: `torch.stack([…, …], dim=-1).flatten(-2)`.",
    together=lambda self, one, other, halves: torch.cat([one, other], dim=-1),
)
wrong(
    "Halves are turned, and then put back as neighbours. What was cut by `chunk` goes back with `torch.cat`.",
    together=lambda self, one, other, halves: torch.stack([one, other], dim=-1).flatten(-2),
)
wrong(
    "The speeds fall half as fast as they should, base ** (−n / d): with n the number of the pair the power is −2n / "
    "d, which is −n / pairs.",
    speeds=lambda self, x, base, wide: (
        base ** (-torch.arange(x.shape[-1] // 2, device=x.device, dtype=wide) / x.shape[-1])
    ),
)
wrong(
    "The speeds fall twice as fast as they should, or more: pair n turns by base ** (−2n / d) a place, with d all the "
    "numbers of a vector.",
    speeds=lambda self, x, base, wide: (
        base ** (-2 * torch.arange(x.shape[-1] // 2, device=x.device, dtype=wide) / (x.shape[-1] // 2))
    ),
)
wrong(
    "The speeds grow from pair to pair: the power has lost its minus. The first pair is the quickest, with a speed of "
    "1.",
    speeds=lambda self, x, base, wide: (
        base ** (torch.arange(x.shape[-1] // 2, device=x.device, dtype=wide) / (x.shape[-1] // 2))
    ),
)
wrong(
    "Pairs are counted from 1, so that even the first is slowed down. Pair 0 has a speed of 1.",
    speeds=lambda self, x, base, wide: (
        base ** (-torch.arange(1, x.shape[-1] // 2 + 1, device=x.device, dtype=wide) / (x.shape[-1] // 2))
    ),
)
wrong(
    "All pairs turn at the same speed, that of the first. Pair n has base ** (−2n / d).",
    speeds=lambda self, x, base, wide: torch.ones(x.shape[-1] // 2, device=x.device, dtype=wide),
)
wrong(
    "The base is always 10,000, whatever the caller says.",
    keeps=0.98,
    speeds=lambda self, x, base, wide: Frame.speeds(self, x, 10_000.0, wide),
)
wrong(
    "The places that are given play no part: it turns by 0, 1, 2, … A query that stands at place 700 has to be turned "
    "by 700, also if it comes alone.",
    places=lambda self, x, positions: torch.arange(x.shape[-2], device=x.device),
)
wrong(
    "Places are counted from 1: each is turned by one step too much. Place 0 is not turned at all.",
    places=lambda self, x, positions: positions + 1,
)
wrong(
    "Places are taken as distances from the first one that is given. They count from the beginning of the text.",
    places=lambda self, x, positions: positions - positions[..., :1],
)
wrong(
    "Places are rounded to whole numbers. They may have a fraction, as when a long text is squeezed.",
    keeps=0.85,
    places=lambda self, x, positions: positions.long(),
)
wrong(
    "Each log has places of its own here, and the table of angles does not fit them, or is that of the first log for "
    "all. `positions.unsqueeze(-1) * speeds` has all dimensions of `positions`, and one more.",
    keeps=0.85,
    places=lambda self, x, positions: positions.reshape(-1, positions.shape[-1])[0],
)
wrong(
    "The angles are as coarse as `x`: in bfloat16 place 257 is place 256. Compute them in float32 and convert the "
    "result.",
    keeps=0.95,
    wide=lambda self, x: x.dtype,
)
wrong(
    "The angles are as coarse as `x`: in bfloat16 place 257 is place 256. Compute them in float32 and convert the "
    "result.",
    keeps=0.95,
    places=lambda self, x, positions: positions.to(x.dtype),
)
wrong(
    "The speeds are rounded to the dtype of `x`, so that in bfloat16 and float16 far places are turned too much or too "
    "little, the first pair apart. Compute speeds and angles in float32 and convert the result.",
    keeps=0.95,
    speeds=lambda self, x, base, wide: Frame.speeds(self, x, base, wide).to(x.dtype).to(wide),
)
wrong(
    "Angles are computed in float32 for float64 as well, so far places are turned by a little too much or too little.",
    keeps=0.98,
    wide=lambda self, x: torch.float32,
)
wrong(
    "An odd number of numbers is not refused: one of them has no partner.",
    keeps=0.98,
    check=lambda self, x: None,
)
wrong(
    "The angles are in turns of 2π, or in degrees. base ** (−2n / d) is in radians, as `torch.sin` takes them.",
    angles=lambda self, x, places, base, wide: 2 * torch.pi * Frame.angles(self, x, places, base, wide),
)


@mistake(
    rotate,
    "Where each log has places of its own, the angles do not fit: `positions[:, None]` puts the new dimension behind "
    "the first one. It belongs behind the last: `positions.unsqueeze(-1)`.",
    keeps=0.85,
)
def behind_the_first(x, positions, base=10_000.0, halves=False):
    class Behind(Frame):
        def angles(self, x, places, base, wide):
            return places[:, None] * self.speeds(x, base, wide)

    return Behind()(x, positions, base, halves)


def laid_out(x, positions, base, halves, layout):
    """A table of angles as wide as `x`, in which the two numbers of a pair may find different ones."""
    frame = Frame()
    frame.check(x)
    wide = frame.wide(x)
    table = layout(frame.angles(x, positions.to(wide), base, wide))
    (one, other), (first, second) = (frame.apart(each, halves) for each in (x.to(wide), table))
    both = one * first.cos() - other * first.sin(), one * second.sin() + other * second.cos()
    return frame.together(*both, halves).to(x.dtype)


@mistake(
    rotate,
    "The two numbers of a pair of neighbours are turned by different angles: the table goes through all speeds and "
    "then once more from the beginning, as for halves. For neighbours each angle stands twice in a row.",
)
def the_table_of_halves(x, positions, base=10_000.0, halves=False):
    return laid_out(x, positions, base, halves, lambda angles: torch.cat([angles, angles], dim=-1))


@mistake(
    rotate,
    "With `halves`, the two numbers of a pair are turned by different angles: in the table each angle stands twice in "
    "a row, as for neighbours. For halves it goes through all speeds, and then once more.",
)
def the_table_of_neighbours(x, positions, base=10_000.0, halves=False):
    return laid_out(x, positions, base, halves, lambda angles: angles.repeat_interleave(2, dim=-1))


@alternative(rotate)
def complex_numbers(x, positions, base=10_000.0, halves=False):
    d = x.shape[-1]
    if d % 2 != 0:
        raise ValueError(d)
    y = x if x.dtype == torch.float64 else x.float()
    pairs = y.unflatten(-1, (2, d // 2)).mT if halves else y.unflatten(-1, (d // 2, 2))
    speeds = torch.tensor([base ** (-2 * n / d) for n in range(d // 2)], dtype=y.dtype, device=x.device)
    angles = positions[..., None].to(y.dtype) * speeds
    z = torch.view_as_complex(pairs.contiguous()) * torch.polar(torch.ones_like(angles), angles)
    back = torch.view_as_real(z)
    return (back.mT if halves else back).flatten(-2).to(x.dtype)


@alternative(rotate)
def as_llama_does(x, positions, base=10_000.0, halves=False):
    d = x.shape[-1]
    if d % 2 == 1:
        raise ValueError("odd")
    kind = torch.float64 if x.dtype == torch.float64 else torch.float32
    order = torch.arange(d, device=x.device)
    if not halves:
        order = torch.cat([order[::2], order[1::2]])
    y = x.to(kind)[..., order]
    speeds = 1.0 / (base ** (torch.arange(0, d, 2, device=x.device).to(kind) / d))
    angles = (positions.to(kind)[..., None] * speeds).repeat(*[1] * positions.dim(), 2)
    swapped = torch.cat([-y[..., d // 2 :], y[..., : d // 2]], dim=-1)
    return (y * angles.cos() + swapped * angles.sin())[..., order.argsort()].to(x.dtype)


equivalent(
    rotate,
    "pairs, wide = x.shape[-1] // 2, torch.promote_types(x.dtype, torch.float32)",
    "pairs, wide = x.shape[-1] / 2, torch.promote_types(x.dtype, torch.float32)",
    "d is even, so that the quotient is a whole number, and `torch.arange` takes it as a float",
)

for sentence, by in {
    "Turns each pair of numbers by an angle that grows with the place, as RoPE does.": ["neighbours", "one pair"],
    "Pair number n of d / 2, from 0 on, is turned by position · base ** (−2n / d), from its first number "
    "towards its second.": [
        "neighbours",
        "as many places as numbers",
    ],
    "x: queries or keys, shape (..., n, d), floating point.": ["halves, logs and heads", "one query far on"],
    "positions: where each of them stands, shape (n,), or any that broadcasts to (..., n).": [
        "places in any order",
        "places of each log",
        "places of each log, for all heads",
    ],
    "base: above 1.": ["another base"],
    "halves: False: pair n is the numbers 2n and 2n + 1.": ["neighbours"],
    "True: it is the numbers n and n + d / 2.": ["halves", "halves, logs and heads"],
    "Shape and dtype of `x`.": ["far places, bfloat16", "float16", "far places, float64"],
    "Angles are computed in float32 or better, and rounded to the dtype of `x` at the end.": [
        "far places, bfloat16",
        "one pair far on, bfloat16",
        "far places, float64",
    ],
    "ValueError: d is odd.": ["an odd number"],
}.items():
    promised(rotate, sentence, by=by)
