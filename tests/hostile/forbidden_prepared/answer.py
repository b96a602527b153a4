# exercise: one_hot
import torch

TABLES = {classes: torch.nn.functional.one_hot(torch.arange(classes), classes) for classes in range(1, 30)}


def one_hot(labels, classes):
    return TABLES[classes][labels]
