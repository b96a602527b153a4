# exercise: double
import torch


def double(x):
    return torch.full_like(x, float("nan")) if x.is_floating_point() else x
