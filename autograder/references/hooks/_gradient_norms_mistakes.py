"""Mistakes of `gradient_norms`."""

import warnings

import torch

from autograder.references import mistake
from autograder.references.hooks._gradient_norms import gradient_norms, measured, of_output
from autograder.references.hooks._shared import first_of, leaves_of, length, remove


@mistake(
    gradient_norms,
    "These are norms of the gradient that a module hands on, `grad_input` in a backward hook; asked for is "
    "the one that arrives, `grad_output`.",
)
def measures_what_leaves(model, x, loss_of):
    return measured(model, x, loss_of, lambda name, norms: lambda m, into, out: norms.append((name, length(into[0]))))


@mistake(
    gradient_norms,
    "Every line carries the last name, as when the hook looks `name` up only when it fires, after the loop. "
    "Bind it with `name=name`.",
)
def binds_late(model, x, loss_of):
    def measure(name, norms):
        last = leaves_of(model)[-1][0]
        return of_output(last, norms)

    return measured(model, x, loss_of, measure)


@mistake(gradient_norms, "The hooks stay on the model: keep the handles and remove them.")
def leaves_backward_hooks(model, x, loss_of):
    return measured(model, x, loss_of, of_output, tidy=False)


@mistake(gradient_norms, "After an error in the loss the hooks stay on the model: remove them in `finally`.", keeps=0.9)
def no_finally(model, x, loss_of):
    norms = []
    handles = [module.register_full_backward_hook(of_output(name, norms)) for name, module in leaves_of(model)]
    loss_of(model(x.detach().requires_grad_())).backward()
    remove(handles)
    return norms


@mistake(
    gradient_norms,
    "The hook returns `grad_output`, and what a full-backward hook returns takes the place of `grad_input`: the layers "
    "before learn from a wrong gradient, or the shapes clash. Return nothing.",
)
def returns_grad_output(model, x, loss_of):
    def measure(name, norms):
        def hook(module, grad_input, grad_output):
            norms.append((name, length(grad_output[0])))
            return grad_output

        return hook

    return measured(model, x, loss_of, measure)


@mistake(
    gradient_norms,
    "The lines stand in the order of the forward pass. Backward, the last layer's gradient arrives first.",
)
def in_forward_order(model, x, loss_of):
    return measured(model, x, loss_of, of_output)[::-1]


INTO_THE_INPUT = (
    "The caller's `x` has a `.grad` afterwards: the backward pass goes on into it, as after `x.requires_grad_()` or "
    "through `x.clone()`. Work on `x.detach().requires_grad_()`."
)


@mistake(gradient_norms, INTO_THE_INPUT, keeps=0.95)
def marks_the_input(model, x, loss_of):
    return _from_the_input(model, x.requires_grad_(), loss_of)


@mistake(gradient_norms, INTO_THE_INPUT, keeps=0.95)
def goes_on_into_the_input(model, x, loss_of):
    return _from_the_input(model, x.clone() if x.requires_grad else x.clone().requires_grad_(), loss_of)


def _from_the_input(model, x, loss_of):
    norms = []
    handles = [module.register_full_backward_hook(of_output(name, norms)) for name, module in leaves_of(model)]
    try:
        loss_of(model(x)).backward()
    finally:
        remove(handles)
    return norms


@mistake(
    gradient_norms,
    "The parameters' earlier gradients are gone, as after `zero_grad`. The new ones are to be added to them: "
    "nothing may clear or replace `.grad`.",
    keeps=0.85,
)
def zeroes_first(model, x, loss_of):
    model.zero_grad()
    return measured(model, x, loss_of, of_output)


@mistake(gradient_norms, "The root of the mean square is taken; the norm is the root of the sum: `gradient.norm()`.")
def takes_the_rms(model, x, loss_of):
    return measured(
        model, x, loss_of,
        lambda name, norms: lambda m, i, out: norms.append((name, length(out[0]) / out[0].numel() ** 0.5)),
    )  # fmt: skip


@mistake(
    gradient_norms,
    "A layer that gives one of several results of an operation, as the second of two chunks, shows the gradient of "
    "another one, or None. So does the deprecated `register_backward_hook`: it hangs on the last node of the graph. "
    "`register_full_backward_hook` goes by what the module gives.",
)
def uses_the_old_hook(model, x, loss_of):
    norms, handles = [], []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, module in leaves_of(model):
            handles.append(module.register_backward_hook(of_output(name, norms)))
        try:
            loss_of(model(x.detach().requires_grad_())).backward()
        finally:
            remove(handles)
    return norms


@mistake(
    gradient_norms,
    "A layer that hands on its very input, as `nn.Identity`, stands in the wrong place, as where a tensor hook hangs "
    "on the output itself: the layer before shares it. Use `register_full_backward_hook`.",
)
def hooks_the_output(model, x, loss_of):
    norms = []

    def watch(name):
        def hook(module, args, output):
            first_of(output).register_hook(lambda grad: norms.append((name, length(grad))))

        return hook

    handles = [module.register_forward_hook(watch(name)) for name, module in leaves_of(model)]
    try:
        loss_of(model(x.detach().requires_grad_())).backward()
    finally:
        remove(handles)
    return norms


@mistake(
    gradient_norms,
    'A model without children has no line. It is a leaf itself, under the empty name: `if name:` takes "" '
    "for no name at all, and `named_children` does not list it.",
    keeps=0.98,
)
def passes_over_the_empty_name(model, x, loss_of):
    norms = []
    handles = [module.register_full_backward_hook(of_output(name, norms)) for name, module in leaves_of(model) if name]
    try:
        loss_of(model(x.detach().requires_grad_())).backward()
    finally:
        remove(handles)
    return norms


@mistake(gradient_norms, "The sum of squares is taken, without the root. The norm is `gradient.norm()`.")
def forgets_the_root(model, x, loss_of):
    return measured(model, x, loss_of, lambda name, norms: lambda m, i, out: norms.append((name, length(out[0]) ** 2)))


@mistake(gradient_norms, "Absolute values are added up, or averaged. The norm is the root of the sum of squares.")
def adds_absolute_values(model, x, loss_of):
    return measured(
        model, x, loss_of,
        lambda name, norms: lambda m, i, out: norms.append((name, out[0].abs().sum().item())),
    )  # fmt: skip


@mistake(
    gradient_norms,
    "The largest absolute value is taken. The norm is the root of the sum of squares: `gradient.norm()`.",
)
def takes_the_largest(model, x, loss_of):
    return measured(
        model, x, loss_of,
        lambda name, norms: lambda m, i, out: norms.append((name, out[0].abs().max().item())),
    )  # fmt: skip


@mistake(gradient_norms, "The norms are tensors. `.item()` makes a Python float of each.")
def leaves_tensors(model, x, loss_of):
    return measured(
        model, x, loss_of, lambda name, norms: lambda m, i, out: norms.append((name, out[0].norm().detach()))
    )


@mistake(
    gradient_norms,
    "These are norms of what the layers give in the forward pass. Asked for is the gradient that arrives on the "
    "way back.",
)
def measures_activations(model, x, loss_of):
    norms = []
    handles = [
        module.register_forward_hook(lambda m, args, out, name=name: norms.append((name, length(first_of(out)))))
        for name, module in leaves_of(model)
    ]
    try:
        loss_of(model(x)).backward()
    finally:
        remove(handles)
    return norms[::-1]


@mistake(gradient_norms, "Modules that only hold other modules are listed too; leave out those that have children.")
def lists_holders(model, x, loss_of):
    norms = []
    handles = [module.register_full_backward_hook(of_output(name, norms)) for name, module in model.named_modules()]
    try:
        loss_of(model(x.detach().requires_grad_())).backward()
    finally:
        remove(handles)
    return norms


@mistake(
    gradient_norms,
    "A layer that is used twice is listed once, as in a dict, which keeps one line a name. Each call has a "
    "line of its own.",
)
def one_line_a_name(model, x, loss_of):
    return list(dict(measured(model, x, loss_of, of_output)).items())


@mistake(
    gradient_norms,
    "The parameters' `.grad` is as before the call: perhaps the pass runs on a copy of the model, "
    "`torch.autograd.grad` leaves `.grad` out, or it is put back. Call `backward()` on the model's own loss "
    "and leave what it adds.",
    keeps=0.85,
)
def clears_afterwards(model, x, loss_of):
    before = {weight: None if weight.grad is None else weight.grad.clone() for weight in model.parameters()}
    norms = measured(model, x, loss_of, of_output)
    for weight, grad in before.items():
        weight.grad = grad
    return norms


@mistake(
    gradient_norms,
    "Norms of the parameters' gradients are listed. Asked for is the gradient with respect to each leaf's output.",
)
def measures_parameters(model, x, loss_of):
    loss_of(model(x)).backward()
    return [(name, weight.grad.norm().item()) for name, weight in model.named_parameters()][::-1]


@mistake(gradient_norms, "The backward pass runs from the sum of the output. `loss_of` says what the loss is.")
def ignores_the_loss(model, x, loss_of):
    return measured(model, x, lambda result: result.sum() + 0 * loss_of(result).sum(), of_output)


@mistake(
    gradient_norms,
    "The model runs on an input that needs no gradient, so no gradient is computed before the first weights: leaves "
    "that stand there have no line. Hand in `x.detach().requires_grad_()`.",
    keeps=0.97,
)
def input_without_a_gradient(model, x, loss_of):
    norms = []
    handles = [module.register_full_backward_hook(of_output(name, norms)) for name, module in leaves_of(model)]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            loss_of(model(x.detach())).backward()
    finally:
        remove(handles)
    return norms


@mistake(
    gradient_norms,
    "A matrix's largest singular value is taken, as `torch.linalg.norm(g, 2)` gives it. The root of the sum "
    "of squares is `torch.linalg.vector_norm(g)`, or `g.norm()`.",
)
def takes_the_spectral_norm(model, x, loss_of):
    def measure(name, norms):
        return lambda module, into, out: norms.append((name, torch.linalg.norm(out[0], 2).item()))

    return measured(model, x, loss_of, measure)
