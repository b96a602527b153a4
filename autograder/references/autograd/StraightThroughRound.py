"""`StraightThroughRound`: what is right, and what goes wrong."""

import torch
from torch.autograd import Function

from autograder.references import alternative, equivalent, mistake


class StraightThroughRound(Function):
    """The definition, number by number, for the step's gradient."""

    @staticmethod
    def forward(ctx, x, step):
        ctx.save_for_backward(x, step)
        return torch.round(x / step) * step

    @staticmethod
    def backward(ctx, grad):
        x, step = ctx.saved_tensors
        total = torch.zeros_like(step)
        for one, arriving in zip(x.reshape(-1), grad.reshape(-1), strict=True):
            total = total + arriving * (torch.round(one / step) - one / step)
        needed = ctx.needs_input_grad
        return (grad.clone() if needed[0] else None), (total if needed[1] else None)


def save_both(ctx, x, step):
    ctx.save_for_backward(x, step)


def error(x, step):
    return torch.round(x / step) - x / step


def what_is_needed(ctx, pair):
    return tuple(one if needed else None for one, needed in zip(pair, ctx.needs_input_grad, strict=True))


def straight(
    value=lambda x, step: step * torch.round(x / step),
    keep=save_both,
    kept=lambda ctx: ctx.saved_tensors,
    of_x=lambda grad, x, step: grad,
    of_step=lambda grad, x, step: (grad * error(x, step)).sum(),
    hand_on=what_is_needed,
):
    """The frame of most answers; mistakes change one step."""

    class Answer(Function):
        @staticmethod
        def forward(ctx, x, step):
            keep(ctx, x, step)
            return value(x, step)

        @staticmethod
        def backward(ctx, grad):
            x, step = kept(ctx)
            return hand_on(ctx, (of_x(grad, x, step), of_step(grad, x, step)))

    return Answer


@mistake(
    StraightThroughRound,
    "Autograd derives this from the operations, and the derivative of `round` is zero: nothing reaches x. Make it a "
    "Function whose `backward` says what you want.",
)
class PlainRound:
    apply = staticmethod(lambda x, step: step * torch.round(x / step))


scales_the_gradient = mistake(
    StraightThroughRound,
    "The gradient of x is scaled by the step. Straight through means: it leaves as it arrives.",
)(straight(of_x=lambda grad, x, step: grad * step))

divides_the_gradient = mistake(
    StraightThroughRound,
    "The gradient of x is divided by the step. Dividing and multiplying again cancel: it leaves as it arrives.",
)(straight(of_x=lambda grad, x, step: grad / step))

rounds_the_gradient = mistake(
    StraightThroughRound, "The gradient is rounded as well. Only values are rounded; gradients pass as they are."
)(straight(of_x=lambda grad, x, step: step * torch.round(grad / step)))

no_gradient_for_the_step = mistake(
    StraightThroughRound, "The step gets no gradient. It learns too: by rounding minus ratio, as the text derives."
)(straight(hand_on=lambda ctx, pair: (pair[0], None)))

only_the_rounded_ratio = mistake(
    StraightThroughRound,
    "The step's gradient lacks a part: x / step changes with the step, too, and brings − x / step.",
)(straight(of_step=lambda grad, x, step: (grad * torch.round(x / step)).sum()))

the_other_sign = mistake(
    StraightThroughRound, "The step's gradient has the other sign: it is round(x / step) minus x / step."
)(straight(of_step=lambda grad, x, step: -(grad * error(x, step)).sum()))

forgets_what_arrives = mistake(
    StraightThroughRound,
    "The step's gradient is not multiplied by the gradient that arrives: `backward` is one link of a chain.",
)(straight(of_step=lambda grad, x, step: error(x, step).sum()))

averages = mistake(
    StraightThroughRound, "The step's gradient is averaged. The step acts on every number, and its gradients add up."
)(straight(of_step=lambda grad, x, step: (grad * error(x, step)).mean()))

answers_unasked = mistake(
    StraightThroughRound,
    "Gradients are computed that nobody needs. `ctx.needs_input_grad` says for each input of `forward` whether it is "
    "wanted; return None for the others.",
)(straight(hand_on=lambda ctx, pair: pair))

one_for_two = mistake(
    StraightThroughRound,
    "`backward` returns one gradient, and `forward` has two inputs: return one for each, or None.",
)(straight(hand_on=lambda ctx, pair: pair[0]))


def _by_attributes(ctx, x, step):
    ctx.x, ctx.step = x, step


keeps_by_hand = mistake(
    StraightThroughRound,
    "The inputs are kept as attributes of `ctx`: when somebody changes x in place, the step's gradient is silently "
    "wrong. `ctx.save_for_backward` would notice.",
)(straight(keep=_by_attributes, kept=lambda ctx: (ctx.x, ctx.step)))

halves_up = mistake(
    StraightThroughRound,
    "Halves are rounded up, by floor(x + ½). `torch.round` takes the even neighbour, so that errors cancel.",
)(straight(value=lambda x, step: step * torch.floor(x / step + 0.5)))

ignores_the_step = mistake(
    StraightThroughRound, "The values are rounded to whole numbers. Asked for are multiples of the step."
)(straight(value=lambda x, step: torch.round(x)))

overwrites_x = mistake(
    StraightThroughRound, "The caller's x is overwritten: `round_`, `div_` and `mul_` work in place."
)(straight(value=lambda x, step: x.div_(step).round_().mul_(step).clone()))


@alternative(StraightThroughRound)
class WithErrors(Function):
    @staticmethod
    def forward(ctx, x, step):
        ratio = x / step
        rounded = ratio.round()
        ctx.save_for_backward(rounded - ratio)
        return rounded * step

    @staticmethod
    def backward(ctx, grad):
        (error,) = ctx.saved_tensors
        wanted = ctx.needs_input_grad
        of_x = grad if wanted[0] else None
        return of_x, grad * error if wanted[1] else None  # the engine sums it to the step's shape


@alternative(StraightThroughRound)
class WithSetupToo(Function):
    @staticmethod
    def forward(x, step):
        return torch.round(x / step) * step

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx, grad):
        x, step = ctx.saved_tensors
        of_x = of_step = None
        if ctx.needs_input_grad[0]:
            of_x = grad * 1
        if ctx.needs_input_grad[1]:
            of_step = torch.sum(grad * torch.round(x / step)) - torch.sum(grad * x) / step
        return of_x, of_step


equivalent(
    StraightThroughRound,
    "@staticmethod",
    "",
    "apply takes forward and backward from the class, where a function is itself",
)
equivalent(
    StraightThroughRound,
    "@staticmethod",
    "",
    "apply takes forward and backward from the class, where a function is itself",
    nth=2,
)
