"""Mistakes of `ablate_heads` about what is switched off."""

from contextlib import contextmanager

import torch

from autograder.references import mistake
from autograder.references.hooks._ablate_heads import ablate_heads, by_pre_hook, zeroed
from autograder.references.hooks._bert import checked, dense_of, hung, size_of

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
    "Numbers are set to zero in front of the other projection of a layer, its own `output.dense`. The heads stand side "
    "by side in front of `attention.output.dense`, and nowhere else.",
)
@contextmanager
def the_other_projection(model, heads):
    size = size_of(model)

    def register(layer, head):
        dense = model.encoder.layer[layer].output.dense
        return dense.register_forward_pre_hook(lambda m, args: (zeroed(args[0].clone(), head, size),))

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
    "A head that holds NaN is not off: 0 · NaN is NaN, and so is NaN − NaN. Write zeros in its place, instead of "
    "multiplying by them or subtracting its share.",
    keeps=0.9,
)
@contextmanager
def multiplies_by_zero(model, heads):
    def change(values, head, size):
        return values * zeroed(torch.ones_like(values), head, size)

    yield from hung(by_pre_hook(model, change), checked(model, heads))


@mistake(
    ablate_heads,
    "Where a head is off, no gradient gets past the projection to query, key and value, as after `detach()` or under "
    "`no_grad`. The other heads of that layer should go on learning: put the zeros into a `clone()`.",
    keeps=0.95,
)
@contextmanager
def cuts_the_graph(model, heads):
    yield from hung(by_pre_hook(model, lambda values, *at: zeroed(values.detach(), *at)), checked(model, heads))


@mistake(ablate_heads, IN_WHAT_IT_GAVE, keeps=0.95)
@contextmanager
def through_the_values(model, heads):
    """What a head hands on is a mix of its values: without values, nothing."""
    size = size_of(model)

    def register(layer, head):
        value = model.encoder.layer[layer].attention.self.value
        return value.register_forward_hook(lambda m, args, out: zeroed(out.clone(), head, size))

    yield from hung(register, checked(model, heads))
