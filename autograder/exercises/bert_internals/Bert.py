"""What `Bert` must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import with_arguments
from autograder.exercises.bert_internals._shared import WHOLE, evaluated, flat, shapes, small, strange_config, sums


@exercise(points=4, without=WHOLE)
def Bert(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """The whole model, with all that a layer leaves behind."""
    model = evaluated(draw, candidate(small()))
    ids, real = draw.integers(2, 5, low=1, high=23), _right_padded(draw, 2, 5)
    yield "names and shapes of what is saved", lambda: shapes(model)
    one, three = (evaluated(draw, candidate(small(num_hidden_layers=count))) for count in (1, 3))
    yield "a batch", lambda: _stacked(model(draw.integers(2, 5, low=1, high=23)))
    yield "with padding", lambda: _ends(model(ids, real))
    yield "two sentences in one input", lambda: model(ids, real, draw.integers(2, 5, high=4))["last_hidden_state"]
    yield "one token", lambda: _stacked(model(draw.integers(1, 1, low=1, high=23)))
    yield "a mask of True and False", lambda: model(ids, real.bool())["last_hidden_state"]
    yield "one layer", lambda: _ends(one(ids, real))
    yield "three layers", lambda: three(ids, real)["last_hidden_state"]
    yield "float64", lambda: evaluated(draw, candidate(small()).double())(ids, real)["pooler_output"]
    yield "gradients", lambda: _gradient_sums(model, ids, real)
    yield (
        "parts of somebody else",
        lambda: _ends(evaluated(draw, candidate(small(), strange_config()))(ids, real, real)),
    )
    yield "the inputs are left alone", lambda: with_arguments(lambda *given: model(*given)["pooler_output"], ids, real)
    yield "the real MiniLM, with padding", lambda: _real(candidate, draw)


def _right_padded(draw: Draw, batch: int, length: int) -> Tensor:
    """1 for the first tokens of each sentence; at least one token, at least one place of padding."""
    return (torch.arange(length, device=draw.device) < draw.integers(batch, 1, low=1, high=length)).long()


def _gradient_sums(model: nn.Module, ids: Tensor, real: Tensor) -> Tensor:
    model.zero_grad()
    result = model(ids, real)
    (flat(result["pooler_output"]) + flat(result["hidden_states"][1])).backward()
    return sums({name: item.grad for name, item in model.named_parameters()})


def _stacked(result: dict[str, Any]) -> dict[str, Any]:
    """The same with one tensor in place of a tuple: a sheet of many small tensors is mostly names."""
    return {
        name: torch.stack(tuple(value)) if isinstance(value, tuple | list) else value for name, value in result.items()
    }


def _ends(result: dict[str, Any]) -> dict[str, Any]:
    """A few numbers of each state and of each map of weights, and the pooler's."""
    states, maps = torch.stack(tuple(result["hidden_states"])), torch.stack(tuple(result["attentions"]))
    return {"hidden_states": states[..., :2], "attentions": maps[..., 0], "pooler_output": result["pooler_output"]}


def _real(candidate: Any, draw: Draw) -> dict[str, Any]:
    """All six real layers, over a vocabulary of the few words that are drawn: to make 30 522 rows takes longer."""
    from helpers.pretrained import MINILM, load_weights, read_config

    config = read_config(MINILM)
    config.vocab_size, config.max_position_embeddings = 40, 12
    model = candidate(config).to(draw.device).eval()
    weights = dict(load_weights(MINILM))
    words, positions = "embeddings.word_embeddings.weight", "embeddings.position_embeddings.weight"
    weights[words], weights[positions] = weights[words][2000:2040], weights[positions][:12]
    model.load_state_dict({name: value for name, value in weights.items() if not name.endswith("position_ids")})
    with torch.no_grad():
        result = model(draw.integers(2, 7, high=40), _right_padded(draw, 2, 7))
    return {
        "hidden_states": torch.stack(tuple(result["hidden_states"]))[..., :3],
        "attentions": torch.stack(tuple(result["attentions"]))[:, :, 3, ::3],
        "pooler_output": result["pooler_output"][:, :12],
    }
