"""`input_scaler`: what is right, and the frame of most answers."""

import torch
from torch import Tensor


def input_scaler(module, factor):
    def scaled(value):
        floating = isinstance(value, Tensor) and value.dtype.is_floating_point
        return torch.mul(value.double(), factor).to(value.dtype) if floating else value

    def hook(module, args, kwargs):
        return tuple(scaled(value) for value in args), {name: scaled(value) for name, value in kwargs.items()}

    return module.register_forward_pre_hook(hook, with_kwargs=True)


def scaled_by(factor):
    def scaled(value):
        return factor * value if isinstance(value, Tensor) and value.is_floating_point() else value

    return scaled


def with_scaled(factor, scaled):
    """A pre-hook that applies `scaled` to all inputs."""
    return lambda module, args, kwargs: (
        tuple(map(scaled, args)),
        {name: scaled(value) for name, value in kwargs.items()},
    )


def all_but(*spared):
    """An answer that scales tensors of all dtypes but these."""

    def answer(module, factor):
        def scaled(value):
            return value * factor if isinstance(value, Tensor) and value.dtype not in spared else value

        return module.register_forward_pre_hook(with_scaled(factor, scaled), with_kwargs=True)

    return answer
