"""`record_shapes`: what is right, and what goes wrong."""

from contextlib import ExitStack
from functools import partial

import torch
from torch import Tensor
from torch.nn.modules.module import register_module_forward_hook

from autograder.references import alternative, mistake
from autograder.references.hooks._shared import first_of, leaves_of, remove


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
