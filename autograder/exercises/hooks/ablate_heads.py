"""What `ablate_heads` must show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import refusal
from autograder.exercises.hooks._bert import Bert, bert
from autograder.exercises.hooks._shared import error_of, mixed_modes, modes, others_on, visit

OFF = Idea("the heads that are named count nothing, at any token, and all others as before", weight=3, point=True)
BLOCK = Idea("they are off inside the block only")
ERROR = Idea("nothing is left behind by an error", weight=1.5)
VISITOR = Idea("what attention gave, the weights, other hooks and other models stay", weight=1.5)
LEARN = Idea("gradients are those of the model without these heads", weight=0.7)
MISSING = Idea("a head that the model has not is refused", weight=0.7)


@exercise(points=3)
def ablate_heads(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Attention heads that are switched off while a block lasts."""
    rows, tokens = draw.sizes(2, 2, 5)

    def off(model: Bert, heads: Iterable[tuple[int, int]], x: Tensor) -> dict[str, Any]:
        def run() -> dict[str, Any]:
            with candidate(model, heads):
                return {"output": model(x)}

        return visit(model, run)

    def text(model: Bert, *shape: int) -> Tensor:
        return draw.normal(*(shape or (rows, tokens)), model.width)

    def some(count: int) -> dict[str, Any]:
        model = bert(draw)
        return off(model, draw.shuffled(model.places)[:count], text(model))

    def each() -> dict[str, Any]:
        model = bert(draw)
        x = text(model, 1, 3)
        return {f"layer {at[0]}, head {at[1]}": off(model, [at], x)["output"][0] for at in model.places}

    def layer() -> dict[str, Any]:
        model = bert(draw)
        chosen = draw.choice(model.places)[0]
        return off(model, [place for place in model.places if place[0] == chosen], text(model))

    def all_and_none() -> list[Any]:
        model = bert(draw)
        return [off(model, heads, text(model)) for heads in draw.shuffled([model.places, []])]

    def twice_named() -> dict[str, Any]:
        model = bert(draw)
        return off(model, draw.shuffled(draw.shuffled(model.places)[:2] * 2), text(model))

    def once() -> dict[str, Any]:
        model = bert(draw)
        heads = draw.shuffled(model.places)[:3]
        return off(model, iter(heads), text(model))

    yield "one head", lambda: some(1), OFF
    yield "each head, one after the other", each, OFF
    yield "three heads", lambda: some(3), OFF
    yield "all heads of a layer", layer, OFF
    yield "all heads, and none", all_and_none, OFF
    yield "heads that are named twice", twice_named, OFF
    yield "heads that can be walked through once", once, OFF

    def single() -> list[Any]:
        model = bert(draw)
        heads = draw.shuffled(model.places)[:2]
        return [off(model, heads, text(model, 1)), off(model, heads, text(model, rows, 1))]

    def double() -> dict[str, Any]:
        model = bert(draw).double()
        return off(model, draw.shuffled(model.places)[:2], draw.normal(rows, tokens, model.width, dtype=torch.float64))

    yield "no batch, and a single token", single, OFF
    yield "a model in float64", double, OFF
    yield "a head that is full of NaN", lambda: _broken_head(off, draw), OFF
    yield "before, inside, after", lambda: _around(candidate, draw), BLOCK
    yield "one block inside another", lambda: _nested(candidate, draw), BLOCK
    yield "an error in the block", lambda: _error(candidate, draw), ERROR
    yield "what attention gave is left alone", lambda: _given(off, draw), VISITOR
    yield "the weights stay as they are", lambda: _weights(candidate, draw), VISITOR
    yield "other people's hooks fire and stay", lambda: _others(off, draw), VISITOR
    yield "another model in the block", lambda: _elsewhere(candidate, draw), VISITOR
    yield "gradients", lambda: _gradients(candidate, draw), LEARN
    yield "a head that is not there", lambda: _missing(off, draw), MISSING
    yield "a negative layer or head", lambda: _negative(off, draw), MISSING


def _broken_head(off: Any, draw: Draw) -> dict[str, Any]:
    """Its values are NaN. With it switched off, the model is well."""
    model = bert(draw)
    layer, head = draw.choice(model.places)
    size = model.width // model.config.num_attention_heads
    with torch.no_grad():
        model.attentions[layer].self.value.bias[head * size : (head + 1) * size] = torch.nan
    return off(model, [(layer, head)], draw.normal(2, 3, model.width))


def _around(candidate: Any, draw: Draw) -> dict[str, Any]:
    model = mixed_modes(draw, bert(draw))
    inputs = [draw.normal(2, 3, model.width) for _ in range(2)]
    heads = draw.shuffled(model.places)[:2]

    def run() -> dict[str, Any]:
        block = candidate(model, heads)
        before = model(inputs[0])
        with block:
            inside = [model(x) for x in inputs]
        return {"before": before, "inside": inside, "after": model(inputs[0]), "training": modes(model)}

    return visit(model, run)


def _nested(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The inner block switches off another head, in the layer of the outer one's where there is one."""
    model = bert(draw)
    x, outer = draw.normal(2, 3, model.width), draw.choice(model.places)
    inner = draw.choice([place for place in model.places if place != outer and place[0] == outer[0]])

    def run() -> dict[str, Any]:
        with candidate(model, [outer]):
            with candidate(model, [inner]):
                both = model(x)
            one = model(x)
        return {"both": both, "the outer one": one, "none": model(x)}

    return visit(model, run)


def _error(candidate: Any, draw: Draw) -> dict[str, Any]:
    model = bert(draw)
    x, heads = draw.normal(2, 3, model.width), draw.shuffled(model.places)[:2]
    inside: list[Tensor] = []

    def run() -> None:
        with candidate(model, heads):
            inside.append(model(x))
            raise ZeroDivisionError

    def both() -> dict[str, Any]:
        error = error_of(run)
        return {"the error that comes through": error, "inside": inside, "afterwards": model(x)}

    return visit(model, both)


def _given(off: Any, draw: Draw) -> dict[str, Any]:
    """Somebody else keeps what the attention of each layer gave, the tensor itself."""
    model = bert(draw)
    kept: list[Tensor] = []
    for attention in model.attentions:
        attention.self.register_forward_hook(lambda module, args, output: kept.append(output[0]))
    shown = off(model, draw.shuffled(model.places)[:3], draw.normal(2, 2, model.width))
    return {"output": shown["output"], "what attention gave": kept}


def _weights(candidate: Any, draw: Draw) -> dict[str, Any]:
    model = bert(draw)
    layer, head = draw.choice(model.places)
    attention = model.attentions[layer]
    with candidate(model, [(layer, head)]):
        output = model(draw.normal(2, 3, model.width))
        inside = {name: weight.detach().clone() for name, weight in attention.named_parameters() if "weight" in name}
    return {"output": output, "weights in the block": inside, "training": modes(attention)}


def _others(off: Any, draw: Draw) -> dict[str, Any]:
    model = bert(draw)
    x, heads = draw.normal(1, 2, model.width), draw.shuffled(model.places)[:2]
    fired = others_on(model.encoder)
    found = off(model, heads, x)
    model(x)
    return {**found, "fired": len(fired), "last": fired[-3:]}


def _elsewhere(candidate: Any, draw: Draw) -> dict[str, Any]:
    model, other = bert(draw), bert(draw)
    mine, theirs = draw.normal(2, 3, model.width), draw.normal(2, 3, other.width)
    with candidate(model, draw.shuffled(model.places)[:2]):
        return {"output": model(mine), "of another model": other(theirs)}


def _gradients(candidate: Any, draw: Draw) -> dict[str, Any]:
    model = bert(draw)
    x, heads = draw.normal(2, 3, model.width).requires_grad_(), draw.shuffled(model.places)[:2]
    with candidate(model, heads):
        model(x)[..., 0].square().sum().backward()
    return {
        "of the input": x.grad,
        "of each dense": [each.output.dense.weight.grad for each in model.attentions],
        "of each query": [each.self.query.bias.grad for each in model.attentions],
    }


def _missing(off: Any, draw: Draw) -> dict[str, Any]:
    """The first head beyond the last, and one further off, each after one that is there; the same of the layers."""
    model = bert(draw)
    layers, heads = model.config.num_hidden_layers, model.config.num_attention_heads
    wrong = {
        "the head behind the last": (draw.integer(0, layers), heads),
        "a head far behind": (draw.integer(0, layers), heads + draw.integer(1, 300)),
        "a layer": (layers, draw.integer(0, heads)),
    }
    return _refused(off, draw, model, wrong)


def _negative(off: Any, draw: Draw) -> dict[str, Any]:
    """A list would count these from its end. The slice of head -1 is empty, and that of head -2 is not."""
    model = bert(draw)
    layers, heads = model.config.num_hidden_layers, model.config.num_attention_heads
    wrong = {
        "layer -1": (-1, draw.integer(0, heads)),
        "head -1": (draw.integer(0, layers), -1),
        "head -2": (draw.integer(0, layers), -2),
    }
    return _refused(off, draw, model, wrong)


def _refused(off: Any, draw: Draw, model: Bert, wrong: dict[str, tuple[int, int]]) -> dict[str, Any]:
    x, good = draw.normal(2, 3, model.width), draw.choice(model.places)
    refused = {name: refusal(IndexError, off, model, [good, place], x) for name, place in wrong.items()}
    return {**refused, "the right one alone": off(model, [good], x)}
