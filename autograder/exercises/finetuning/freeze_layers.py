"""What `freeze_layers` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch import nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Step, exercise
from autograder.engine.probes import refusal
from autograder.exercises.finetuning._shared import batch_of, classifier_of
from helpers.small_classifier import SmallClassifier

FROZEN = Idea("the embeddings and the first layers stop learning, nothing else does", weight=3, point=True)
COUNT = Idea("it says how many numbers still learn", weight=1.5)
AGAIN = Idea("a second call begins anew", weight=1.5)
TRACES = Idea("values, modes and the gradients of what learns stay", weight=2)
REFUSED = Idea("there are no layers to freeze below 0 and beyond the last", weight=1)


@exercise(points=2)
def freeze_layers(candidate: Any, draw: Draw) -> Iterator[Step]:
    """Who still learns."""
    layers, width = draw.integer(3, 6), draw.integer(3, 6)

    def model_of(**options: Any) -> SmallClassifier:
        return classifier_of(draw, draw.integer(2, 6), **{"layers": layers, "width": width, **options})

    def run(count: int) -> dict[str, Any]:
        model = model_of()
        return {"learn": candidate(model, count), "who": _learning(model)}

    yield "the docstring's example", lambda: _example(candidate, draw), FROZEN
    yield "some layers", lambda: run(draw.integer(1, layers)), FROZEN
    yield "the embeddings only", lambda: run(0), FROZEN
    yield "all layers", lambda: run(layers), FROZEN
    yield "a real BERT", lambda: _real(candidate, draw), FROZEN
    yield "called by names", lambda: _by_names(candidate, model_of()), FROZEN
    yield "a body that has no head", lambda: _body(candidate, draw), FROZEN
    yield "how many", lambda: [candidate(model_of(width=w), draw.integer(0, layers)) for w in (3, 7)], COUNT
    yield "its kind", lambda: _kind(candidate, model_of(), draw.integer(0, layers)), COUNT
    yield "a parameter with two names", lambda: _tied(candidate, model_of(), draw.integer(1, layers)), COUNT
    yield "layers that share a matrix", lambda: _shared_by_layers(candidate, draw, model_of(), layers), COUNT
    yield "a part before the body", lambda: _before_the_body(candidate, draw, model_of(), layers), COUNT
    yield "more layers, then fewer", lambda: _again(candidate, model_of(), layers), AGAIN
    yield "something else was frozen before", lambda: _thawed(candidate, model_of()), AGAIN
    yield "a gradient from before", lambda: _gradients(candidate, draw, model_of()), TRACES
    yield "values and modes", lambda: _traces(candidate, draw, model_of()), TRACES
    yield "below zero, and one too many", lambda: _refused(candidate, draw, model_of, layers), REFUSED


def _learning(model: nn.Module) -> list[str]:
    return sorted(name for name, parameter in model.named_parameters(remove_duplicate=False) if parameter.requires_grad)


def _example(candidate: Any, draw: Draw) -> dict[str, Any]:
    """The docstring's model, and another."""
    other = classifier_of(draw, draw.integer(2, 6), width=draw.integer(5, 9))
    return {"example": candidate(SmallClassifier(), 1), "other": candidate(other, 1), "who": _learning(other)}


def _real(candidate: Any, draw: Draw) -> dict[str, Any]:
    """A BERT of transformers, small; its pooler belongs to the body and is no layer."""
    from transformers import BertConfig, BertForSequenceClassification

    config = BertConfig(
        vocab_size=7, hidden_size=4, num_hidden_layers=4, num_attention_heads=2, intermediate_size=5,
        max_position_embeddings=6, num_labels=3,
    )  # fmt: skip
    model = BertForSequenceClassification(config)
    return {"learn": candidate(model, draw.integer(1, 4)), "who": _learning(model)}


def _by_names(candidate: Any, model: SmallClassifier) -> dict[str, Any]:
    return {"learn": candidate(count=2, model=model), "who": _learning(model)}


def _body(candidate: Any, draw: Draw) -> dict[str, Any]:
    """A model whose `base_model` has another name inside, and more than a head beside it."""
    model = nn.Module()
    inner = classifier_of(draw, layers=3)
    model.anything, model.extra = inner.bert, nn.Linear(2, draw.integer(2, 6))
    model.__dict__["base_model"] = inner.bert
    return {"learn": candidate(model, draw.integer(0, 3)), "who": _learning(model)}


def _kind(candidate: Any, model: SmallClassifier, count: int) -> dict[str, Any]:
    result = candidate(model, count)
    return {"kind": type(result).__name__, "learn": result}


def _tied(candidate: Any, model: SmallClassifier, count: int) -> dict[str, Any]:
    """The head of a masked language model shares the table of words, and two layers share a matrix."""
    vocabulary, width = model.bert.embeddings.word_embeddings.weight.shape
    model.decoder = nn.Linear(width, vocabulary)
    model.decoder.weight = model.bert.embeddings.word_embeddings.weight
    model.twin = nn.Linear(width, width)
    model.twin.weight = model.bert.pooler.weight
    return {"learn": candidate(model, count), "who": _learning(model)}


def _shared_by_layers(candidate: Any, draw: Draw, model: Any, layers: int) -> dict[str, Any]:
    """The last layer has a matrix of the first, and the one before it a norm of the embeddings."""
    body = model.bert
    body.encoder.layer[-1].dense.weight = body.encoder.layer[0].dense.weight
    body.encoder.layer[-2].LayerNorm.bias = body.embeddings.LayerNorm.bias
    return {"learn": candidate(model, draw.integer(1, layers - 1)), "who": _learning(model)}


def _before_the_body(candidate: Any, draw: Draw, model: Any, layers: int) -> dict[str, Any]:
    """What was made first has the first name: here a head that has the table of words, and a layer's matrix."""
    body: Any = model._modules.pop("bert")
    head: Any = nn.Module()
    head.words, head.matrix = body.embeddings.word_embeddings.weight, body.encoder.layer[0].dense.weight
    model.head, model.bert = head, body
    return {"learn": candidate(model, draw.integer(1, layers)), "who": _learning(model)}


def _again(candidate: Any, model: SmallClassifier, layers: int) -> list[Any]:
    found = []
    for count in (layers, 1, 2, 0):
        found.append([candidate(model, count), _learning(model)])
    return found


def _thawed(candidate: Any, model: SmallClassifier) -> dict[str, Any]:
    model.requires_grad_(False)
    return {"learn": candidate(model, 1), "who": _learning(model)}


def _gradients(candidate: Any, draw: Draw, model: SmallClassifier) -> dict[str, Any]:
    """Frozen in the middle of a training: an optimizer moves whatever has a gradient."""
    model(**batch_of(draw, 3, 4, 2)).loss.backward()
    learn = candidate(model, 1)
    left = {name: p.grad.abs().sum().item() for name, p in model.named_parameters() if p.grad is not None}
    return {"learn": learn, "left": left}


def _traces(candidate: Any, draw: Draw, model: Any) -> dict[str, Any]:
    model.train()
    still = draw.choice([model.bert.pooler, model.classifier, model.bert.encoder.layer[0]])
    still.eval()
    learn = candidate(model, 2)
    modes = sorted(name or "the model" for name, part in model.named_modules() if part.training)
    sums = {name: value.sum().item() for name, value in model.named_parameters()}
    return {"learn": learn, "in training mode": modes, "sums": sums}


def _refused(candidate: Any, draw: Draw, model_of: Any, layers: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, count in (
        ("just below", -1),
        ("below", -draw.integer(2, 9)),
        ("beyond", layers + 1),
        ("allowed", draw.integer(0, layers)),
    ):
        model = model_of()
        model.classifier.requires_grad_(False)
        found[name] = refusal(ValueError, candidate, model, count)
        found[f"who learns, {name}"] = _learning(model)
    return found
