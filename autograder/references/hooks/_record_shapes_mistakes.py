"""Mistakes of `record_shapes`."""

from torch import nn

from autograder.references import mistake
from autograder.references.hooks._record_shapes import by_output, record_shapes, recorder
from autograder.references.hooks._shared import first_of, leaves_of, remove


@mistake(record_shapes, "The hooks stay on the model after the call: keep every handle and remove it.")
def leaves_the_hooks(model, *inputs):
    return recorder(model, inputs, leaves_of(model), by_output, tidy=False)


@mistake(
    record_shapes,
    "Every line carries the last name, as when the hook looks `name` up only when it fires, after the loop. "
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
    "A layer that is used twice is listed once, as in a dict, which keeps one line a name. The list has one "
    "line for each call.",
)
def keeps_one_line_a_name(model, *inputs):
    return list(dict(recorder(model, inputs, leaves_of(model), by_output)).items())


@mistake(
    record_shapes,
    "The model is left in evaluation mode: looking at a model should not change how it behaves afterwards.",
    keeps=0.7,
)
def switches_to_eval(model, *inputs):
    return recorder(model.eval(), inputs, leaves_of(model), by_output)


@mistake(
    record_shapes,
    "Batch norm in training mode has not counted this run: the model ran in evaluation mode, or a copy ran in its "
    "place. Run the model itself, in the mode it is in.",
    keeps=0.95,
)
def runs_in_eval(model, *inputs):
    return _in_mode(model, inputs, False)


def _in_mode(model, inputs, training):
    before = [(module, module.training) for module in model.modules()]
    try:
        return recorder(model.train(training), inputs, leaves_of(model), by_output)
    finally:
        for module, mode in before:
            module.training = mode


@mistake(
    record_shapes,
    "Batch norm in evaluation mode has counted this run: the model ran in training mode. Run it in the mode it is in.",
    keeps=0.95,
)
def runs_in_train(model, *inputs):
    return _in_mode(model, inputs, True)


@mistake(record_shapes, "When the model raises, the hooks stay on it: remove them in `finally`.", keeps=0.85)
def tidies_up_only_on_success(model, *inputs):
    shapes = []
    handles = [module.register_forward_hook(by_output(name, shapes)) for name, module in leaves_of(model)]
    model(*inputs)
    remove(handles)
    return shapes


@mistake(
    record_shapes,
    "The list is empty, though the model has run: no hook has added a line to it. Register hooks on the "
    "leaves first, then run, then remove them, and return the list that they fill.",
)
def registers_too_late(model, *inputs):
    model(*inputs)
    return recorder(lambda *_: None, inputs, leaves_of(model), by_output)


@mistake(
    record_shapes, "What comes back is a dict, with one line a name. Asked for is a list of pairs, one for each call."
)
def gives_a_dict(model, *inputs):
    return dict(recorder(model, inputs, leaves_of(model), by_output))


@mistake(
    record_shapes,
    "A shape without dimensions is left out: `()` is false to an `if`, and yet it is the shape of a single number.",
    keeps=0.95,
)
def leaves_out_single_numbers(model, *inputs):
    return [line for line in recorder(model, inputs, leaves_of(model), by_output) if line[1]]


@mistake(
    record_shapes,
    'A model without children has no line. It is a leaf itself, under the empty name: `if name:` takes "" '
    "for no name at all. Ask for children, not for the name.",
    keeps=0.95,
)
def skips_the_empty_name(model, *inputs):
    return recorder(model, inputs, [(name, module) for name, module in leaves_of(model) if name], by_output)


@mistake(
    record_shapes,
    "A recurrent layer returns a tuple, which has no shape: where the output is a tuple, take its first entry.",
    keeps=0.95,
)
def forgets_tuples(model, *inputs):
    return recorder(
        model, inputs, leaves_of(model), lambda name, shapes: lambda m, args, out: shapes.append((name, out.shape))
    )


@mistake(record_shapes, "The first dimension is left out. The whole shape counts, the batch too.")
def leaves_out_the_batch(model, *inputs):
    return recorder(
        model, inputs, leaves_of(model),
        lambda name, shapes: lambda m, args, out: shapes.append((name, tuple(first_of(out).shape)[1:])),
    )  # fmt: skip


@mistake(
    record_shapes,
    "These names say what kind of module it is. Two layers of one kind cannot be told apart by it: take the names "
    "from `named_modules`.",
)
def names_by_class(model, *inputs):
    modules = [(type(module).__name__, module) for _, module in leaves_of(model)]
    return recorder(model, inputs, modules, by_output)


@mistake(
    record_shapes,
    "Only the last part of each name is listed. Inside other modules the name is longer, with dots, as in "
    "`named_modules`.",
)
def without_the_path(model, *inputs):
    modules = [(name.rpartition(".")[2], module) for name, module in leaves_of(model)]
    return recorder(model, inputs, modules, by_output)


@mistake(
    record_shapes,
    "Only leaves of some kinds are listed, such as linear layers. A leaf is any module without children, "
    "whatever it does.",
)
def lists_linear_layers(model, *inputs):
    return recorder(model, inputs, [item for item in leaves_of(model) if isinstance(item[1], nn.Linear)], by_output)


@mistake(
    record_shapes,
    "Modules without parameters of their own are left out, such as an activation. A leaf is a module without children.",
)
def lists_what_has_parameters(model, *inputs):
    return recorder(model, inputs, [item for item in leaves_of(model) if list(item[1].parameters())], by_output)


@mistake(
    record_shapes,
    "These are shapes of weights. What a layer gives depends on the input: take `output.shape` in a forward hook.",
)
def lists_weights(model, *inputs):
    model(*inputs)
    return [(name.removesuffix(".weight"), tuple(p.shape)) for name, p in model.named_parameters() if "weight" in name]


@mistake(
    record_shapes,
    "The model gets the first input alone. `*inputs` gathers all of them in a tuple; `model(*inputs)` hands them all "
    "on.",
    keeps=0.95,
)
def runs_on_the_first(model, *inputs):
    return recorder(model, inputs[:1], leaves_of(model), by_output)


@mistake(
    record_shapes,
    "The model runs twice, so layers that change while they run, such as batch norm in training mode, change twice. "
    "Hooks first, then one run.",
    keeps=0.85,
)
def runs_it_before(model, *inputs):
    model(*inputs)
    return recorder(model, inputs, leaves_of(model), by_output)


@mistake(
    record_shapes,
    "The model is left in training mode, whatever mode it was in. Leave `train` and `eval` to the caller.",
    keeps=0.7,
)
def switches_to_train(model, *inputs):
    shapes = recorder(model.eval(), inputs, leaves_of(model), by_output)
    model.train()
    return shapes


@mistake(
    record_shapes, "All hooks of the model are cleared, other people's too. Remove your own, by handle.", keeps=0.95
)
def clears_all_hooks(model, *inputs):
    shapes = recorder(model, inputs, leaves_of(model), by_output, tidy=False)
    for module in model.modules():
        module._forward_hooks.clear()
    return shapes


@mistake(
    record_shapes,
    "An error of the model goes no further: an `except`, or a `return` inside `finally`, swallows it. Only tidy up in "
    "`finally`, and let the error through.",
    keeps=0.85,
)
def swallows_the_error(model, *inputs):
    shapes = []
    handles = [module.register_forward_hook(by_output(name, shapes)) for name, module in leaves_of(model)]
    try:
        model(*inputs)
    except Exception:
        pass
    finally:
        remove(handles)
    return shapes


@mistake(
    record_shapes,
    "A layer under two names gets two hooks, and each of its calls is noted twice. `named_modules()` without "
    "`remove_duplicate=False` names each once.",
)
def hooks_every_name(model, *inputs):
    every = [
        (name, module) for name, module in model.named_modules(remove_duplicate=False) if not list(module.children())
    ]
    return recorder(model, inputs, every, by_output)


@mistake(
    record_shapes,
    "`model.forward(…)` passes by the model's own hooks, yours and other people's. Call the model itself: `model(…)`.",
    keeps=0.9,
)
def calls_forward(model, *inputs):
    return recorder(model, inputs, leaves_of(model), by_output, call=lambda model, *args: model.forward(*args))
