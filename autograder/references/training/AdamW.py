"""`AdamW`: other ways that are right, and what is promised."""

import torch

from autograder.references import alternative, promised
from autograder.references.training import _AdamW_bookkeeping_mistakes, _AdamW_mistakes  # noqa: F401  (they register themselves)
from autograder.references.training._AdamW import AdamW, Frame


@alternative(AdamW)
class ByTheFormula(Frame):
    pass


@alternative(AdamW)
class InPlace(Frame):
    def one(self, w, group):
        state, (one, two) = self.state[w], group["betas"]
        if not state:
            state.update(step=torch.tensor(0.0), exp_avg=torch.zeros_like(w), exp_avg_sq=torch.zeros_like(w))
        state["step"] += 1
        w.mul_(1 - group["lr"] * group["weight_decay"])
        state["exp_avg"].lerp_(w.grad, 1 - one)
        state["exp_avg_sq"].mul_(two).addcmul_(w.grad, w.grad, value=1 - two)
        t = state["step"].item()
        root = state["exp_avg_sq"].sqrt().div_((1 - two**t) ** 0.5).add_(group["eps"])
        w.addcdiv_(state["exp_avg"], root, value=-group["lr"] / (1 - one**t))


promised(
    AdamW,
    "Adam with weight decay apart from the gradient.",
    by=["weight decay", "four steps"],
)


promised(
    AdamW,
    "For each weight with gradient g, at its step t = 1, 2, …: first w ← w · (1 − lr · weight_decay).",
    by=["weight decay", "as it comes, without settings"],
)


promised(
    AdamW,
    "Then m ← β₁ m + (1 − β₁) g and v ← β₂ v + (1 − β₂) g², both from zero, and with m̂ = m / (1 − β₁ᵗ), v̂ = "
    "v / (1 − β₂ᵗ) at last w ← w − lr · m̂ / (√v̂ + eps).",
    by=["four steps", "other betas", "a large eps", "tiny gradients"],
)


promised(
    AdamW,
    "A weight without a gradient (`.grad` is None) is passed over: it does not decay, and its m, v and t stay.",
    by=["gradients that are missing"],
)


promised(
    AdamW,
    "A gradient of zeros is a gradient.",
    by=["gradients of zero still decay"],
)


promised(
    AdamW,
    "Each group has its own settings, which may change between two steps.",
    by=["two groups, one without decay", "a rate that changes, zero for once"],
)


promised(
    AdamW,
    "What has to last is kept in `self.state[w]`, so that another optimizer can take up the `state_dict`.",
    by=["taken up from a state_dict"],
)


promised(
    AdamW,
    "The weights are changed in place, and their gradients stay as they are.",
    by=["who holds a weight, and its gradient"],
)
