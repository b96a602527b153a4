# exercise: one_hot
import torch


def one_hot(labels, classes):
    return torch.ops.aten.one_hot(labels, classes)
