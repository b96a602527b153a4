"""`output_of`: what is right, and what goes wrong."""

from contextlib import suppress

import torch
from torch import nn
from torch.nn.modules.module import register_module_forward_hook

from autograder.references import alternative, mistake, promised


def output_of(model, name, *inputs):
    module, kept = dict(model.named_modules(remove_duplicate=False)).get(name), []
    if module is None:
        raise AttributeError(name)
    handle = register_module_forward_hook(
        lambda each, args, output: kept.append(output.detach().clone()) if each is module else None
    )
    try:
        model(*inputs)
    finally:
        handle.remove()
    return kept[-1]


def watched(model, name, inputs, take, which=-1, call=nn.Module.__call__):
    """The frame of most answers."""
    kept = []
    with model.get_submodule(name).register_forward_hook(lambda m, args, out: kept.append(take(args, out))):
        call(model, *inputs)
    return kept[which]


def copied(args, output):
    return output.detach().clone()


@mistake(output_of, "This is what goes into the module. A forward hook gets (module, inputs, output), in this order.")
def takes_the_input(model, name, *inputs):
    return watched(model, name, inputs, lambda args, out: args[0].detach().clone())


@mistake(output_of, "This is what the whole model gives. Asked for is what the module of that name gives.")
def gives_the_models_output(model, name, *inputs):
    model.get_submodule(name)
    return model(*inputs).detach().clone()


@mistake(
    output_of,
    "A layer that is used twice shows its first call. The last one counts: a later value takes the place of an "
    "earlier one.",
    keeps=0.7,
)
def takes_the_first_call(model, name, *inputs):
    return watched(model, name, inputs, copied, which=0)


@mistake(
    output_of,
    "The numbers are overwritten: the ReLU behind wrote into the tensor that was kept, as it does where it works in "
    "place. `detach()` shares memory; `clone()` makes a copy, and it has to be made inside the hook.",
    keeps=0.92,
)
def keeps_the_memory(model, name, *inputs):
    return watched(model, name, inputs, lambda args, out: out.detach())


@mistake(
    output_of,
    "The value hangs on the graph and keeps alive all that the model saved for the way back. `detach()` lets go of it.",
    keeps=0.92,
)
def keeps_the_graph(model, name, *inputs):
    return watched(model, name, inputs, lambda args, out: out.clone())


@mistake(
    output_of,
    "What is kept is the output itself, not a copy: it hangs on the graph, and a ReLU that works in place writes into "
    "it later. Keep `output.detach().clone()`.",
    keeps=0.85,
)
def keeps_it_itself(model, name, *inputs):
    return watched(model, name, inputs, lambda args, out: out)


@mistake(output_of, "The hook stays on the model: take it off by its handle, or register it with `with`.", keeps=0.8)
def leaves_the_hook(model, name, *inputs):
    kept = []
    model.get_submodule(name).register_forward_hook(lambda m, args, out: kept.append(copied(args, out)))
    model(*inputs)
    return kept[-1]


@mistake(
    output_of,
    "When the model raises, the hook stays on it. With `with handle:` it comes off in any case.",
    keeps=0.95,
)
def tidies_up_only_on_success(model, name, *inputs):
    kept = []
    handle = model.get_submodule(name).register_forward_hook(lambda m, args, out: kept.append(copied(args, out)))
    model(*inputs)
    handle.remove()
    return kept[-1]


@mistake(
    output_of,
    "The module runs by itself on the model's inputs. It should run inside the model, on what the layers before it "
    "give.",
)
def runs_the_module_alone(model, name, *inputs):
    return model.get_submodule(name)(*inputs).detach().clone()


@mistake(
    output_of,
    "Names with a dot are not found, or stand for another module: only the outermost modules are known, as to "
    "`getattr` or `named_children`. `get_submodule` goes inside.",
    keeps=0.6,
)
def knows_children_only(model, name, *inputs):
    module, kept = dict([("", model), *model.named_children()])[name], []
    with module.register_forward_hook(lambda m, args, out: kept.append(copied(args, out))):
        model(*inputs)
    return kept[-1]


@mistake(
    output_of,
    "The model runs twice, so layers that change while they run, such as batch norm in training mode, change twice.",
    keeps=0.9,
)
def runs_it_before(model, name, *inputs):
    model(*inputs)
    return watched(model, name, inputs, copied)


@mistake(output_of, "The model is left in evaluation mode. Run it in the mode it is in.", keeps=0.9)
def switches_to_eval(model, name, *inputs):
    return watched(model.eval(), name, inputs, copied)


@mistake(
    output_of,
    "The model's own hooks do not fire, and so neither does yours where the name is empty, as where `model.forward(…)` "
    "is called. Call the model itself: `model(…)`.",
    keeps=0.9,
)
def calls_forward(model, name, *inputs):
    return watched(model, name, inputs, copied, call=lambda model, *args: model.forward(*args))


@mistake(output_of, "The model gets its first input alone: `model(*inputs)` hands on all of them.", keeps=0.9)
def one_input(model, name, *inputs):
    return watched(model, name, inputs[:1], copied)


@mistake(
    output_of,
    "What comes back is a list of all calls, and asked for is one tensor, of the last call.",
)
def gives_a_list(model, name, *inputs):
    kept = []
    with model.get_submodule(name).register_forward_hook(lambda m, args, out: kept.append(copied(args, out))):
        model(*inputs)
    return kept


@mistake(
    output_of,
    "A name that the model does not have is answered with another error than AttributeError, which `get_submodule` "
    "raises.",
    keeps=0.95,
)
def raises_a_key_error(model, name, *inputs):
    module, kept = dict(model.named_modules(remove_duplicate=False))[name], []
    with module.register_forward_hook(lambda m, args, out: kept.append(copied(args, out))):
        model(*inputs)
    return kept[-1]


class Enough(Exception):
    """Ends a run."""


@mistake(
    output_of,
    "The run ends at the module's first call, as where the hook raises to save the rest. The model is to run to its "
    "end: the last call counts, and what comes behind the module may raise an error, or have hooks of its own.",
)
def stops_at_the_first_call(model, name, *inputs):
    kept = []

    def stop(module, args, output):
        kept.append(copied(args, output))
        raise Enough

    with model.get_submodule(name).register_forward_hook(stop), suppress(Enough):
        model(*inputs)
    return kept[0]


@mistake(
    output_of,
    "Other people's hooks on the module are gone, as where its table of hooks is cleared. Take off your own, by its "
    "handle.",
    keeps=0.95,
)
def clears_the_table(model, name, *inputs):
    try:
        return watched(model, name, inputs, copied)
    finally:
        model.get_submodule(name)._forward_hooks.clear()


@mistake(
    output_of,
    "An output in bfloat16 stops the call: NumPy has no such numbers. A tensor is copied by `detach().clone()`, and "
    "needs no NumPy for it.",
    keeps=0.92,
)
def copies_by_numpy(model, name, *inputs):
    return torch.from_numpy(watched(model, name, inputs, lambda args, out: out.detach().cpu().numpy().copy()))


@alternative(output_of)
def with_a_dict(model, name, *inputs):
    values = {}

    def note(module, args, output):
        values["last"] = torch.empty_like(output, requires_grad=False).copy_(output.detach())

    handle = model.get_submodule(name).register_forward_hook(note)
    try:
        model(*inputs)
    finally:
        handle.remove()
    return values["last"]


@alternative(output_of)
def without_recording(model, name, *inputs):
    kept = [None]

    def note(module, args, output):
        kept[0] = output.clone()

    with model.get_submodule(name).register_forward_hook(note), torch.no_grad():
        model(*inputs)
    return kept[0].detach()


RUNS = "the model runs once, in the mode it is in"
ERROR = "nothing is left behind by an error"
OWN = ["an in-place ReLU comes next", "the graph is not held"]
for sentence, shown in {
    "Runs `model(*inputs)` once and gives what the module called `name` gives in it.": ["names with dots", RUNS],
    "model: any module.": ["each layer of a small network", "the empty name: the model itself"],
    "It runs in the mode it is in (training or evaluation; gradients may be off), and no hook is left on it, also "
    "when it raises.": [RUNS, ERROR],
    "name: as in `model.named_modules()`; the empty name is the model itself.": ["the empty name: the model itself"],
    "Its module gives one tensor.": ["each layer of a small network"],
    "If it is called several times, the last call counts.": ["a layer used twice: the last call"],
    "inputs: what the model is called with.": ["two inputs"],
    "A copy without graph, of the output's shape and dtype.": [*OWN, "the dtype is that of the output"],
    "What the model does with its own tensor later does not change it.": ["an in-place ReLU comes next"],
    "AttributeError: the model has no module of that name.": ["a name that the model has not"],
}.items():
    promised(output_of, sentence, by=shown)
