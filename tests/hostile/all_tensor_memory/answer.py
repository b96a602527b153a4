# exercise: double
import torch


def double(x):
    return torch.ones(10 * 2**30)
