"""`StraightThroughRound`: what is right, and what goes wrong."""

import torch
from torch.autograd import Function

from autograder.references import alternative, equivalent, mistake, promised


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


def zeros_where_none(ctx, pair):
    return tuple(one if needed else one * 0 for one, needed in zip(pair, ctx.needs_input_grad, strict=True))


def what_the_other_needs(ctx, pair):
    return tuple(one if needed else None for one, needed in zip(pair, ctx.needs_input_grad[::-1], strict=True))


def straight(
    value=lambda x, step: step * torch.round(x / step),
    keep=save_both,
    kept=lambda ctx: ctx.saved_tensors,
    of_x=lambda grad, x, step: grad,
    of_step=lambda grad, x, step: (grad * error(x, step)).sum(),
    hand_on=what_is_needed,
):
    """The frame of most answers; mistakes change one step."""

    class StraightThroughRound(Function):  # the name stands in torch's messages
        @staticmethod
        def forward(ctx, x, step):
            keep(ctx, x, step)
            return value(x, step)

        @staticmethod
        def backward(ctx, grad):
            x, step = kept(ctx)
            return hand_on(ctx, (of_x(grad, x, step), of_step(grad, x, step)))

    return StraightThroughRound


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

one_for_x = mistake(
    StraightThroughRound,
    "The gradient of x is 1, whatever arrives. The derivative is taken for 1, and by the chain rule it is multiplied "
    "by what arrives: that leaves as it came.",
)(straight(of_x=lambda grad, x, step: torch.ones_like(x)))

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
    keeps=0.8,
)(straight(hand_on=lambda ctx, pair: pair))

one_for_two = mistake(
    StraightThroughRound,
    "`backward` returns one gradient, and `forward` has two inputs: return one for each, or None.",
)(straight(hand_on=lambda ctx, pair: pair[0]))


def _by_attributes(ctx, x, step):
    ctx.x, ctx.step = x, step


keeps_by_hand = mistake(
    StraightThroughRound,
    "When somebody changes x or the step in place, the step's gradient is silently wrong, as when they are "
    "kept as attributes of `ctx`. `ctx.save_for_backward` would notice.",
    keeps=0.87,
)(straight(keep=_by_attributes, kept=lambda ctx: (ctx.x, ctx.step)))

halves_up = mistake(
    StraightThroughRound,
    "Halves are rounded up, as by floor(x + ½). `torch.round` takes the even neighbour, so that errors cancel.",
    keeps=0.9,
)(straight(value=lambda x, step: step * torch.floor(x / step + 0.5)))

ignores_the_step = mistake(
    StraightThroughRound, "The values are rounded to whole numbers. Asked for are multiples of the step."
)(straight(value=lambda x, step: torch.round(x)))

overwrites_x = mistake(
    StraightThroughRound, "The caller's x is overwritten: `round_`, `div_` and `mul_` work in place."
)(straight(value=lambda x, step: x.div_(step).round_().mul_(step).clone()))


forgets_to_return_the_value = mistake(
    StraightThroughRound,
    "`forward` returns nothing, and `apply` gives None. Is its `return` missing?",
)(straight(value=lambda x, step: None))

zeros_for_none = mistake(
    StraightThroughRound,
    "Zeros are returned for an input that needs no gradient. None says so, and saves the work.",
    keeps=0.8,
)(straight(hand_on=zeros_where_none))

asks_for_the_other = mistake(
    StraightThroughRound,
    "`ctx.needs_input_grad[0]` belongs to x and `[1]` to the step; here each gradient asks for the other's.",
)(straight(hand_on=what_the_other_needs))

only_the_ratio = mistake(
    StraightThroughRound,
    "The step's gradient lacks a part: the step also multiplies the rounded ratio, and brings round(x / step).",
)(straight(of_step=lambda grad, x, step: -(grad * x / step).sum()))

in_units_of_x = mistake(
    StraightThroughRound,
    "The step's gradient is the error y − x, which is measured in the units of x. Divide it by the step: "
    "round(x / step) − x / step.",
)(straight(of_step=lambda grad, x, step: (grad * error(x, step) * step).sum()))

divided_by_a_root = mistake(
    StraightThroughRound,
    "The step's gradient is divided by √n, as the paper on learned steps does to steady the training. Here it is the "
    "plain sum.",
)(straight(of_step=lambda grad, x, step: (grad * error(x, step)).sum() / max(x.numel(), 1) ** 0.5))

clips_the_gradient = mistake(
    StraightThroughRound,
    "x gets a gradient only where it lies between −1 and 1, as for binary weights. Here nothing is clipped: the "
    "gradient passes everywhere.",
)(straight(of_x=lambda grad, x, step: grad * (x.abs() <= 1)))

no_gradient_for_x = mistake(
    StraightThroughRound,
    "The gradient of x is zero, as the true derivative of `round` is. Straight through means to take 1: what "
    "arrives leaves as it is.",
)(straight(of_x=lambda grad, x, step: torch.zeros_like(grad)))

swaps_the_two = mistake(
    StraightThroughRound,
    "The two gradients are returned in the wrong order: first that of x, then that of the step, as `forward` takes "
    "them.",
)(straight(hand_on=lambda ctx, pair: what_is_needed(ctx, pair)[::-1]))

cuts_off = mistake(
    StraightThroughRound,
    "The ratio is cut off to a whole number, or rounded down. Asked for is the nearest: `torch.round`.",
)(straight(value=lambda x, step: step * torch.trunc(x / step)))

rounds_down = mistake(
    StraightThroughRound,
    "The ratio is cut off to a whole number, or rounded down. Asked for is the nearest: `torch.round`.",
)(straight(value=lambda x, step: step * torch.floor(x / step)))

returns_the_ratio = mistake(
    StraightThroughRound,
    "The rounded ratio comes back: whole numbers of steps. Multiply by the step again.",
)(straight(value=lambda x, step: torch.round(x / step)))

overflows = mistake(
    StraightThroughRound,
    "The ratio goes through a dtype of whole numbers that is too small for it: large values are wrong. `torch.round` "
    "stays in floating point.",
    keeps=0.95,
)(straight(value=lambda x, step: step * torch.round(x / step).to(torch.int32)))


def detached(x, step):
    return x + (step * torch.round(x / step) - x).detach()


@mistake(
    StraightThroughRound,
    "x's gradient comes through, and the step is cut off from its own, as in `x + (rounded − x).detach()`. "
    "Make it a Function whose `backward` returns both.",
)
class DetachTrick:
    apply = staticmethod(detached)


def detached_ratio(x, step):
    ratio = x / step
    return step * (ratio + (torch.round(ratio) - ratio).detach())


@mistake(
    StraightThroughRound,
    "Both gradients are right, but they come from operations of torch and `detach`. Make it one node of your own: a "
    "Function with a `backward`.",
    keeps=0.8,
)
class DetachedRatio:
    apply = staticmethod(detached_ratio)


class OneForAll(Function):
    """What `backward` needs is kept on the class."""

    @staticmethod
    def forward(ctx, x, step):
        OneForAll.kept = x.clone(), step.clone()
        return step * torch.round(x / step)

    @staticmethod
    def backward(ctx, grad):
        return what_is_needed(ctx, (grad, (grad * error(*OneForAll.kept)).sum()))


mistake(
    StraightThroughRound,
    "What `backward` needs is kept on the class or in a global name. The next call overwrites it: each call has its "
    "own `ctx`.",
)(OneForAll)


spoils_the_gradient = mistake(
    StraightThroughRound,
    "The gradient that arrives is changed in place. It leaves for x as it is, and belongs to other branches, too: "
    "make a new tensor.",
)(straight(of_step=lambda grad, x, step: grad.mul_(error(x, step)).sum()))


def _step_beside(ctx, x, step):
    ctx.save_for_backward(x)
    ctx.step = step


mistake(
    StraightThroughRound,
    "If the step is changed before the way back, its gradient is silently wrong, as when it is an attribute "
    "of `ctx`. `save_for_backward` is for all tensors, a single number too.",
    keeps=0.95,
)(straight(keep=_step_beside, kept=lambda ctx: (*ctx.saved_tensors, ctx.step)))


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

promised(
    StraightThroughRound,
    "Rounds to multiples of a step, and lets gradients through: `StraightThroughRound.apply(x, step)`.",
    by=["values", "the gradient of x", "the gradient of the step"],
)
promised(
    StraightThroughRound,
    "Takes `x` of any shape, floating point, and `step`, a positive tensor of shape () and the same dtype.",
    by=["one number", "not contiguous", "float64"],
)
promised(
    StraightThroughRound,
    "Gives the nearest multiple of the step for each number; halves go to the even multiple, as in `torch.round`.",
    by=["values", "large numbers", "halfway between two steps"],
)
promised(
    StraightThroughRound,
    "Backward takes 1 for the derivative of round.",
    by=["the gradient of x", "the gradient of the step"],
)
promised(
    StraightThroughRound,
    "`backward` returns None for an input that needs no gradient.",
    by=["only x learns", "only the step learns"],
)
promised(
    StraightThroughRound,
    "Changes in place after the way there are noticed or do no harm.",
    by=["a change in place before the way back"],
)
