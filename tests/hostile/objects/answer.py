# exercise: double
import numpy as np
import torch

KINDS = iter([torch.nn.Linear(2, 2), lambda: 1, np.array([object()]), memoryview(b"x"), type])


def double(x):
    return next(KINDS)
