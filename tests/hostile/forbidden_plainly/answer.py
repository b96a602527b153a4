# exercise: one_hot
import torch.nn.functional as F


def one_hot(labels, classes):
    return F.one_hot(labels, classes)
