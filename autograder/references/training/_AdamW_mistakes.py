"""Mistakes of `AdamW`."""

import torch

from autograder.references import mistake
from autograder.references.training._AdamW import AdamW, Frame


@mistake(
    AdamW,
    "eps stands inside the root: √(v + eps). With a large eps the steps come out too long, with tiny gradients too "
    "short. The root comes first, and then eps is added.",
)
class EpsInside(Frame):
    def quotient(self, m, v, eps):
        return m / (v + eps).sqrt()


@mistake(
    AdamW,
    "eps is added before the square is corrected, so that the correction enlarges it in the first steps. Correct v, "
    "take the root, then add eps.",
)
class EpsTooEarly(Frame):
    def direction(self, m, v, t, g, group):
        one, two = group["betas"]
        return m / (1 - one**t) / (v.sqrt() + group["eps"]) * (1 - two**t) ** 0.5


@mistake(AdamW, "There is no eps at all: where a gradient is zero, the step is 0 / 0.")
class NoEps(Frame):
    def quotient(self, m, v, eps):
        return m / v.sqrt()


@mistake(
    AdamW,
    "The decay goes through the gradient, and with it through the mean and the square: that is Adam with an L2 term. "
    "In AdamW it shrinks the weight directly, and the gradient knows nothing of it.",
)
class DecayThroughTheGradient(Frame):
    def gradient(self, w, group):
        return w.grad + group["weight_decay"] * w

    def before(self, w, group):
        pass


@mistake(
    AdamW,
    "The decay comes after the step and shrinks what has just been added, too. It comes first: w ← w · (1 − lr · "
    "weight_decay), and then the step.",
)
class DecayAfter(Frame):
    def before(self, w, group):
        pass

    def after(self, w, group):
        w.mul_(1 - group["lr"] * group["weight_decay"])


@mistake(
    AdamW,
    "The decay is not multiplied by the rate: the weight shrinks by 1 − weight_decay at each step, whatever the rate.",
)
class DecayWithoutRate(Frame):
    def before(self, w, group):
        w.mul_(1 - group["weight_decay"])


@mistake(AdamW, "The weights do not decay: `weight_decay` changes nothing here.")
class NoDecay(Frame):
    def before(self, w, group):
        pass


@mistake(
    AdamW,
    "The weight grows where it should decay: the factor is 1 − lr · weight_decay.",
)
class Grows(Frame):
    def before(self, w, group):
        w.mul_(1 + group["lr"] * group["weight_decay"])


@mistake(
    AdamW,
    "Nothing is corrected at the start: mean and square begin at zero, and so they are too small in the first steps, "
    "each by another factor. Divide them by 1 − beta to the power of the steps.",
)
class NoCorrection(Frame):
    def direction(self, m, v, t, g, group):
        return self.quotient(m, v, group["eps"])


@mistake(
    AdamW,
    "Only the mean is corrected, not the square: the first steps come out far too long.",
)
class HalfCorrected(Frame):
    def direction(self, m, v, t, g, group):
        return self.quotient(m / (1 - group["betas"][0] ** t), v, group["eps"])


@mistake(
    AdamW,
    "The corrections are one step ahead, as when the count begins at 1 and is raised before it is used: at the first "
    "step the power is 1.",
)
class CountsFromTwo(Frame):
    def count(self, state):
        return state.get("t", 1) + 1


@mistake(
    AdamW,
    "The corrections are a step behind: at the first step the power is 0, and 1 − 1 is divided by. Raise the count "
    "before you use it.",
)
class CountsFromZero(Frame):
    def count(self, state):
        return state.get("t", -1) + 1


@mistake(
    AdamW,
    "The powers are multiples: 1 − beta · t instead of 1 − beta ** t.",
)
class MultipliesTheBetas(Frame):
    def direction(self, m, v, t, g, group):
        one, two = group["betas"]
        return self.quotient(m / (1 - one * t), v / (1 - two * t), group["eps"])


@mistake(
    AdamW,
    "The betas have changed places: the first belongs to the mean of the gradients, the second to that of their "
    "squares.",
)
class SwapsTheBetas(Frame):
    def one(self, w, group):
        super().one(w, {**group, "betas": group["betas"][::-1]})


@mistake(
    AdamW,
    "The step goes along the gradient of this step, and not along the mean of the gradients so far.",
)
class ForgetsTheMean(Frame):
    def direction(self, m, v, t, g, group):
        return self.quotient(g, v / (1 - group["betas"][1] ** t), group["eps"])


@mistake(AdamW, "The mean is divided by the mean square itself: its root is missing.")
class NoRoot(Frame):
    def quotient(self, m, v, eps):
        return m / (v + eps)


@mistake(AdamW, "The step goes uphill: it has to be subtracted from the weight.")
class Uphill(Frame):
    def move(self, w, step):
        w.add_(step)


@mistake(
    AdamW,
    "v is built from the square of the mean, not from the squares of the gradients: where gradients change their sign, "
    "it is too small.",
)
class SquareOfTheMean(Frame):
    def one(self, w, group):
        state, g = self.state[w], w.grad
        self.before(w, group)
        state["t"] = state.get("t", 0) + 1
        state["m"] = self.mean(state.get("m", torch.zeros_like(w)), g, group["betas"][0])
        state["v"] = self.square(state.get("v", torch.zeros_like(w)), state["m"], group["betas"][1])
        w.sub_(group["lr"] * self.direction(state["m"], state["v"], state["t"], g, group))


@mistake(
    AdamW,
    "The mean is not corrected, only the square is: m begins at 0, and so the first steps come out too short. Divide "
    "it by 1 − beta1 ** t.",
)
class OnlyTheSquareIsCorrected(Frame):
    def direction(self, m, v, t, g, group):
        return self.quotient(m, v / (1 - group["betas"][1] ** t), group["eps"])


@mistake(
    AdamW,
    "After a gradient below 0 the weight is NaN: v seems to be a mean of the gradients themselves, and it has no root "
    "then. It is a mean of their squares.",
)
class WithoutTheSquare(Frame):
    def square(self, old, g, beta):
        return beta * old + (1 - beta) * g
