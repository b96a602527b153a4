# exercise: double
import torch


def double(x):
    return torch.zeros(1).expand(2**30, 1).as_strided((2**31, 2**31, 1), (0, 0, 0))
