"""`Var`: what is right, by torch's own autograd, and the frame of most answers."""

import torch

from helpers.nodes import Arithmetic


def by_torch(function, *sources):
    """A node for any function of torch: what goes back is what torch's own autograd says."""
    value, back = torch.func.vjp(function, *(source.value for source in sources))
    edges = [(source, lambda grad, place=place: back(grad)[place]) for place, source in enumerate(sources)]
    return Var(value.detach(), edges)


class Var(Arithmetic):
    def __add__(self, other):
        return by_torch(torch.add, self, self.wrap(other))

    def __mul__(self, other):
        return by_torch(torch.mul, self, self.wrap(other))

    def __matmul__(self, other):
        return by_torch(torch.matmul, self, self.wrap(other))

    def relu(self):
        return by_torch(torch.relu, self)

    def exp(self):
        return by_torch(torch.exp, self)

    def log(self):
        return by_torch(torch.log, self)

    def sum(self):
        return by_torch(torch.sum, self)


class Written(Arithmetic):
    """The frame of most answers; mistakes change one of its methods."""

    def made(self, value, *edges):
        return type(self)(value, list(edges))

    def fit(self, grad, shape):
        return grad.sum_to_size(shape)

    def __add__(self, other):
        other = self.wrap(other)
        return self.made(
            self.value + other.value,
            (self, lambda grad: self.fit(grad, self.value.shape)),
            (other, lambda grad: self.fit(grad, other.value.shape)),
        )

    def __mul__(self, other):
        other = self.wrap(other)
        return self.made(
            self.value * other.value,
            (self, lambda grad: self.fit(grad * other.value, self.value.shape)),
            (other, lambda grad: self.fit(grad * self.value, other.value.shape)),
        )

    def __matmul__(self, other):
        other = self.wrap(other)
        return self.made(
            self.value @ other.value,
            (self, lambda grad: grad @ other.value.mT),
            (other, lambda grad: self.value.mT @ grad),
        )

    def relu(self):
        return self.made(self.value.relu(), (self, lambda grad: grad * (self.value > 0)))

    def exp(self):
        result = self.value.exp()
        return self.made(result, (self, lambda grad: grad * result))

    def log(self):
        return self.made(self.value.log(), (self, lambda grad: grad / self.value))

    def sum(self):
        return self.made(self.value.sum(), (self, lambda grad: grad.expand(self.value.shape)))
