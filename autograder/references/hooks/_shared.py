"""What several references of this topic share."""

import math


def first_of(output):
    return output[0] if isinstance(output, tuple) else output


def leaves_of(model):
    return [(name, module) for name, module in model.named_modules() if not list(module.children())]


def remove(handles):
    for handle in handles:
        handle.remove()


def length(gradient):
    return gradient.detach().double().square().sum().sqrt().item()


def ratio_of(gradient, weight):
    """The length of one beside that of the other, as tensors divide: beside nothing it is infinite."""
    above, below = length(gradient), length(weight)
    return above / below if below else math.inf if above else math.nan
