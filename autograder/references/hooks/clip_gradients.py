"""`clip_gradients`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised


def clip_gradients(parameters, limit):
    def clamped(gradient):
        return torch.clamp(gradient.double(), min=-limit, max=limit).to(gradient.dtype)

    return [parameter.register_hook(clamped) for parameter in parameters if parameter.requires_grad]


def on_each(parameters, hook):
    return [parameter.register_hook(hook) for parameter in parameters if parameter.requires_grad]


@mistake(
    clip_gradients,
    "Nothing is clipped: no gradient has come back changed from a hook. A tensor hook has to be registered, which a "
    "generator that nobody walks through does not do, and it has to return the clamped gradient.",
)
def returns_none(parameters, limit):
    def hook(grad):
        grad = grad.clamp(-limit, limit)

    return on_each(parameters, hook)


@mistake(
    clip_gradients,
    "A neighbour that nobody asked to clip is clipped too: tensors may share one gradient, and what is "
    "written into it in place, as by `clamp_`, reaches them all. Return a new one, `grad.clamp(…)`.",
    keeps=0.8,
)
def clamps_in_place(parameters, limit):
    return on_each(parameters, lambda grad: grad.clamp_(-limit, limit))


@mistake(clip_gradients, "Only large positive values are cut: give `clamp` both ends, -limit and limit.")
def cuts_one_side(parameters, limit):
    return on_each(parameters, lambda grad: grad.clamp(max=limit))


@mistake(
    clip_gradients,
    "The whole gradient is rescaled to a norm of at most limit. That is clipping by norm; asked for is "
    "each element by itself.",
)
def clips_the_norm(parameters, limit):
    return on_each(parameters, lambda grad: grad * (limit / grad.norm().clamp(min=limit)))


@mistake(
    clip_gradients,
    "The sum in `.grad` is clamped, with what lay there before. A tensor hook sees the gradient of one "
    "pass, before it is added.",
)
def clamps_the_sum(parameters, limit):
    def hook(parameter):
        parameter.grad = parameter.grad.clamp(-limit, limit)

    return [item.register_post_accumulate_grad_hook(hook) for item in parameters if item.requires_grad]


@mistake(
    clip_gradients,
    "It clamps the gradients that are there now. The hook has to wait: the ones to be clipped come with "
    "the next backward pass.",
)
def clamps_now(parameters, limit):
    handles = []
    for parameter in parameters:
        if parameter.grad is not None:
            parameter.grad = parameter.grad.clamp(-limit, limit)
        if parameter.requires_grad:
            handles.append(parameter.register_hook(lambda grad: grad))
    return handles


@mistake(
    clip_gradients,
    "A frozen parameter takes no hook (`cannot register a hook on a tensor that doesn't require gradient`): skip it.",
    keeps=0.9,
)
def trips_over_frozen(parameters, limit):
    return [parameter.register_hook(lambda grad: grad.clamp(-limit, limit)) for parameter in parameters]


@mistake(clip_gradients, "The gradient is zeroed beyond the limit; clamping puts it at the limit.")
def zeroes_beyond(parameters, limit):
    return on_each(parameters, lambda grad: grad.where(grad.abs() <= limit, 0.0))


@mistake(
    clip_gradients, "Only one handle comes back, so the other hooks cannot be taken off. Return them all in a list."
)
def returns_the_last(parameters, limit):
    return on_each(parameters, lambda grad: grad.clamp(-limit, limit))[-1:]


USED_UP = (
    "The iterator is used up, or part of it, before the hooks are registered: `model.parameters()` can be walked "
    "through once. Go over it a single time, or make a list first."
)


@mistake(clip_gradients, USED_UP)
def uses_up_the_first(parameters, limit):
    if not any(item.requires_grad for item in parameters):
        return []
    return on_each(parameters, lambda grad: grad.clamp(-limit, limit))


@mistake(clip_gradients, USED_UP)
def uses_it_up(parameters, limit):
    frozen = [id(item) for item in parameters if not item.requires_grad]
    return on_each((item for item in parameters if id(item) not in frozen), lambda grad: grad.clamp(-limit, limit))


@mistake(clip_gradients, "Every gradient is kept between -1 and 1, whatever limit is given.")
def ignores_the_limit(parameters, limit):
    return on_each(parameters, lambda grad: grad.clamp(-1.0, 1.0))


@mistake(clip_gradients, "Negative gradients become 0, or lose their sign: clamp from -limit to limit, not from 0.")
def clamps_from_zero(parameters, limit):
    return on_each(parameters, lambda grad: grad.clamp(0.0, limit))


@mistake(clip_gradients, "Only large negative values are cut: give `clamp` both ends, -limit and limit.")
def cuts_the_lower_side(parameters, limit):
    return on_each(parameters, lambda grad: grad.clamp(min=-limit))


@mistake(
    clip_gradients,
    "The whole gradient is divided so that its largest element fits. Small elements shrink with it; asked for is each "
    "element by itself.",
)
def scales_by_the_largest(parameters, limit):
    return on_each(parameters, lambda grad: grad * (limit / grad.abs().max().clamp(min=limit)))


@mistake(clip_gradients, "Gradients are squeezed smoothly, by tanh. Those within the limit should stay as they are.")
def squeezes(parameters, limit):
    return on_each(parameters, lambda grad: limit * torch.tanh(grad / limit))


@mistake(clip_gradients, "Only the sign is left: every element is at the limit, small ones too. Clamp them instead.")
def takes_the_sign(parameters, limit):
    return on_each(parameters, lambda grad: limit * grad.sign())


@mistake(
    clip_gradients,
    "Frozen parameters are thawed: `requires_grad_(True)` lets them learn again. Skip those that need no gradient.",
    keeps=0.9,
)
def thaws_the_frozen(parameters, limit):
    return [item.requires_grad_().register_hook(lambda grad: grad.clamp(-limit, limit)) for item in parameters]


@mistake(
    clip_gradients,
    "Parameters without a `.grad` get no hook. Before the first backward pass no parameter has one: ask "
    "`requires_grad`.",
)
def asks_for_grad(parameters, limit):
    return on_each([item for item in parameters if item.grad is not None], lambda grad: grad.clamp(-limit, limit))


@mistake(
    clip_gradients,
    "The first pass is clipped, later ones are not, as when a hook takes itself off. It stays until the "
    "caller removes it.",
)
def clips_once(parameters, limit):
    handles = []

    def hook_of(place):
        def hook(grad):
            handles[place].remove()
            return grad.clamp(-limit, limit)

        return hook

    for item in parameters:
        if item.requires_grad:
            handles.append(item.register_hook(hook_of(len(handles))))
    return handles


@mistake(
    clip_gradients,
    "Clipping goes through float32, and a float64 gradient loses half of its digits. `clamp` keeps the "
    "dtype: there is nothing to convert.",
    keeps=0.8,
)
def clips_in_float32(parameters, limit):
    return on_each(parameters, lambda grad: grad.float().clamp(-limit, limit).to(grad.dtype))


@mistake(
    clip_gradients,
    "Beside a NaN the other elements are not clamped: the largest value of a gradient with a NaN in it is NaN, and no "
    "comparison with that is true. Clamp in any case, without an `if`.",
    keeps=0.95,
)
def asks_the_largest(parameters, limit):
    return on_each(parameters, lambda grad: grad.clamp(-limit, limit) if grad.abs().max() > limit else grad)


HIDES_NAN = (
    "NaN becomes a number. A NaN says that something has gone wrong on the way, and should stay visible: `clamp` "
    "leaves it as it is; `nan_to_num` does not, nor do some comparisons in a `where`."
)
for number in (0.0, 1.0, -1.0):
    mistake(clip_gradients, HIDES_NAN, keeps=0.95)(
        lambda parameters, limit, number=number: on_each(
            parameters, lambda grad: grad.nan_to_num(number * limit, torch.inf, -torch.inf).clamp(-limit, limit)
        )
    )


@mistake(
    clip_gradients,
    "A tensor that is not an `nn.Parameter` gets no hook. Any tensor that needs a gradient can be clipped: ask "
    "`requires_grad`, and not for the type.",
)
def takes_parameters_only(parameters, limit):
    return on_each([p for p in parameters if isinstance(p, torch.nn.Parameter)], lambda g: g.clamp(-limit, limit))


@alternative(clip_gradients)
def with_minimum_and_maximum(parameters, limit):
    handles = []
    for parameter in filter(lambda item: item.requires_grad, parameters):
        bound = torch.full_like(parameter, limit).detach()
        handles.append(
            parameter.register_hook(lambda grad, bound=bound: torch.maximum(torch.minimum(grad, bound), -bound))
        )
    return handles


@alternative(clip_gradients)
def with_where(parameters, limit):
    def hook(grad):
        return torch.where(grad.abs() > limit, limit * grad.sign(), grad)

    return tuple(item.register_hook(hook) for item in parameters if item.requires_grad)


promised(
    clip_gradients,
    "From now on, clamps each element of each gradient to [-limit, limit].",
    by=["the parameters of a network", "infinite gradients"],
)
promised(
    clip_gradients,
    "Each backward pass is clamped by itself, before it is added to `.grad`.",
    by=["each of two passes by itself", "what lay in .grad before"],
)
promised(
    clip_gradients,
    "Parameters that need no gradient are skipped.",
    by=["a frozen parameter"],
)
promised(
    clip_gradients,
    "No other tensor's gradient is changed.",
    by=["a neighbour that shares the gradient"],
)
promised(
    clip_gradients,
    "An element that is NaN stays NaN, and the others are clamped.",
    by=["NaN among the elements"],
)
promised(
    clip_gradients,
    "parameters: for example `model.parameters()`, which can be walked through once.",
    by=["the parameters of a network"],
)
promised(
    clip_gradients,
    "limit: a positive number.",
    by=["a wide limit changes nothing", "a limit above 1"],
)
promised(
    clip_gradients,
    "One handle for each parameter that is clipped.",
    by=["the parameters of a network", "handles take it off again"],
)
