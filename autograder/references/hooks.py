"""What is right in `07_hooks`, and what goes wrong.

The references look through another window than the lesson does: hooks on all modules at once
(`register_module_forward_hook`), hooks on the graph's nodes, a zero added to an activation. They compute in float64.
"""

import copy
from contextlib import ExitStack, contextmanager
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.modules.module import register_module_forward_hook

from autograder.references import alternative, mistake


def first_of(output):
    return output[0] if isinstance(output, tuple) else output


def leaves_of(model):
    return [(name, module) for name, module in model.named_modules() if not list(module.children())]


def remove(handles):
    for handle in handles:
        handle.remove()


# ---------------------------------------------------------------------------------------------------------------
def record_shapes(model, *inputs):
    names = {id(module): name for name, module in leaves_of(model)}
    shapes = []

    def note(module, args, output):
        if id(module) in names:
            shapes.append((names[id(module)], list(first_of(output).shape)))

    handle = register_module_forward_hook(note)
    try:
        model(*inputs)
    finally:
        handle.remove()
    return shapes


def recorder(model, inputs, modules, make, tidy=True):
    """The frame of most answers: hooks on, run, hooks off."""
    shapes = []
    handles = [module.register_forward_hook(make(name, shapes)) for name, module in modules]
    try:
        model(*inputs)
    finally:
        if tidy:
            remove(handles)
    return shapes


def by_output(name, shapes):
    return lambda module, args, output: shapes.append((name, tuple(first_of(output).shape)))


@mistake(record_shapes, "The hooks stay on the model after the call: keep every handle and remove it.")
def leaves_the_hooks(model, *inputs):
    return recorder(model, inputs, leaves_of(model), by_output, tidy=False)


@mistake(
    record_shapes,
    "The hook looks `name` up when it fires, and by then the loop has ended: every line carries the last name. "
    "Bind it while the loop runs, with `name=name` or a function that makes the hook.",
)
def binds_the_name_late(model, *inputs):
    shapes, handles = [], []
    for name, module in leaves_of(model):
        handles.append(
            module.register_forward_hook(lambda *hooked: shapes.append((name, tuple(first_of(hooked[2]).shape))))  # noqa: B023
        )
    try:
        model(*inputs)
    finally:
        remove(handles)
    return shapes


@mistake(
    record_shapes,
    "These are the shapes that go in. A forward hook gets (module, inputs, output): the third is asked for.",
)
def records_the_input(model, *inputs):
    return recorder(
        model,
        inputs,
        leaves_of(model),
        lambda name, shapes: lambda m, args, out: shapes.append((name, tuple(args[0].shape))),
    )


@mistake(
    record_shapes, "Only the outermost modules are listed: `named_children` does not go inside, `named_modules` does."
)
def stays_outside(model, *inputs):
    return recorder(model, inputs, list(model.named_children()), by_output)


@mistake(record_shapes, "Modules that only hold other modules are listed too; leave out those that have children.")
def lists_containers(model, *inputs):
    return recorder(model, inputs, list(model.named_modules()), by_output)


@mistake(
    record_shapes, "The lines stand in the order in which the modules were written, not in the order in which they ran."
)
def in_written_order(model, *inputs):
    order = [name for name, _ in leaves_of(model)]
    return sorted(recorder(model, inputs, leaves_of(model), by_output), key=lambda line: order.index(line[0]))


@mistake(
    record_shapes,
    "A layer that is used twice is listed once: a dict keeps one line a name, the list asked for one a call.",
)
def keeps_one_line_a_name(model, *inputs):
    return list(dict(recorder(model, inputs, leaves_of(model), by_output)).items())


@mistake(
    record_shapes,
    "The model is left in evaluation mode: looking at a model should not change how it behaves afterwards.",
)
def switches_to_eval(model, *inputs):
    return recorder(model.eval(), inputs, leaves_of(model), by_output)


@mistake(record_shapes, "When the model raises, the hooks stay on it: remove them in `finally`.")
def tidies_up_only_on_success(model, *inputs):
    shapes = []
    handles = [module.register_forward_hook(by_output(name, shapes)) for name, module in leaves_of(model)]
    model(*inputs)
    remove(handles)
    return shapes


@alternative(record_shapes)
def with_an_exit_stack(model, *inputs):
    lines = []

    def note(name, module, args, output):
        while not isinstance(output, Tensor):
            output = output[0]
        lines.append((name, output.size()))

    with ExitStack() as stack:
        for name, module in model.named_modules():
            if next(module.children(), None) is None:
                stack.enter_context(module.register_forward_hook(partial(note, name)))
        with torch.no_grad():
            model(*inputs)
    return lines


@alternative(record_shapes)
def with_names_by_identity(model, *inputs):
    names = {module: name for name, module in model.named_modules() if not len(list(module.children()))}
    lines = []

    def note(module, args, output):
        lines.append([names[module], list(first_of(output).shape)])

    handles = [module.register_forward_hook(note) for module in names]
    try:
        model(*inputs)
    finally:
        remove(handles)
    return lines


# ---------------------------------------------------------------------------------------------------------------
class Activations:
    def __init__(self, model, names):
        known = dict(model.named_modules(remove_duplicate=False))
        if missing := [name for name in names if name not in known]:
            raise AttributeError(missing[0])
        self.wanted = [(name, known[name]) for name in names]

    def __enter__(self):
        self.seen = {}
        self.handle = register_module_forward_hook(self.note)
        return self.seen

    def note(self, module, args, output):
        for name, wanted in self.wanted:
            if module is wanted:
                self.seen[name] = torch.tensor(first_of(output).tolist(), device=first_of(output).device)

    def __exit__(self, *error):
        self.handle.remove()


class Watcher:
    """The frame of most answers; mistakes change one of its methods."""

    def __init__(self, model, names):
        self.modules = {name: model.get_submodule(name) for name in names}

    def keep(self, output):
        return first_of(output).detach().clone()

    def note(self, name):
        def hook(module, args, output):
            self.values[name] = self.keep(output)

        return hook

    def __enter__(self):
        self.values = {}
        self.handles = [module.register_forward_hook(self.note(name)) for name, module in self.modules.items()]
        return self.values

    def __exit__(self, *error):
        remove(self.handles)


@mistake(
    Activations,
    "The stored tensors still belong to the graph: each holds every intermediate result of its forward pass alive. "
    "Store `output.detach()`, and a copy of it.",
)
class HoldsTheGraph(Watcher):
    def keep(self, output):
        return first_of(output).clone()


@mistake(
    Activations,
    "What is stored shares memory with the model's own tensor: the in-place ReLU that follows writes zeros into it. "
    "`detach` makes no copy; `.detach().clone()` does.",
)
class StoresAnAlias(Watcher):
    def keep(self, output):
        return first_of(output).detach()


@mistake(
    Activations,
    "The hook returns the detached tensor, and what a forward hook returns takes the place of the output: no gradient "
    "reaches the layers before it. Return nothing.",
)
class ReplacesTheOutput(Watcher):
    def note(self, name):
        def hook(module, args, output):
            self.values[name] = self.keep(output)
            return self.values[name] if isinstance(output, Tensor) else None

        return hook


@mistake(
    Activations, "The hooks are never removed: the model goes on filling the dict after the block. Do it in `__exit__`."
)
class NeverRemoves(Watcher):
    def __exit__(self, *error):
        pass


@mistake(Activations, "An error inside the block is swallowed: `__exit__` returns something true. Return None.")
class SwallowsErrors(Watcher):
    def __exit__(self, *error):
        remove(self.handles)
        return True


@mistake(
    Activations, "After an error in the block the hooks stay: `__exit__` must remove them whatever it is called with."
)
class TidiesOnlyOnSuccess(Watcher):
    def __exit__(self, kind, *rest):
        if kind is None:
            remove(self.handles)


@mistake(
    Activations,
    "The hooks are there as soon as the object is made. Register them in `__enter__`, when the block begins.",
)
class RegistersTooEarly(Watcher):
    def __init__(self, model, names):
        super().__init__(model, names)
        self.values = super().__enter__()

    def __enter__(self):
        return self.values


@mistake(Activations, "All hooks of the module are cleared, other people's too. Remove your own by their handles.")
class ClearsEverything(Watcher):
    def __exit__(self, *error):
        for module in self.modules.values():
            module._forward_hooks.clear()


@mistake(
    Activations,
    "When one name is wrong, the hooks registered before it stay, since `__exit__` only runs after a successful "
    "`__enter__`. Look all names up first, then register.",
)
class LooksUpWhileRegistering(Watcher):
    def __init__(self, model, names):
        self.model, self.names = model, names

    def __enter__(self):
        self.values, self.handles = {}, []
        for name in self.names:
            module = self.model.get_submodule(name)
            self.handles.append(module.register_forward_hook(self.note(name)))
        return self.values


@mistake(
    Activations,
    "`__enter__` returns the object itself. What it returns is what the name after `as` holds: return the dict.",
)
class ReturnsItself(Watcher):
    def __enter__(self):
        super().__enter__()
        return self


@mistake(Activations, "The first call is kept and later ones are ignored; the last one counts.")
class KeepsTheFirst(Watcher):
    def note(self, name):
        def hook(module, args, output):
            self.values.setdefault(name, self.keep(output))

        return hook


@alternative(Activations)
@contextmanager
def with_contextmanager(model, names):
    modules = [(name, model.get_submodule(name)) for name in names]
    values = {}

    def note(name, module, args, output):
        values[name] = torch.clone(first_of(output)).detach_()

    with ExitStack() as stack:
        for name, module in modules:
            stack.enter_context(module.register_forward_hook(partial(note, name)))
        yield values


@alternative(Activations)
class CopiesUnderNoGrad(Watcher):
    @torch.no_grad()
    def keep(self, output):
        return torch.empty_like(first_of(output)).copy_(first_of(output))


# ---------------------------------------------------------------------------------------------------------------
def input_scaler(module, factor):
    def scaled(value):
        floating = isinstance(value, Tensor) and value.dtype.is_floating_point
        return torch.mul(value.double(), factor).to(value.dtype) if floating else value

    def hook(module, args, kwargs):
        return tuple(scaled(value) for value in args), {name: scaled(value) for name, value in kwargs.items()}

    return module.register_forward_pre_hook(hook, with_kwargs=True)


def scaled_by(factor):
    def scaled(value):
        return factor * value if isinstance(value, Tensor) and value.is_floating_point() else value

    return scaled


def with_scaled(factor, scaled):
    """A pre-hook that applies `scaled` to all inputs."""
    return lambda module, args, kwargs: (
        tuple(map(scaled, args)),
        {name: scaled(value) for name, value in kwargs.items()},
    )


@mistake(
    input_scaler,
    "The output is scaled, not the input: a forward hook comes after the module, a forward-pre hook before.",
)
def scales_the_output(module, factor):
    return module.register_forward_hook(lambda module, args, output: factor * output)


@mistake(
    input_scaler,
    "The scaled values are computed and thrown away: a pre-hook that returns None leaves the inputs as they are. "
    "Return the new (args, kwargs).",
)
def returns_nothing(module, factor):
    def hook(module, args, kwargs):
        args = tuple(map(scaled_by(factor), args))
        kwargs = {name: scaled_by(factor)(value) for name, value in kwargs.items()}

    return module.register_forward_pre_hook(hook, with_kwargs=True)


@mistake(input_scaler, "`*=` and `mul_` write into the caller's tensor: scale a new one, `value * factor`.")
def scales_in_place(module, factor):
    def scaled(value):
        if isinstance(value, Tensor) and value.is_floating_point():
            value.mul_(factor)
        return value

    return module.register_forward_pre_hook(with_scaled(factor, scaled), with_kwargs=True)


@mistake(
    input_scaler,
    "Inputs given by name go through unscaled: a hook sees them only when it is registered with `with_kwargs=True`.",
)
def forgets_the_names(module, factor):
    return module.register_forward_pre_hook(lambda module, args: tuple(map(scaled_by(factor), args)))


@mistake(
    input_scaler,
    "Only the first input comes through: what a pre-hook returns takes the place of all positional "
    "inputs. Return every one.",
)
def drops_the_others(module, factor):
    return module.register_forward_pre_hook(lambda module, args: factor * args[0])


@mistake(input_scaler, "The second input is not scaled: go over all of them, not over `args[0]` alone.")
def scales_the_first(module, factor):
    scaled = scaled_by(factor)

    def hook(module, args, kwargs):
        return (scaled(args[0]), *args[1:]) if args else args, {**kwargs}

    return module.register_forward_pre_hook(hook, with_kwargs=True)


@mistake(
    input_scaler,
    "Whole numbers, masks and None are multiplied too. Ids are no amounts: scale floating-point tensors only.",
)
def scales_everything(module, factor):
    return module.register_forward_pre_hook(with_scaled(factor, lambda value: value * factor), with_kwargs=True)


@mistake(
    input_scaler,
    "The hook sits on every module inside too, so values are scaled at each level: register it on the "
    "one module given.",
)
def on_every_module(module, factor):
    handles = [
        part.register_forward_pre_hook(with_scaled(factor, scaled_by(factor)), with_kwargs=True)
        for part in module.modules()
    ]
    return handles[0]


@mistake(input_scaler, "The handle is not returned, so nobody can take the hook off again.")
def keeps_the_handle(module, factor):
    module.register_forward_pre_hook(with_scaled(factor, scaled_by(factor)), with_kwargs=True)


@mistake(input_scaler, "`.detach()` and `.data` cut the graph: no gradient reaches the caller's input any more.")
def cuts_the_graph(module, factor):
    def scaled(value):
        return value.detach() * factor if isinstance(value, Tensor) and value.is_floating_point() else value

    return module.register_forward_pre_hook(with_scaled(factor, scaled), with_kwargs=True)


@alternative(input_scaler)
def with_tree_map(module, factor):
    from torch.utils._pytree import tree_map

    return module.register_forward_pre_hook(
        lambda module, args, kwargs: tree_map(scaled_by(factor), (args, kwargs)), with_kwargs=True
    )


@alternative(input_scaler)
def with_loops(module, factor):
    def hook(_, args, kwargs):
        new, named = [], dict(kwargs)
        for value in args:
            new.append(value.mul(factor) if torch.is_tensor(value) and value.is_floating_point() else value)
        for name in named:
            if torch.is_tensor(named[name]) and named[name].is_floating_point():
                named[name] = named[name] * factor
        return tuple(new), named

    return module.register_forward_pre_hook(hook, with_kwargs=True)


# ---------------------------------------------------------------------------------------------------------------
def length(gradient):
    return gradient.detach().double().square().sum().sqrt().item()


def gradient_norms(model, x, loss_of):
    names = {id(module): name for name, module in leaves_of(model)}
    norms = []

    def watch(module, args, output):
        if id(module) in names:
            name = names[id(module)]
            first_of(output).register_hook(lambda grad: norms.append((name, length(grad))))

    handle = register_module_forward_hook(watch)
    try:
        loss_of(model(x)).backward()
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


@mistake(
    gradient_norms,
    "These are norms of `grad_input`, the gradient that a module hands on; asked for is `grad_output`, what arrives.",
)
def measures_what_leaves(model, x, loss_of):
    return measured(model, x, loss_of, lambda name, norms: lambda m, into, out: norms.append((name, length(into[0]))))


@mistake(
    gradient_norms,
    "The list is empty: full-backward hooks come into play in the forward pass; registered after it, they do not fire. "
    "Register first, then run the model.",
)
def registers_after_the_forward(model, x, loss_of):
    loss = loss_of(model(x.detach().requires_grad_()))
    norms = []
    handles = [module.register_full_backward_hook(of_output(name, norms)) for name, module in leaves_of(model)]
    loss.backward()
    remove(handles)
    return norms


@mistake(
    gradient_norms,
    "Every line carries the last name: the hook looks `name` up when it fires, after the loop. Bind it "
    "with `name=name`.",
)
def binds_late(model, x, loss_of):
    def measure(name, norms):
        last = leaves_of(model)[-1][0]
        return of_output(last, norms)

    return measured(model, x, loss_of, measure)


@mistake(gradient_norms, "The hooks stay on the model: keep the handles and remove them.")
def leaves_backward_hooks(model, x, loss_of):
    return measured(model, x, loss_of, of_output, tidy=False)


@mistake(gradient_norms, "After an error in the loss the hooks stay on the model: remove them in `finally`.")
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


@mistake(
    gradient_norms,
    "`x.requires_grad_()` changes the caller's tensor, and the backward pass then fills its `.grad`. "
    "Work on `x.detach().requires_grad_()`.",
)
def marks_the_input(model, x, loss_of):
    x.requires_grad_()
    norms = []
    handles = [module.register_full_backward_hook(of_output(name, norms)) for name, module in leaves_of(model)]
    try:
        loss_of(model(x)).backward()
    finally:
        remove(handles)
    return norms


@mistake(
    gradient_norms, "The parameters' earlier gradients are gone: a look at the gradients should not call `zero_grad`."
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


@alternative(gradient_norms)
def with_pre_hooks(model, x, loss_of):
    norms = []
    with ExitStack() as stack:
        for name, module in leaves_of(model):
            stack.enter_context(
                module.register_full_backward_pre_hook(
                    lambda module, arriving, name=name: norms.append(
                        (name, float(torch.linalg.vector_norm(arriving[0])))
                    )
                )
            )
        loss_of(model(x)).backward()
    return norms


@alternative(gradient_norms)
def with_tensor_hooks(model, x, loss_of):
    norms = []

    def watch(name, module, args, output):
        first_of(output).register_hook(lambda gradient: norms.append((name, gradient.pow(2).sum().sqrt().item())))

    handles = [module.register_forward_hook(partial(watch, name)) for name, module in leaves_of(model)]
    try:
        torch.autograd.backward(loss_of(model(x)))
    finally:
        remove(handles)
    return norms


# ---------------------------------------------------------------------------------------------------------------
def clip_gradients(parameters, limit):
    def clamped(gradient):
        return torch.clamp(gradient.double(), min=-limit, max=limit).to(gradient.dtype)

    return [parameter.register_hook(clamped) for parameter in parameters if parameter.requires_grad]


def on_each(parameters, hook):
    return [parameter.register_hook(hook) for parameter in parameters if parameter.requires_grad]


@mistake(
    clip_gradients,
    "The clamped gradient is computed and thrown away: a tensor hook that returns None changes nothing. Return it.",
)
def returns_none(parameters, limit):
    def hook(grad):
        grad = grad.clamp(-limit, limit)

    return on_each(parameters, hook)


@mistake(
    clip_gradients,
    "`clamp_` writes into the gradient, and other tensors may share it: a neighbour that nobody asked to "
    "clip is clipped "
    "too. Return `grad.clamp(…)`.",
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


# ---------------------------------------------------------------------------------------------------------------
@contextmanager
def nan_tripwire(model):
    names = {id(module): name for name, module in model.named_modules()}

    def look(module, args, output):
        tensors = output if isinstance(output, tuple) else [output]
        if id(module) in names and any((tensor != tensor).any() for tensor in tensors):
            raise FloatingPointError(names[id(module)])

    handle = register_module_forward_hook(look)
    try:
        yield
    finally:
        handle.remove()


def has_nan(output):
    return any(bool(torch.isnan(value).any()) for value in (output if isinstance(output, tuple) else (output,)))


def tripwire(modules_of=lambda model: list(model.named_modules()), bad=has_nan, say=lambda name, module: name):
    """The frame of most answers, as a function from a model to a context."""

    @contextmanager
    def wire(model):
        def watch(name):
            def look(module, args, output):
                if bad(output):
                    raise FloatingPointError(f"NaN in {say(name, module)}")

            return look

        handles = [module.register_forward_hook(watch(name)) for name, module in modules_of(model)]
        try:
            yield
        finally:
            remove(handles)

    return wire


wakes_for_infinity = mistake(
    nan_tripwire, "Infinity raises the alarm too. Attention puts -inf where it hides something: look for NaN, `isnan`."
)(
    tripwire(
        bad=lambda output: any(
            not value.isfinite().all() for value in (output if isinstance(output, tuple) else (output,))
        )
    )
)

looks_at_all = mistake(nan_tripwire, "One NaN among good values goes by: ask for `.any()`, not for `.all()`.")(
    tripwire(
        bad=lambda output: any(value.isnan().all() for value in (output if isinstance(output, tuple) else (output,)))
    )
)

compares_with_nan = mistake(
    nan_tripwire,
    "No alarm is ever raised: NaN equals nothing, not even itself, so `== float('nan')` is always False. Use `isnan`.",
)(
    tripwire(
        bad=lambda output: any(
            (value == torch.nan).any() for value in (output if isinstance(output, tuple) else (output,))
        )
    )
)

names_the_class = mistake(
    nan_tripwire,
    "The alarm names the kind of module, and a model may have a hundred of them. Name its place: the "
    "name from `named_modules`.",
)(tripwire(say=lambda name, module: type(module).__name__))

looks_at_leaves_only = mistake(
    nan_tripwire,
    "A module that has children can make NaN by its own arithmetic, and nobody watches it. Watch every "
    "module, not only the leaves.",
)(tripwire(modules_of=leaves_of))

looks_at_the_first = mistake(
    nan_tripwire,
    "Only the first tensor of a tuple is looked at; NaN in the second goes by, or another module is blamed.",
)(tripwire(bad=lambda output: bool(first_of(output).isnan().any())))


@mistake(
    nan_tripwire,
    "The alarm leaves its hooks behind: it raises, so the lines after `yield` never run. Put them into `finally`.",
)
@contextmanager
def leaves_the_wire(model):
    def watch(name):
        def look(module, args, output):
            if has_nan(output):
                raise FloatingPointError(f"NaN in {name}")

        return look

    handles = [module.register_forward_hook(watch(name)) for name, module in model.named_modules()]
    yield
    remove(handles)


@mistake(
    nan_tripwire,
    "The alarm names the last module that showed NaN: once there, it spreads. Raise at the first, inside the hook.",
)
@contextmanager
def blames_the_last(model):
    bad = []

    def watch(name):
        return lambda module, args, output: bad.append(name) if name and has_nan(output) else None

    handles = [module.register_forward_hook(watch(name)) for name, module in model.named_modules()]
    try:
        yield
    finally:
        remove(handles)
    if bad:
        raise FloatingPointError(f"NaN in {bad[-1]}")


@mistake(nan_tripwire, "All hooks of the model are cleared, other people's too. Remove your own by their handles.")
@contextmanager
def clears_the_model(model):
    wire = tripwire()
    try:
        with wire(model):
            yield
    finally:
        for module in model.modules():
            module._forward_hooks.clear()


@alternative(nan_tripwire)
class WithAClass:
    def __init__(self, model):
        self.model = model

    def __enter__(self):
        self.stack = ExitStack()
        for name, module in self.model.named_modules():
            self.stack.enter_context(module.register_forward_hook(partial(self.look, name)))

    @staticmethod
    def look(name, module, args, output):
        tensors = [output] if isinstance(output, Tensor) else [item for item in output if isinstance(item, Tensor)]
        for tensor in tensors:
            if tensor.ne(tensor).any():
                raise FloatingPointError(f"module {name!r} ({type(module).__name__}) gave NaN.")

    def __exit__(self, *error):
        self.stack.close()


@alternative(nan_tripwire)
@contextmanager
def with_sums(model):
    def look(name, module, args, output):
        for tensor in output if isinstance(output, (tuple, list)) else [output]:
            if int(tensor.isnan().sum()) > 0:
                raise FloatingPointError(name)

    with ExitStack() as stack:
        for name, module in model.named_modules():
            stack.enter_context(module.register_forward_hook(partial(look, name)))
        yield


# ---------------------------------------------------------------------------------------------------------------
def signal_weights(model):
    return {name: weight for name, weight in model.named_parameters() if weight.dim() > 1 and weight.requires_grad}


@contextmanager
def layerwise_learning_signal(model):
    signal, handles, nodes = {}, [], []  # a node that nobody holds is gone, and its hook with it
    for name, weight in signal_weights(model).items():
        signal[name] = []
        nodes.append(weight.view_as(weight).grad_fn.next_functions[0][0])  # the node that adds to weight.grad

        def note(arriving, line=signal[name], weight=weight):
            line.append(length(arriving[0]) / length(weight))

        handles.append(nodes[-1].register_prehook(note))
    try:
        yield signal
    finally:
        remove(handles)


def watching_weights(note_for, weights_of=signal_weights):
    """The frame of most answers: `note_for(signal, name, weight)` makes a tensor hook."""

    @contextmanager
    def watch(model):
        weights = weights_of(model)
        signal = {name: [] for name in weights}
        handles = [weight.register_hook(note_for(signal, name, weight)) for name, weight in weights.items()]
        try:
            yield signal
        finally:
            remove(handles)

    return watch


def ratio(signal, name, weight):
    return lambda grad: signal[name].append(length(grad) / length(weight))


@mistake(
    layerwise_learning_signal,
    "This is the draft with all three faults. Begin with the lists: `[[]] * n` is one list n times. Then ask when "
    "`note` looks up `name`, and what happens to the hooks when the block ends with an error.",
)
@contextmanager
def the_draft(model):
    weights = signal_weights(model)
    signal = dict(zip(weights, [[]] * len(weights), strict=True))
    handles = {}

    def note(grad):
        signal[name].append((grad.norm() / weight.norm()).item())

    for name, weight in weights.items():
        handles[name] = weight.register_hook(note)
    yield signal
    remove(handles.values())


@mistake(
    layerwise_learning_signal,
    "All names share one list: `dict.fromkeys(names, [])` makes a single list. Make one for each name.",
)
@contextmanager
def shares_one_list(model):
    weights = signal_weights(model)
    signal = dict.fromkeys(weights, [])  # noqa: RUF024
    handles = [weight.register_hook(ratio(signal, name, weight)) for name, weight in weights.items()]
    try:
        yield signal
    finally:
        remove(handles)


@mistake(
    layerwise_learning_signal,
    "All numbers land under the last name: the hook looks `name` and `weight` up when it fires, after "
    "the loop. Bind them early.",
)
@contextmanager
def binds_the_last(model):
    weights = signal_weights(model)
    signal = {name: [] for name in weights}
    handles = []
    for name, weight in weights.items():
        handles.append(weight.register_hook(lambda grad: signal[name].append(length(grad) / length(weight))))  # noqa: B023
    try:
        yield signal
    finally:
        remove(handles)


@mistake(
    layerwise_learning_signal, "After an error in the block the hooks stay on the weights: remove them in `finally`."
)
@contextmanager
def without_finally(model):
    weights = signal_weights(model)
    signal = {name: [] for name in weights}
    handles = [weight.register_hook(ratio(signal, name, weight)) for name, weight in weights.items()]
    yield signal
    remove(handles)


@mistake(
    layerwise_learning_signal,
    "The hooks stay on the weights after the block, and the lists go on growing. Remove them.",
)
@contextmanager
def leaves_tensor_hooks(model):
    weights = signal_weights(model)
    signal = {name: [] for name in weights}
    for name, weight in weights.items():
        weight.register_hook(ratio(signal, name, weight))
    yield signal


def _size_at_the_start(signal, name, weight):
    size = length(weight)
    return lambda grad: signal[name].append(length(grad) / size)


measures_once = mistake(
    layerwise_learning_signal,
    "The weight's norm is taken once, when the block begins; the weight changes with every step. Take it in the hook.",
)(watching_weights(_size_at_the_start))


def _hands_on_the_ratio(signal, name, weight):
    def note(grad):
        signal[name].append(length(grad) / length(weight))
        return grad / weight.detach().norm()

    return note


returns_the_ratio = mistake(
    layerwise_learning_signal,
    "The hook returns a tensor, which takes the place of the gradient: the model trains differently "
    "while it is watched.",
)(watching_weights(_hands_on_the_ratio))


@mistake(
    layerwise_learning_signal,
    "What is measured is `.grad`, the sum over all passes since the last `zero_grad`; the hook's "
    "argument is this pass alone.",
)
@contextmanager
def reads_the_sum(model):
    weights = signal_weights(model)
    signal = {name: [] for name in weights}
    handles = [
        weight.register_post_accumulate_grad_hook(lambda w, line=signal[name]: line.append(length(w.grad) / length(w)))
        for name, weight in weights.items()
    ]
    try:
        yield signal
    finally:
        remove(handles)


counts_biases = mistake(
    layerwise_learning_signal, "Biases and norms have a line too; asked for are weights of two or more dimensions."
)(watching_weights(ratio, lambda model: {name: p for name, p in model.named_parameters() if p.requires_grad}))

turns_it_round = mistake(layerwise_learning_signal, "The ratio is upside down: gradient over weight is asked for.")(
    watching_weights(lambda signal, name, weight: lambda grad: signal[name].append(length(weight) / length(grad)))
)

keeps_tensors = mistake(layerwise_learning_signal, "The lists hold tensors, not numbers: call `.item()`.")(
    watching_weights(
        lambda signal, name, weight: lambda grad: signal[name].append((grad.norm() / weight.norm()).detach())
    )
)


@alternative(layerwise_learning_signal)
@contextmanager
def with_a_stack(model):
    signal = {}

    def note(name, weight, grad):
        signal[name].append(float(torch.linalg.vector_norm(grad) / torch.linalg.vector_norm(weight.detach())))

    with ExitStack() as stack:
        for name, weight in model.named_parameters():
            if weight.ndim >= 2 and weight.requires_grad:
                signal[name] = []
                stack.enter_context(weight.register_hook(partial(note, name, weight)))
        yield signal


@alternative(layerwise_learning_signal)
class AsAClass:
    def __init__(self, model):
        self.weights = signal_weights(model)

    def __enter__(self):
        self.signal = {name: [] for name in self.weights}
        self.handles = [weight.register_hook(ratio(self.signal, name, weight)) for name, weight in self.weights.items()]
        return self.signal

    def __exit__(self, *error):
        remove(self.handles)


# ---------------------------------------------------------------------------------------------------------------
def grad_cam(model, layer, images, classes):
    twin = copy.deepcopy(model).double()
    zeros, seen = [], []

    def add_zero(module, args, output):
        seen.append(output.detach().clone())
        zeros.append(torch.zeros_like(seen[0]).requires_grad_())
        return output + zeros[0]

    twin.get_submodule(layer).register_forward_hook(add_zero)
    scores = twin(images.double())
    slopes = torch.zeros_like(zeros[0])
    for row, wanted in enumerate(classes.tolist()):
        slopes[row] = torch.autograd.grad(scores[row, wanted], zeros, retain_graph=True)[0][row]
    heat = torch.zeros_like(slopes[:, 0])
    for row in range(len(images)):
        for channel in range(slopes.shape[1]):
            heat[row] += slopes[row, channel].mean() * seen[0][row, channel]
        heat[row] = heat[row].clamp(min=0)
        if heat[row].max() > 0:
            heat[row] /= heat[row].max()
    return heat.to(images.dtype)


def cam(
    score=lambda scores, classes: scores.gather(1, classes[:, None]).sum(),
    channel_weights=lambda gradient: gradient.mean((2, 3), keepdim=True),
    combine=lambda weights, kept: F.relu((weights * kept).sum(1)),
    scale=lambda heat: heat / heat.amax((1, 2), keepdim=True).clamp(min=1e-30),
    hand_on=lambda kept: kept.clone(),
    keep=lambda output: output.detach().requires_grad_(),
    tidy=True,
):
    """The frame of most answers; mistakes change one step."""

    def answer(model, layer, images, classes):
        held = []

        def hook(module, args, output):
            held.append(keep(output))
            return hand_on(held[0])

        handle = model.get_submodule(layer).register_forward_hook(hook)
        try:
            scores = model(images)
        finally:
            if tidy:
                handle.remove()
        (gradient,) = torch.autograd.grad(score(scores, classes), held)
        return scale(combine(channel_weights(gradient), held[0]).detach())

    return answer


adds_up_all_classes = mistake(
    grad_cam,
    "The scores of all classes are added: the map shows what excites the net, not what speaks for the class asked for.",
)(cam(score=lambda scores, classes: scores.sum()))

takes_the_best_class = mistake(grad_cam, "The net's favourite class is explained, not the one asked for in `classes`.")(
    cam(score=lambda scores, classes: scores.amax(1).sum())
)

takes_probabilities = mistake(
    grad_cam,
    "The gradient is taken of the probability. After softmax it also says what speaks against the others; "
    "Grad-CAM uses the score before it.",
)(cam(score=lambda scores, classes: scores.softmax(1).gather(1, classes[:, None]).sum()))

without_relu = mistake(
    grad_cam, "Negative values remain: what speaks against the class is to be zero, by a ReLU on the sum."
)(cam(combine=lambda weights, kept: (weights * kept).sum(1)))

relu_too_early = mistake(
    grad_cam,
    "The ReLU acts on each channel before the sum, so channels that speak against the class are left "
    "out. Add up first.",
)(cam(combine=lambda weights, kept: F.relu(weights * kept).sum(1)))

multiplies_pointwise = mistake(
    grad_cam,
    "Gradient and activation are multiplied place by place. Average the gradient over the places first: "
    "one weight a channel.",
)(cam(channel_weights=lambda gradient: gradient))

one_scale_for_all = mistake(
    grad_cam, "All maps are divided by the largest value of the batch; each image has its own scale."
)(cam(scale=lambda heat: heat / heat.amax().clamp(min=1e-30)))

divides_by_nothing = mistake(
    grad_cam, "A map of zeros is divided by its maximum, 0 / 0, and becomes NaN. It should stay zero."
)(cam(scale=lambda heat: heat / heat.amax((1, 2), keepdim=True)))

forgets_the_handle = mistake(grad_cam, "The hook stays on the layer: keep its handle and remove it, in `finally`.")(
    cam(tidy=False)
)

keeps_an_alias = mistake(
    grad_cam,
    "The activation that was kept is overwritten by the in-place ReLU that follows, and in a frozen net "
    "it needs no gradient. "
    "Keep `output.detach().requires_grad_()` and hand on a clone of it.",
)(cam(keep=lambda output: output, hand_on=lambda kept: None))


@mistake(
    grad_cam,
    "`backward` adds to the `.grad` of every parameter of the model. `torch.autograd.grad(score, "
    "activation)` touches none.",
)
def fills_the_parameters(model, layer, images, classes):
    held = []

    def hook(module, args, output):
        held.append(output + torch.zeros_like(output).requires_grad_())
        held[0].retain_grad()
        return held[0].clone()

    handle = model.get_submodule(layer).register_forward_hook(hook)
    try:
        model(images).gather(1, classes[:, None]).sum().backward()
    finally:
        handle.remove()
    weights = held[0].grad.mean((2, 3), keepdim=True)
    heat = F.relu((weights * held[0]).sum(1)).detach()
    return heat / heat.amax((1, 2), keepdim=True).clamp(min=1e-30)


with_one_hot = alternative(grad_cam)(
    cam(
        score=lambda scores, classes: (scores * F.one_hot(classes, scores.shape[1])).sum(),
        combine=lambda weights, kept: torch.einsum("ncij,ncij->nij", weights.expand_as(kept), kept).clamp(min=0),
        scale=lambda heat: torch.nan_to_num(heat / heat.flatten(1).max(1).values[:, None, None]),
    )
)


@alternative(grad_cam)
def with_a_tensor_hook(model, layer, images, classes):
    kept = {}

    def hook(module, args, output):
        kept["value"] = output.detach().clone()
        copied = output.clone() if output.requires_grad else output.clone().requires_grad_()
        copied.register_hook(lambda gradient: kept.update(gradient=gradient))
        kept["node"] = copied
        return copied.clone()

    with model.get_submodule(layer).register_forward_hook(hook):
        scores = model(images)
    rows = torch.arange(len(images), device=images.device)
    torch.autograd.grad(scores[rows, classes].sum(), kept["node"])
    heat = (kept["gradient"].mean(dim=(-2, -1))[..., None, None] * kept["value"]).sum(dim=1).relu()
    top = heat.flatten(1).amax(1)
    return heat / torch.where(top > 0, top, torch.ones_like(top)).view(-1, 1, 1)
