"""`gradient_norms`: what is right, and the frame of most answers."""

from torch.nn.modules.module import register_module_forward_hook

from autograder.references.hooks._shared import first_of, leaves_of, length, remove


def gradient_norms(model, x, loss_of):
    names = {id(module): name for name, module in leaves_of(model)}
    norms = []

    def watch(module, args, output):
        if id(module) in names:
            name, own = names[id(module)], first_of(output).clone()  # nn.Identity gives its very input
            own.register_hook(lambda grad: norms.append((name, length(grad))))
            return (own, *output[1:]) if isinstance(output, tuple) else own
        return None

    handle = register_module_forward_hook(watch)
    try:
        loss_of(model(x.detach().requires_grad_())).backward()
    finally:
        handle.remove()
    return norms


def measured(model, x, loss_of, measure, tidy=True):
    """The frame of most answers: `measure(name, norms)` makes a backward hook."""
    norms = []
    handles = [module.register_full_backward_hook(measure(name, norms)) for name, module in leaves_of(model)]
    try:
        loss_of(model(x.detach().requires_grad_())).backward()
    finally:
        if tidy:
            remove(handles)
    return norms


def of_output(name, norms):
    return lambda module, grad_input, grad_output: norms.append((name, length(grad_output[0])))
