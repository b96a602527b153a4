"""`ablate_heads`: what is right, and what goes wrong."""

from contextlib import contextmanager, suppress

import torch
from torch.nn.modules.module import register_module_forward_pre_hook

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.hooks._bert import checked, dense_of, hung, size_of
from autograder.references.hooks._shared import remove


@contextmanager
def ablate_heads(model, heads):
    """A mask by plain loops over the numbers, and one hook on all modules of the process."""
    size, off = size_of(model), set(checked(model, heads))
    layers = {id(dense_of(model, layer)): layer for layer in range(len(model.encoder.layer))}

    def mask(module, args):
        if id(module) not in layers:
            return None
        keep = [(layers[id(module)], feature // size) not in off for feature in range(args[0].shape[-1])]
        return (torch.where(torch.tensor(keep, device=args[0].device), args[0], 0.0),)

    handle = register_module_forward_pre_hook(mask)
    try:
        yield
    finally:
        handle.remove()


def by_pre_hook(model, change):
    """Registers a pre-hook on the projection of a layer; `change(values, head, size)` works on a copy."""
    size = size_of(model)

    def register(layer, head):
        def hook(module, args):
            values = args[0].clone()
            return (change(values, head, size),)

        return dense_of(model, layer).register_forward_pre_hook(hook)

    return register


def zeroed(values, head, size):
    values[..., head * size : (head + 1) * size] = 0
    return values


BEHIND = (
    "Numbers are set to zero behind the projection. There every number is mixed from all heads. A head has its own "
    "slice only in what goes into the projection, so a pre-hook is needed."
)


@mistake(ablate_heads, BEHIND)
@contextmanager
def after_the_norm(model, heads):
    size = size_of(model)

    def register(layer, head):
        output = model.encoder.layer[layer].attention.output
        return output.register_forward_hook(lambda m, args, out: zeroed(out.clone(), head, size))

    yield from hung(register, checked(model, heads))


@mistake(ablate_heads, BEHIND)
@contextmanager
def after_the_projection(model, heads):
    size = size_of(model)

    def register(layer, head):
        return dense_of(model, layer).register_forward_hook(lambda m, args, out: zeroed(out.clone(), head, size))

    yield from hung(register, checked(model, heads))


@mistake(
    ablate_heads,
    "With n heads, every n-th number is set to zero, as with `[..., head::heads]`. The numbers of a head stand beside "
    "each other, in one slice.",
)
@contextmanager
def strided(model, heads):
    count = model.config.num_attention_heads

    def change(values, head, size):
        values[..., head::count] = 0
        return values

    yield from hung(by_pre_hook(model, change), checked(model, heads))


@mistake(
    ablate_heads,
    "All heads are made smaller by one share in so many, and none is off. Only the slice of the head that is named "
    "becomes zero, and the rest keeps its size.",
)
@contextmanager
def scaled(model, heads):
    count = model.config.num_attention_heads
    yield from hung(by_pre_hook(model, lambda values, head, size: values * (1 - 1 / count)), checked(model, heads))


@mistake(
    ablate_heads,
    "The other heads are made larger to make up for the one that is missing, as dropout does. They should stay as "
    "they are.",
)
@contextmanager
def makes_up_for_it(model, heads):
    count = model.config.num_attention_heads
    change = lambda values, head, size: zeroed(values, head, size) * count / (count - 1)  # noqa: E731
    yield from hung(by_pre_hook(model, change), checked(model, heads))


@mistake(
    ablate_heads,
    "At the first token the head still counts. It should be off at every token: `[..., slice]` leaves out none.",
    keeps=0.6,
)
@contextmanager
def all_but_the_first(model, heads):
    def change(values, head, size):
        values[..., 1:, head * size : (head + 1) * size] = 0
        return values

    yield from hung(by_pre_hook(model, change), checked(model, heads))


@mistake(
    ablate_heads,
    "The head is off at one token only, the first one. It should be off at every token.",
)
@contextmanager
def the_first_only(model, heads):
    def change(values, head, size):
        values[..., :1, head * size : (head + 1) * size] = 0
        return values

    yield from hung(by_pre_hook(model, change), checked(model, heads))


@mistake(
    ablate_heads,
    "The head that comes after the named one is off. Heads are counted from 0: head h begins at h · size.",
)
@contextmanager
def counts_from_one(model, heads):
    yield from hung(
        by_pre_hook(model, lambda values, head, size: zeroed(values, head + 1, size)), checked(model, heads)
    )


@mistake(
    ablate_heads,
    "Only one number of the head is zero, the one at the place of its own number. A head has a whole slice: "
    "`hidden_size // num_attention_heads` numbers.",
)
@contextmanager
def one_number(model, heads):
    yield from hung(by_pre_hook(model, lambda values, head, size: zeroed(values, head, 1)), checked(model, heads))


@mistake(
    ablate_heads,
    "The slice has another size than a head. A head has `hidden_size // num_attention_heads` numbers; it is not the "
    "number of heads, of layers, or 64.",
)
@contextmanager
def wrong_size(model, heads):
    count = model.config.num_attention_heads
    yield from hung(by_pre_hook(model, lambda values, head, size: zeroed(values, head, count)), checked(model, heads))


@mistake(
    ablate_heads,
    "The named heads alone are left, and all others of their layers are off. It should be the other way round.",
)
@contextmanager
def keeps_only_these(model, heads):
    def change(values, head, size):
        others = torch.ones(values.shape[-1], dtype=torch.bool)
        others[head * size : (head + 1) * size] = False
        values[..., others] = 0
        return values

    yield from hung(by_pre_hook(model, change), checked(model, heads))


@mistake(
    ablate_heads,
    "Nothing is switched off: inside the block the model gives what it always gives. Perhaps the hook changes a copy "
    "and does not return it, or it is registered only after the block.",
)
@contextmanager
def returns_nothing(model, heads):
    def register(layer, head):
        size = size_of(model)

        def hook(module, args):
            zeroed(args[0].clone(), head, size)

        return dense_of(model, layer).register_forward_pre_hook(hook)

    yield from hung(register, checked(model, heads))


IN_WHAT_IT_GAVE = (
    "In what attention gave, the head's numbers are zero already, and whoever keeps that finds them so: it was changed "
    "in place, or cut off further in front. Give zeros to the projection alone, in a copy, as with `clone()`."
)


@mistake(ablate_heads, IN_WHAT_IT_GAVE, keeps=0.95)
@contextmanager
def in_place(model, heads):
    size = size_of(model)

    def register(layer, head):
        return dense_of(model, layer).register_forward_pre_hook(lambda m, args: (zeroed(args[0], head, size),))

    yield from hung(register, checked(model, heads))


@mistake(
    ablate_heads,
    "Of several heads only the last one is off. Perhaps all hooks share one name that the loop has moved on by the "
    "time they fire, or a dict keeps one head for all.",
)
@contextmanager
def the_last_only(model, heads):
    yield from hung(by_pre_hook(model, zeroed), checked(model, heads)[-1:])


@mistake(
    ablate_heads,
    "Of several heads in one layer only the last one is off, as in a dict that keeps one head for each layer.",
    keeps=0.7,
)
@contextmanager
def one_a_layer(model, heads):
    yield from hung(by_pre_hook(model, zeroed), dict(checked(model, heads)).items())


@mistake(
    ablate_heads,
    "The head is off in every layer. It has a layer, and the heads of that number elsewhere stay on.",
)
@contextmanager
def in_every_layer(model, heads):
    layers = range(len(model.encoder.layer))
    places = [(layer, head) for _, head in checked(model, heads) for layer in layers]
    yield from hung(by_pre_hook(model, zeroed), places)


@mistake(
    ablate_heads,
    "A named head takes its whole layer with it: all heads of that layer are off.",
)
@contextmanager
def the_whole_layer(model, heads):
    yield from hung(by_pre_hook(model, lambda values, head, size: values * 0), checked(model, heads))


@mistake(
    ablate_heads,
    "The head's query is zero, so that it looks at all tokens alike, and it still hands on their mean. To be off, it "
    "must hand on nothing.",
)
@contextmanager
def zeroes_the_query(model, heads):
    size = size_of(model)

    def register(layer, head):
        query = model.encoder.layer[layer].attention.self.query
        return query.register_forward_hook(lambda m, args, out: zeroed(out.clone(), head, size))

    yield from hung(register, checked(model, heads))


@mistake(
    ablate_heads,
    "The head's numbers are replaced by their mean, and not by zero.",
)
@contextmanager
def by_the_mean(model, heads):
    def change(values, head, size):
        part = values[..., head * size : (head + 1) * size]
        values[..., head * size : (head + 1) * size] = part.mean(-1, keepdim=True)
        return values

    yield from hung(by_pre_hook(model, change), checked(model, heads))


@mistake(
    ablate_heads,
    "A head that holds NaN is not off: 0 · NaN is NaN. Put zeros there instead of multiplying by them.",
    keeps=0.9,
)
@contextmanager
def multiplies_by_zero(model, heads):
    def change(values, head, size):
        return values * zeroed(torch.ones_like(values), head, size)

    yield from hung(by_pre_hook(model, change), checked(model, heads))


@mistake(
    ablate_heads,
    "No gradient comes through the layers where a head is off, as after `detach()` or under `no_grad`. The other heads "
    "go on learning.",
    keeps=0.95,
)
@contextmanager
def cuts_the_graph(model, heads):
    yield from hung(by_pre_hook(model, lambda values, *at: zeroed(values.detach(), *at)), checked(model, heads))


@mistake(ablate_heads, "After the block the heads are still off: the hooks stay on the model.", keeps=0.6)
@contextmanager
def never_takes_off(model, heads):
    yield from hung(by_pre_hook(model, zeroed), checked(model, heads), tidy=lambda handles: None)


@mistake(
    ablate_heads,
    "After an error in the block the heads are still off. `hooks.hooked` takes hooks off however the block ends.",
    keeps=0.85,
)
@contextmanager
def only_on_success(model, heads):
    register = by_pre_hook(model, zeroed)
    handles = [register(*place) for place in checked(model, heads)]
    yield
    remove(handles)


@mistake(
    ablate_heads,
    "An error in the block goes no further. Let it come through.",
    keeps=0.85,
)
@contextmanager
def swallows_errors(model, heads):
    with suppress(ZeroDivisionError):
        yield from hung(by_pre_hook(model, zeroed), checked(model, heads))


@mistake(
    ablate_heads,
    "The heads are off before the block begins: the hooks are registered where the context manager is made. Register "
    "them where the block begins, in `__enter__` or before the `yield`.",
    keeps=0.95,
)
class TooEarly:
    def __init__(self, model, heads):
        register = by_pre_hook(model, zeroed)
        self.handles = [register(*place) for place in checked(model, heads)]

    def __enter__(self):
        return self

    def __exit__(self, *error):
        remove(self.handles)


@mistake(
    ablate_heads,
    "A weight of the model changes while the block lasts. Whoever saved the model in there would save it without the "
    "head. A hook changes what passes by, and leaves the weights alone.",
    keeps=0.95,
)
@contextmanager
def changes_the_weights(model, heads):
    size, kept = size_of(model), []
    with torch.no_grad():
        for layer, head in checked(model, heads):
            weight = dense_of(model, layer).weight
            kept.append((weight, weight.clone()))
            zeroed(weight, head, size)
    try:
        yield
    finally:
        with torch.no_grad():
            for weight, before in reversed(kept):
                weight.copy_(before)


@mistake(
    ablate_heads,
    "A head beyond the last one is switched off without a word: its slice is empty, nothing changes, and one would "
    "think that the head does not matter. Raise IndexError.",
    keeps=0.95,
)
@contextmanager
def an_empty_slice(model, heads):
    yield from hung(by_pre_hook(model, zeroed), heads)


@mistake(
    ablate_heads,
    "Where a head is refused, hooks of those named before it stay on the model. Look at all of them first, or register "
    "inside the frame that takes them off.",
    keeps=0.95,
)
@contextmanager
def refuses_too_late(model, heads):
    register, handles = by_pre_hook(model, zeroed), []
    for place in heads:
        checked(model, [place])
        handles.append(register(*place))
    try:
        yield
    finally:
        remove(handles)


@mistake(
    ablate_heads,
    "Other people's hooks are gone after the block, as after `_forward_pre_hooks.clear()` or a copy of the model's "
    "state that is put back. Take off your own, by handle.",
    keeps=0.9,
)
@contextmanager
def clears_all(model, heads):
    def tidy(handles):
        for part in model.modules():
            part._forward_pre_hooks.clear()
            part._forward_hooks.clear()

    yield from hung(by_pre_hook(model, zeroed), checked(model, heads), tidy=tidy)


@mistake(ablate_heads, IN_WHAT_IT_GAVE, keeps=0.95)
@contextmanager
def through_the_values(model, heads):
    """What a head hands on is a mix of its values: without values, nothing."""
    size = size_of(model)

    def register(layer, head):
        value = model.encoder.layer[layer].attention.self.value
        return value.register_forward_hook(lambda m, args, out: zeroed(out.clone(), head, size))

    yield from hung(register, checked(model, heads))


@alternative(ablate_heads)
@contextmanager
def with_a_mask_for_each_layer(model, heads):
    """What is off is chosen by number, all at once, and filled."""
    size, handles = size_of(model), []
    off = torch.zeros(len(model.encoder.layer), model.config.num_attention_heads, dtype=torch.bool)
    for layer, head in heads:
        off[layer, head] = True
    for layer, row in enumerate(off.repeat_interleave(size, dim=1)):
        hook = lambda module, args, row=row: args[0].masked_fill(row.to(args[0].device), 0.0)  # noqa: E731
        handles.append(dense_of(model, layer).register_forward_pre_hook(hook))
    try:
        yield
    finally:
        remove(handles)


@alternative(ablate_heads)
class AblateHeads:
    """A class, and one hook a layer on the module around the projection, which gets two inputs."""

    def __init__(self, model, heads):
        self.model, self.heads, self.handles = model, checked(model, heads), []

    def __enter__(self):
        for layer in {layer for layer, _ in self.heads}:
            output = self.model.encoder.layer[layer].attention.output
            self.handles.append(output.register_forward_pre_hook(self.switch_off(layer)))

    def switch_off(self, layer):
        off = [head for where, head in self.heads if where == layer]

        def hook(module, args):
            parts = list(args[0].unflatten(-1, (-1, size_of(self.model))).unbind(-2))
            for head in off:
                parts[head] = torch.zeros_like(parts[head])
            return torch.cat(parts, dim=-1), args[1]

        return hook

    def __exit__(self, *error):
        remove(self.handles)


equivalent(
    ablate_heads,
    "values = args[0].clone()",
    "values = args[ -1].clone()",
    "a linear layer is called with one input, which is its first and its last",
)

HAS = (
    "model: has its layers in `model.encoder.layer`, in each of them the projection `attention.output.dense`, and in "
    "`model.config` the numbers `hidden_size` and `num_attention_heads`."
)
NOT_THERE = ["a head that is not there"]
for sentence, shown in {
    "While a `with` block lasts, heads of a BERT are off: zeros stand where they hand on their numbers.": [
        "each head, one after the other", "before, inside, after",
    ],
    HAS: ["one head", "all heads of a layer"],
    "A head is off whatever it holds, also NaN.": ["a head that is full of NaN"],
    "All other heads, the weights, and what attention itself gives stay as they are.": [
        "three heads", "the weights stay as they are", "what attention gave is left alone",
    ],
    "The model learns as one without these heads would.": ["gradients"],
    "After the block it is as before, however the block ends.": ["before, inside, after", "an error in the block"],
    "heads: pairs (layer, head), each counted from 0, in any order.": ["each head, one after the other", "three heads"],
    "One that is named twice is off, and there may be none.": ["heads that are named twice", "all heads, and none"],
    "IndexError: the model has no such layer or head.": NOT_THERE,
    "Then no hook is left.": NOT_THERE,
}.items():  # fmt: skip
    promised(ablate_heads, sentence, by=shown)
