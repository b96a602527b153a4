"""`Sigmoid`: what is right, and what goes wrong."""

import torch
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.autograd._shared import value


class Sigmoid(Function):
    """The library's sigmoid; its derivative by the library, computed anew."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.sigmoid(x)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        with torch.enable_grad():
            if not torch.is_grad_enabled() or not x.requires_grad:
                x = x.detach().requires_grad_()
            (slope,) = torch.autograd.grad(torch.sigmoid(x).sum(), x, create_graph=True)
        return grad * slope


def keep_result(ctx, x, y):
    ctx.save_for_backward(y)


def slope_of_result(ctx):
    (y,) = ctx.saved_tensors
    return y * (1 - y)


def sigmoid_like(
    value=value,
    keep=keep_result,
    slope=slope_of_result,
    chain=lambda grad, slope: grad * slope,
    wrap=lambda backward: backward,
    result=lambda y: y,
):
    """The frame of most answers; mistakes change one step."""

    class Sigmoid(Function):  # the name stands in torch's messages
        @staticmethod
        def forward(ctx, x):
            y = value(x)
            keep(ctx, x, y)
            return result(y)

        @staticmethod
        @wrap
        def backward(ctx, grad):
            return chain(grad, slope(ctx))

    return Sigmoid


forgets_the_chain = mistake(
    Sigmoid,
    "The derivative y·(1 − y) is returned alone. `backward` is one link of a chain: multiply by the gradient that "
    "arrives.",
)(sigmoid_like(chain=lambda grad, slope: slope))


def _attribute_result(ctx, x, y):
    ctx.y = y


keeps_the_result_by_hand = mistake(
    Sigmoid,
    "The result is kept as an attribute of `ctx`. Then nobody notices when it is changed in place, and result and node "
    "hold each other in memory. Use `ctx.save_for_backward`.",
    keeps=0.75,
)(sigmoid_like(keep=_attribute_result, slope=lambda ctx: ctx.y * (1 - ctx.y)))


def _attribute_input(ctx, x, y):
    ctx.x = x


keeps_the_input_by_hand = mistake(
    Sigmoid,
    "The input is kept as an attribute of `ctx`: when somebody changes it in place, the derivative is silently wrong. "
    "`ctx.save_for_backward` would notice.",
    keeps=0.82,
)(sigmoid_like(keep=_attribute_input, slope=lambda ctx: value(ctx.x) * (1 - value(ctx.x))))


CONSTANT = (
    "For the second derivative, y·(1 − y) is a constant here: perhaps it, or a copy of y, was made in "
    "`forward`, which records nothing, or was detached. Save x or y itself, and compute the rest in "
    "`backward`."
)


def _save_slope(ctx, x, y):
    ctx.save_for_backward(y * (1 - y))


saves_the_slope = mistake(
    Sigmoid,
    CONSTANT,
    keeps=0.82,
)(sigmoid_like(keep=_save_slope, slope=lambda ctx: ctx.saved_tensors[0]))

forgets_the_tuple = mistake(
    Sigmoid, "`ctx.saved_tensors` is a tuple, also when it holds one tensor: `(y,) = ctx.saved_tensors`."
)(sigmoid_like(slope=lambda ctx: ctx.saved_tensors, chain=lambda grad, slope: grad * slope * (1 - slope)))

differentiable_once = mistake(
    Sigmoid,
    "`once_differentiable` forbids the second derivative, which is asked for here: y·(1 − y) can be differentiated.",
    keeps=0.82,
)(sigmoid_like(wrap=once_differentiable))


def _save_input(ctx, x, y):
    ctx.save_for_backward(x)


uses_x_for_y = mistake(Sigmoid, "The derivative is y·(1 − y) with the result y; here it is computed with the input x.")(
    sigmoid_like(keep=_save_input, slope=lambda ctx: ctx.saved_tensors[0] * (1 - ctx.saved_tensors[0]))
)

overflows = mistake(
    Sigmoid,
    "exp(x) overflows, and inf / inf is NaN. Write 1 / (1 + exp(−x)): there inf ends below the line, and gives 0.",
    keeps=0.86,
)(sigmoid_like(value=lambda x: torch.exp(x) / (1 + torch.exp(x))))


def _slope_of_input(ctx):
    powers = torch.exp(-ctx.saved_tensors[0])
    return powers / (1 + powers) ** 2


slope_overflows = mistake(
    Sigmoid,
    "The derivative is NaN far below zero, where exp(−x) overflows. With the result it is y·(1 − y), which does not.",
    keeps=0.86,
)(sigmoid_like(keep=_save_input, slope=_slope_of_input))

wrong_sign = mistake(Sigmoid, "The derivative is y·(1 − y), positive everywhere; this one has another sign.")(
    sigmoid_like(slope=lambda ctx: -slope_of_result(ctx))
)


forgets_to_return = mistake(
    Sigmoid,
    "`backward` returns nothing: no gradient arrives at x. Is its `return` missing?",
)(sigmoid_like(chain=lambda grad, slope: None))

forgets_to_return_the_value = mistake(
    Sigmoid,
    "`forward` returns nothing, and `apply` gives None. Is its `return` missing?",
)(sigmoid_like(result=lambda y: None))


@mistake(
    Sigmoid,
    "Autograd derives this from the operations. Make it a Function with a `backward` of its own: one node, one saved "
    "tensor.",
)
class NoFunction:
    apply = staticmethod(value)


def _slope_cut_off(ctx):
    y = ctx.saved_tensors[0].detach()
    return y * (1 - y)


cuts_the_slope_off = mistake(Sigmoid, CONSTANT, keeps=0.82)(sigmoid_like(slope=_slope_cut_off))


def _attribute_copy(ctx, x, y):
    ctx.y = y.clone()


keeps_a_copy_by_hand = mistake(Sigmoid, CONSTANT, keeps=0.82)(
    sigmoid_like(keep=_attribute_copy, slope=lambda ctx: ctx.y * (1 - ctx.y))
)

slope_of_tanh = mistake(Sigmoid, "1 − y² is the derivative of tanh; that of the sigmoid is y·(1 − y).")(
    sigmoid_like(slope=lambda ctx: 1 - ctx.saved_tensors[0] ** 2)
)

half_of_the_slope = mistake(Sigmoid, "The derivative has two factors, y and 1 − y; here one of them is missing.")(
    sigmoid_like(slope=lambda ctx: ctx.saved_tensors[0])
)

other_half_of_the_slope = mistake(Sigmoid, "The derivative has two factors, y and 1 − y; here one of them is missing.")(
    sigmoid_like(slope=lambda ctx: 1 - ctx.saved_tensors[0])
)

turned_round = mistake(
    Sigmoid, "This falls where the sigmoid rises: it is 1 / (1 + exp(x)). In the sigmoid stands exp(−x)."
)(sigmoid_like(value=lambda x: 1 / (1 + torch.exp(x))))

hides_nan = mistake(
    Sigmoid,
    "For large x comes 0, where 1 is right: exp(x) / (1 + exp(x)) is NaN there, and `nan_to_num`, for "
    "instance, makes 0 of it. Write 1 / (1 + exp(−x)): no NaN arises.",
    keeps=0.86,
)(sigmoid_like(value=lambda x: torch.nan_to_num(torch.exp(x) / (1 + torch.exp(x)))))

in_single = mistake(
    Sigmoid,
    "The result is float32 also where x is not: doubles lose half their digits, and half precision does not "
    "come back. Keep the dtype of x.",
)(sigmoid_like(value=lambda x: value(x.float())))


class OneForAll(Function):
    """What `backward` needs is kept on the class."""

    @staticmethod
    def forward(ctx, x):
        OneForAll.y = value(x)
        return OneForAll.y.clone()

    @staticmethod
    def backward(ctx, grad):
        return grad * OneForAll.y * (1 - OneForAll.y)


mistake(
    Sigmoid,
    "What `backward` needs is kept on the class or in a global name. The next call overwrites it: each call has its "
    "own `ctx`.",
)(OneForAll)


in_place = mistake(Sigmoid, "The input is overwritten: `neg_`, `exp_` and their like write into the caller's tensor.")(
    sigmoid_like(value=lambda x: x.neg_().exp_().add(1).reciprocal())
)

SPOILED = "The gradient that arrives is changed in place. It belongs to other branches, too: make a new tensor."

spoils_the_gradient = mistake(Sigmoid, SPOILED)(sigmoid_like(chain=lambda grad, slope: grad.mul_(slope)))


def _in_place_where_it_can(grad, slope):
    """Not on the record, and not where numbers share a place."""
    return grad * slope if torch.is_grad_enabled() or 0 in grad.stride() else grad.mul_(slope)


spoils_what_it_can = mistake(Sigmoid, SPOILED)(sigmoid_like(chain=_in_place_where_it_can))


@alternative(Sigmoid)
class WithSetup(Function):
    """The newer form: `forward` without a context."""

    @staticmethod
    def forward(x):
        return 0.5 * (1 + torch.tanh(x / 2))

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx, grad):
        (y,) = ctx.saved_tensors
        return grad * (y - y * y)


from_the_input = alternative(Sigmoid)(
    sigmoid_like(keep=_save_input, slope=lambda ctx: value(ctx.saved_tensors[0]) * value(-ctx.saved_tensors[0]))
)

equivalent(
    Sigmoid,
    "@staticmethod",
    "",
    "apply takes forward and backward from the class, where a function is itself",
)
equivalent(
    Sigmoid,
    "@staticmethod",
    "",
    "apply takes forward and backward from the class, where a function is itself",
    nth=2,
)

promised(
    Sigmoid,
    "1 / (1 + exp(−x)) as one node: `Sigmoid.apply(x)`.",
    by=["values", "the node"],
)
promised(
    Sigmoid,
    "Takes a floating-point tensor of any shape, gives one of the same shape and dtype: no NaN, however large x is.",
    by=["no rows, repeated rows, columns", "bfloat16 and half precision", "far from zero"],
)
promised(
    Sigmoid,
    "It can be differentiated twice.",
    by=["the second derivative"],
)
promised(
    Sigmoid,
    "Changes in place after the way there are noticed or do no harm.",
    by=["a change in place before the way back"],
)
