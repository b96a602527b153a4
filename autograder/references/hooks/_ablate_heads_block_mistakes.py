"""Mistakes of `ablate_heads` about the block, and about heads that are not there."""

from contextlib import contextmanager, suppress

import torch

from autograder.references import mistake
from autograder.references.hooks._ablate_heads import ablate_heads, by_pre_hook, zeroed
from autograder.references.hooks._bert import checked, dense_of, hung, size_of
from autograder.references.hooks._shared import remove


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
    "Heads that can be walked through once, as from a generator, stay on: something has walked through them before, "
    "perhaps to check them. Make a list of them first, or check each where its hook is registered.",
)
@contextmanager
def walks_twice(model, heads):
    checked(model, heads)
    yield from hung(by_pre_hook(model, zeroed), heads)


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


BEYOND = (
    "A head beyond the last one is switched off without a word: its slice is empty, nothing changes, and one would "
    "think that the head does not matter. Raise IndexError"
)


@mistake(ablate_heads, f"{BEYOND}, and for negative numbers too.", keeps=0.95)
@contextmanager
def an_empty_slice(model, heads):
    yield from hung(by_pre_hook(model, zeroed), heads)


@mistake(ablate_heads, f"{BEYOND}.", keeps=0.95)
@contextmanager
def an_empty_slice_at_the_end(model, heads):
    heads = list(heads)
    if any(layer < 0 or head < 0 for layer, head in heads):
        raise IndexError
    yield from hung(by_pre_hook(model, zeroed), heads)


@mistake(
    ablate_heads,
    "Negative layers and heads are let through. A list counts layer -1 from its end, so that the last layer is "
    "changed; the slice of head -1 is empty. Ask whether a number lies between 0 and the last one.",
    keeps=0.97,
)
@contextmanager
def from_the_end(model, heads):
    heads = list(heads)
    checked(model, [(max(layer, 0), max(head, 0)) for layer, head in heads])
    yield from hung(by_pre_hook(model, zeroed), heads)


@mistake(
    ablate_heads,
    "A negative layer is let through. A list counts layer -1 from its end, so that the last layer is changed. Ask "
    "whether the number lies between 0 and the last one.",
    keeps=0.97,
)
@contextmanager
def layers_from_the_end(model, heads):
    heads = list(heads)
    checked(model, [(max(layer, 0), head) for layer, head in heads])
    yield from hung(by_pre_hook(model, zeroed), heads)


@mistake(
    ablate_heads,
    "A negative head is let through. The slice of head -1 is empty, and head -2 is another one, counted from the end. "
    "Ask whether the number lies between 0 and the last one.",
    keeps=0.97,
)
@contextmanager
def heads_from_the_end(model, heads):
    heads = list(heads)
    checked(model, [(layer, max(head, 0)) for layer, head in heads])
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
    "`attention.output` is called without its second tensor, as where the hook sits on it, one level too high, and "
    "gives back one of two: what attention gave, without the way around it. The projection is inside: `dense`.",
)
@contextmanager
def one_level_too_high(model, heads):
    def register(layer, head):
        def hook(module, args):
            return (zeroed(args[0].clone(), head, size_of(model)),)

        return model.encoder.layer[layer].attention.output.register_forward_pre_hook(hook)

    yield from hung(register, checked(model, heads))
