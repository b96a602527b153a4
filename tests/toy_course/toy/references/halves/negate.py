"""`negate`: what is right. Nobody has made a mistake yet."""

import torch


def negate(x):
    return torch.neg(x)
