"""`SGD`: other ways that are right, and what is promised."""

import torch

from autograder.references import alternative, promised
from autograder.references.training import _SGD_mistakes  # noqa: F401  (they register themselves)
from autograder.references.training._SGD import SGD, Frame


@alternative(SGD)
class InPlace(Frame):
    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for w in [each for each in group["params"] if each.grad is not None]:
                state = self.state[w]
                if not state:
                    state["buffer"] = w.grad.clone()
                else:
                    state["buffer"].mul_(group["momentum"]).add_(w.grad)
                w.sub_(state["buffer"] * group["lr"])


@alternative(SGD)
class FromTheLibrary(torch.optim.Optimizer):
    """One optimizer of the library for each call, told what to remember."""

    def __init__(self, params, lr, momentum=0.0):
        super().__init__(params, {"lr": lr, "momentum": momentum})

    def step(self):
        for group in self.param_groups:
            known = [w for w in group["params"] if w.grad is not None]
            velocities = [self.state[w].setdefault("v", torch.zeros_like(w)) for w in known]
            with torch.no_grad():
                torch._foreach_mul_(velocities, group["momentum"])
                torch._foreach_add_(velocities, [w.grad for w in known])
                torch._foreach_add_(known, velocities, alpha=-group["lr"])


promised(
    SGD,
    "Gradient descent with momentum: velocity ← momentum · velocity + gradient, and then w ← w − lr · velocity.",
    by=["three steps", "one step"],
)


promised(
    SGD,
    "The first velocity is the gradient.",
    by=["one step", "the docstring's example"],
)


promised(
    SGD,
    "A weight without a gradient (`.grad` is None) stays, and so does its velocity.",
    by=["gradients that are missing"],
)


promised(
    SGD,
    "Each group has its own `lr` and `momentum`, which may change between two steps.",
    by=["two groups", "a rate that changes, zero for once"],
)


promised(
    SGD,
    "Velocities are kept in `self.state[w]`, so that another optimizer can take up the `state_dict`.",
    by=["taken up from a state_dict"],
)


promised(
    SGD,
    "The weights are changed in place, and their gradients stay as they are.",
    by=["who holds a weight, and its gradient"],
)
