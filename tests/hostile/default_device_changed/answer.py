# exercise: double
import torch

torch.set_default_device("meta")


def double(x):
    return 2 * x
