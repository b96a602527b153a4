"""`rotate`: what is right, and the frame of most answers."""

import cmath

import torch


class InLoops(torch.autograd.Function):
    """Number by number, as complex numbers in Python's float64; backward turns back."""

    @staticmethod
    def forward(ctx, x, positions, base, halves):
        ctx.positions, ctx.base, ctx.halves = positions, base, halves
        return turned(x, positions, base, halves, 1)

    @staticmethod
    def backward(ctx, slope):
        return turned(slope, ctx.positions, ctx.base, ctx.halves, -1), None, None, None


def turned(x, positions, base, halves, sign):
    d = x.shape[-1]
    rows = x.detach().double().cpu().reshape(-1, d).clone()
    places = positions.double().cpu().expand(x.shape[:-1]).reshape(-1).tolist()
    for row, place in zip(rows, places, strict=True):
        for n in range(d // 2):
            one, other = (n, n + d // 2) if halves else (2 * n, 2 * n + 1)
            z = complex(float(row[one]), float(row[other])) * cmath.exp(1j * sign * place * base ** (-2 * n / d))
            row[one], row[other] = z.real, z.imag
    return rows.reshape(x.shape).to(x.device, x.dtype)


def rotate(x, positions, base=10_000.0, halves=False):
    if x.shape[-1] % 2:
        raise ValueError("pairs need an even number")
    return InLoops.apply(x, positions, base, halves)


class Frame:
    """The frame of most answers; mistakes change one decision."""

    def __call__(self, x, positions, base=10_000.0, halves=False):
        self.check(x)
        wide = self.wide(x)
        angles = self.angles(x, self.places(x, positions).to(wide), base, wide)
        one, other = self.apart(x.to(wide), halves)
        return self.together(*self.turn(one, other, angles.cos(), angles.sin()), halves).to(x.dtype)

    def check(self, x):
        if x.shape[-1] % 2:
            raise ValueError("an odd number")

    def wide(self, x):
        return torch.promote_types(x.dtype, torch.float32)

    def places(self, x, positions):
        return positions

    def speeds(self, x, base, wide):
        pairs = x.shape[-1] // 2
        return base ** (-torch.arange(pairs, device=x.device, dtype=wide) / pairs)

    def angles(self, x, places, base, wide):
        return places.unsqueeze(-1) * self.speeds(x, base, wide)

    def apart(self, x, halves):
        return x.chunk(2, dim=-1) if halves else (x[..., ::2], x[..., 1::2])

    def turn(self, one, other, cos, sin):
        return one * cos - other * sin, one * sin + other * cos

    def together(self, one, other, halves):
        return torch.cat([one, other], dim=-1) if halves else torch.stack([one, other], dim=-1).flatten(-2)
