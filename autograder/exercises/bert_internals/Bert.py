"""What `Bert` must show."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from autograder.engine.draw import Draw
from autograder.engine.exercise import Idea, Thunk, exercise
from autograder.engine.modules import evaluated, in_training, shapes
from autograder.engine.probes import with_arguments
from autograder.exercises.bert_internals._shared import WHOLE, flat, sizes_of, small, strange_config, sums

NAMES = Idea("the names of the file")
READS = Idea("layer after layer, with the padding hidden, forwards and backwards", weight=3, point=True)
MASKS = Idea("every kind of mask, and none")
NONE = Idea("without a mask every token is real")
HALF = Idea("a model in half precision")
PARTS = Idea("the parts that are given")
TRAINING = Idea("the parts drop, and nothing else does")


@exercise(points=4, without=WHOLE)
def Bert(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk] | tuple[str, Thunk, Idea]]:
    """The whole model, with all that a layer leaves behind."""
    sizes = sizes_of(draw)
    batch, tokens = draw.sizes(2, 2, 6)
    model = evaluated(draw, candidate(small(sizes)))
    words = partial(_words, draw, sizes["vocab_size"])
    ids, real = words(batch, tokens), _right_padded(draw, batch, tokens)
    yield "names and shapes of what is saved", lambda: shapes(model), NAMES
    yield "one token", lambda: _stacked(model(words(1, 1))), READS
    yield "a batch", lambda: _stacked(model(words(batch, tokens))), READS
    yield "with padding", lambda: _ends(model(ids, real)), READS
    yield "two sentences in one input", lambda: model(**_pair(draw, ids, real))["last_hidden_state"], READS
    for count in (1, 3):
        other = evaluated(draw, candidate(small(sizes, num_hidden_layers=count)))
        yield ("one layer" if count == 1 else "three layers"), partial(_run, other, ids, real), READS
    yield "gradients", lambda: _gradient_sums(model, ids, real), READS
    yield from _masks(candidate, draw, sizes, ids)
    yield from _parts(candidate, draw, sizes, ids, real)
    yield "no layer at all", lambda: _counted(evaluated(draw, candidate(small(sizes, num_hidden_layers=0)))(ids))
    yield "float64", lambda: evaluated(draw, candidate(small(sizes)).double())(ids, real)["pooler_output"]
    yield "the inputs are left alone", lambda: with_arguments(lambda *given: model(*given)["pooler_output"], ids, real)
    yield "the docstring's example", lambda: _example(candidate, draw, sizes)
    yield "two layers with weights of the real MiniLM, and padding", lambda: _real(candidate, draw)


def _masks(
    candidate: Any, draw: Draw, sizes: dict[str, int], ids: Tensor
) -> Iterator[tuple[str, Thunk] | tuple[str, Thunk, Idea]]:
    model = evaluated(draw, candidate(small(sizes)))
    real, padded = draw.mask(*ids.shape), ids.clone()
    padded[:, -1] = 0  # the id of [PAD]
    yield "a mask of True and False", lambda: model(ids, real)["last_hidden_state"], MASKS
    yield "padding in front", lambda: model(ids, _right_padded(draw, *ids.shape).flip(-1))["last_hidden_state"], MASKS
    yield "a sentence that is all padding", lambda: _all_padding(model, ids, real), MASKS
    yield "no mask, and a token of id 0", lambda: _ends(model(padded)), NONE
    yield "in half precision, with padding", lambda: _in_half(candidate, draw, sizes, ids, real.long()), HALF


def _parts(
    candidate: Any, draw: Draw, sizes: dict[str, int], ids: Tensor, real: Tensor
) -> Iterator[tuple[str, Thunk] | tuple[str, Thunk, Idea]]:
    dropping = small(sizes, hidden_dropout_prob=1.0, attention_probs_dropout_prob=1.0)
    theirs, ours = evaluated(draw, candidate(dropping, strange_config())), evaluated(draw, candidate(dropping))
    yield "parts of somebody else", lambda: _ends(theirs(ids, real, real)), PARTS
    yield (
        "in training, parts that drop nothing and parts that drop all",
        lambda: [_ends(in_training(theirs, ids, real, real)), _ends(in_training(ours, ids, real))],
        TRAINING,
    )


def _words(draw: Draw, vocabulary: int, *shape: int) -> Tensor:
    return draw.integers(*shape, low=1, high=vocabulary)


def _pair(draw: Draw, ids: Tensor, real: Tensor) -> dict[str, Tensor]:
    """What a tokenizer gives, in its order."""
    return {"input_ids": ids, "token_type_ids": draw.integers(*ids.shape, high=4), "attention_mask": real}


def _right_padded(draw: Draw, batch: int, length: int) -> Tensor:
    """1 for the first tokens of each sentence; at least one token, at least one place of padding."""
    return (torch.arange(length, device=draw.device) < draw.integers(batch, 1, low=1, high=length)).long()


def _all_padding(model: nn.Module, ids: Tensor, real: Tensor) -> list[Tensor]:
    """One such sentence beside others, and one alone."""
    hidden = real.clone()
    hidden[0] = False
    return [model(ids, hidden)["attentions"][-1], model(ids[:1], hidden[:1])["last_hidden_state"]]


def _in_half(candidate: Any, draw: Draw, sizes: dict[str, int], ids: Tensor, real: Tensor) -> list[Any]:
    return [
        _ends(evaluated(draw, candidate(small(sizes, num_hidden_layers=1)).to(dtype))(ids, real))
        for dtype in (torch.float16, torch.bfloat16)
    ]


def _gradient_sums(model: nn.Module, ids: Tensor, real: Tensor) -> dict[str, Any]:
    model.zero_grad()
    result = model(ids, real)
    (flat(result["pooler_output"]) + flat(result["hidden_states"][1])).backward()
    return sums({name: item.grad for name, item in model.named_parameters()})


def _stacked(result: dict[str, Any]) -> dict[str, Any]:
    """The same with one tensor in place of a tuple: a sheet of many small tensors is mostly names."""
    return {
        name: torch.stack(tuple(value)) if isinstance(value, tuple | list) else value for name, value in result.items()
    }


def _run(model: nn.Module, *inputs: Tensor) -> dict[str, Any]:
    return _ends(model(*inputs))


def _ends(result: dict[str, Any]) -> dict[str, Any]:
    """A few numbers of each state and of each map of weights, and the pooler's."""
    states, maps = torch.stack(tuple(result["hidden_states"])), torch.stack(tuple(result["attentions"]))
    ends = {"hidden_states": states[..., :2], "attentions": maps[..., 0], "pooler_output": result["pooler_output"]}
    return ends | {"last_hidden_state": result["last_hidden_state"][..., 2]}


def _counted(result: dict[str, Any]) -> dict[str, Any]:
    states, attentions = result["hidden_states"], result["attentions"]
    return {"states": len(states), "attentions": len(attentions), "pooler_output": result["pooler_output"]}


def _example(candidate: Any, draw: Draw, sizes: dict[str, int]) -> list[Any]:
    """The example as it stands, and the same with sizes that are drawn."""
    from transformers import BertConfig

    from helpers.pretrained import silence

    with silence():  # the library says that it chose the attention itself
        config = BertConfig(vocab_size=50, hidden_size=12, num_hidden_layers=4, num_attention_heads=2)
        result = candidate(config)(torch.tensor([[7, 3, 9]]))
    mine = evaluated(draw, candidate(small(sizes)))(_words(draw, sizes["vocab_size"], 1, draw.integer(2, 7)))
    return [[list(item["last_hidden_state"].shape), len(item["hidden_states"])] for item in (result, mine)]


def _corner(value: Tensor, shape: torch.Size) -> Tensor:
    return value[tuple(slice(size) for size in shape)]


def _real(candidate: Any, draw: Draw) -> dict[str, Any]:
    """A few words, two layers, and of each wide layer the first 96 numbers: to make all of it takes longer."""
    from helpers.pretrained import MINILM, load_weights, read_config

    config = read_config(MINILM)
    config.vocab_size, config.max_position_embeddings = 40, 12
    config.num_hidden_layers, config.intermediate_size = 2, 96
    model = candidate(config).to(draw.device).eval()
    weights = dict(load_weights(MINILM))
    words, positions = "embeddings.word_embeddings.weight", "embeddings.position_embeddings.weight"
    weights[words], weights[positions] = weights[words][2000:2040], weights[positions][:12]
    beyond = ("embeddings.position_ids", *(f"encoder.layer.{layer}." for layer in range(2, 6)))
    kept = {name: value for name, value in weights.items() if not name.startswith(beyond)}
    shapes_here = {name: value.shape for name, value in model.state_dict().items()}
    model.load_state_dict({name: _corner(value, shapes_here.get(name, value.shape)) for name, value in kept.items()})
    with torch.no_grad():
        result = model(draw.integers(2, 7, high=40), _right_padded(draw, 2, 7))
    return {
        "hidden_states": torch.stack(tuple(result["hidden_states"]))[..., :3],
        "attentions": torch.stack(tuple(result["attentions"]))[:, :, 3, ::3],
        "pooler_output": result["pooler_output"][:, :12],
    }
