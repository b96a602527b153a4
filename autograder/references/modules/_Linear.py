"""`Linear`: what is right, and the frame of most answers."""

import math

import torch
from torch import nn


class Linear(nn.Linear):
    """The library's own."""


class Layer(nn.Module):
    """The frame of most answers; mistakes change one of its methods."""

    def __init__(self, inputs, outputs, bias=True):
        super().__init__()
        self.inputs, self.outputs = inputs, outputs
        self.weight = nn.Parameter(torch.empty(outputs, inputs))
        self.bias = nn.Parameter(torch.empty(outputs)) if bias else None
        self.start()

    def start(self):
        limit = 1 / math.sqrt(self.inputs)
        nn.init.uniform_(self.weight, -limit, limit)
        if self.bias is not None:
            nn.init.uniform_(self.bias, -limit, limit)

    def product(self, x):
        return x @ self.weight.T

    def forward(self, x):
        y = self.product(x)
        return y if self.bias is None else y + self.bias
