"""What the exercises of `16_bert_internals` must show.

The configuration is a real `transformers.BertConfig`, small, with distinct numbers throughout. Modules get their
weights by name, so the names are those of a real checkpoint. transformers is imported where it is used: whoever checks
another lesson need not wait for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.engine.draw import Draw
from autograder.engine.exercise import Thunk, exercise
from autograder.engine.probes import gradients, with_arguments

BERT = "transformers.models.bert.modeling_bert:"
WHOLE = [BERT + "BertModel", BERT + "BertEncoder"]
REAL_WORDS = (101, 2009, 2003, 1037, 5776, 102, 0)  # [CLS] it is a patient [SEP] [PAD]


def small(**changes: Any) -> Any:
    """A configuration of two layers whose sizes are all different."""
    from transformers import BertConfig

    sizes = {
        "vocab_size": 23, "hidden_size": 12, "num_hidden_layers": 2, "num_attention_heads": 3, "intermediate_size": 20,
        "max_position_embeddings": 9, "type_vocab_size": 4,
    }  # fmt: skip
    return BertConfig(**{**sizes, **changes}, attn_implementation="eager")


def shapes(module: nn.Module) -> dict[str, list[int]]:
    """The names of what is saved, with shapes."""
    return {name: list(value.shape) for name, value in module.state_dict().items()}


def evaluated(draw: Draw, module: nn.Module) -> nn.Module:
    return draw.fill_(module).eval()


def flat(result: Tensor) -> Tensor:
    return (
        result * torch.linspace(0.5, 1.5, result.numel(), device=result.device, dtype=result.dtype).view_as(result)
    ).sum()


def grads(module: nn.Module, *inputs: Any) -> dict[str, Any]:
    """The gradients of all parameters."""
    module.zero_grad()
    result = module(*inputs)
    flat(result[0] if isinstance(result, tuple) else result).backward()
    return {name: parameter.grad for name, parameter in module.named_parameters()}


def sums(gradients: dict[str, Tensor | None]) -> Tensor:
    """One number for each gradient, in the order of the names; NaN where there is none."""
    values = [torch.full((), torch.nan) if item is None else item.sum().cpu() for _, item in sorted(gradients.items())]
    return torch.stack(values)


def hiding(draw: Draw, *shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """A mask to add to the scores: 0 where a key is real, the lowest number where it is padding."""
    return torch.zeros(shape, dtype=dtype, device=draw.device).masked_fill(~draw.mask(*shape), torch.finfo(dtype).min)


@exercise(points=2, without=[BERT + "BertEmbeddings", *WHOLE])
def BertEmbeddings(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Words, positions and segments, added and normalised."""
    module = evaluated(draw, candidate(small()))
    ids = draw.integers(2, 5, low=1, high=23)
    yield "names and shapes of what is saved", lambda: shapes(module)
    yield "a batch", lambda: module(draw.integers(2, 5, low=1, high=23))
    yield "one token", lambda: module(draw.integers(1, 1, low=1, high=23))
    yield "as many tokens as there are positions", lambda: module(draw.integers(2, 9, low=1, high=23))
    yield "two sentences in one input", lambda: module(draw.integers(2, 5, low=1, high=23), draw.integers(2, 5, high=4))
    yield "numbers of a thousandth", lambda: _shrunken(evaluated(draw, candidate(small())), ids)
    yield "another eps", lambda: evaluated(draw, candidate(small(layer_norm_eps=0.5)))(ids)
    yield "float64", lambda: evaluated(draw, candidate(small()).double())(ids[:1])
    yield "training, with a dropout of 1", lambda: draw.fill_(candidate(small(hidden_dropout_prob=1.0))).train()(ids)
    yield "gradients, with padding", lambda: _table_gradients(module, ids)
    yield "the input is left alone", lambda: with_arguments(module, draw.integers(2, 4, low=1, high=23))


def _shrunken(module: nn.Module, ids: Tensor) -> Tensor:
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if "embeddings" in name:
                parameter.mul_(1e-3)
    return module(ids)


def _table_gradients(module: nn.Module, ids: Tensor) -> dict[str, Any]:
    """Two columns of each table: where a row learns nothing shows, and the sheet stays small."""
    padded = ids.clone()
    padded[:, -2:] = 0
    return {name: value[:, :2] for name, value in grads(module, padded).items() if "embeddings" in name}


@exercise(points=2)
def extended_attention_mask(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """From a tokenizer's 0 and 1 to numbers that are added to the scores."""
    mask = draw.mask(2, 5).long()
    empty = mask.clone()
    empty[1] = 0
    yield "a batch", lambda: candidate(draw.mask(2, 5).long())
    yield "nothing is padding", lambda: candidate(torch.ones_like(mask))
    yield "True and False", lambda: candidate(draw.mask(3, 4))
    yield "a mask for each query", lambda: candidate(draw.mask(2, 3, 5).long())
    yield "float64", lambda: candidate(draw.mask(2, 5).long(), torch.float64)
    yield "float16", lambda: candidate(draw.mask(2, 5).long(), torch.float16)
    yield "bfloat16", lambda: candidate(draw.mask(2, 5).long(), torch.bfloat16)
    yield "weights under it", lambda: (draw.normal(2, 3, 4, 5) + candidate(mask)).softmax(-1)
    yield "weights where all is padding", lambda: (draw.normal(2, 3, 4, 5) + candidate(empty)).softmax(-1)
    yield "a padded key with a score of 20000", lambda: (2e4 * draw.uniform(2, 1, 4, 5) + candidate(mask)).softmax(-1)
    yield "the input is left alone", lambda: with_arguments(candidate, mask)
    yield "one sentence without a batch", lambda: candidate(mask[0])
    yield "four dimensions", lambda: candidate(mask[:, None, None])


@exercise(
    points=3,
    without=[nn.MultiheadAttention, F.multi_head_attention_forward, BERT + "BertSelfAttention", *WHOLE],
)
def BertSelfAttention(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Heads that look at tokens: what they bring back, and their weights."""
    three, two = evaluated(draw, candidate(small())), evaluated(draw, candidate(small(num_attention_heads=2)))
    one, four = (evaluated(draw, candidate(small(num_attention_heads=count))) for count in (1, 4))
    yield "names and shapes of what is saved", lambda: shapes(three)
    yield "a batch", lambda: three(draw.normal(2, 4, 12))
    yield "one token", lambda: three(draw.normal(1, 1, 12))
    yield "one head", lambda: one(draw.normal(2, 4, 12))
    yield "four heads", lambda: four(draw.normal(1, 3, 12))
    yield "masked", lambda: three(draw.normal(2, 4, 12), hiding(draw, 2, 1, 1, 4))
    yield "a mask for each query", lambda: three(draw.normal(2, 4, 12), hiding(draw, 2, 1, 4, 4))
    yield "as many heads as sentences, masked", lambda: two(draw.normal(2, 4, 12), hiding(draw, 2, 1, 1, 4))
    yield "a sentence that is all padding", lambda: three(draw.normal(2, 4, 12), _all_hidden(draw, 2, 4))
    yield "small numbers in the mask", lambda: three(draw.normal(2, 4, 12), draw.normal(2, 1, 1, 4))
    yield "scores of several hundred", lambda: three(30 * draw.normal(2, 4, 12))
    yield "float64", lambda: one.double()(draw.normal(1, 3, 12, dtype=torch.float64))
    yield "gradients", lambda: sums(grads(three, draw.normal(2, 4, 12), hiding(draw, 2, 1, 1, 4)))
    yield "training, with a dropout of 1", lambda: _context_in_training(candidate, draw)
    yield "5 heads for 12 numbers", lambda: candidate(small(num_attention_heads=5))


def _all_hidden(draw: Draw, batch: int, tokens: int) -> Tensor:
    mask = hiding(draw, batch, 1, 1, tokens)
    mask[0] = torch.finfo(torch.float32).min
    return mask


def _context_in_training(candidate: Any, draw: Draw) -> Tensor:
    module = draw.fill_(candidate(small(attention_probs_dropout_prob=1.0))).train()
    context, _ = module(draw.normal(2, 5, 12))
    return context


@exercise(points=2, without=[BERT + "BertSelfOutput", BERT + "BertOutput", BERT + "BertAttention", *WHOLE])
def BertSelfOutput(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """Mix, add to what was there, normalise."""
    module, wide = evaluated(draw, candidate(small())), evaluated(draw, candidate(small(), 20))
    yield "names and shapes of what is saved", lambda: [shapes(module), shapes(wide)]
    yield "a batch", lambda: module(*_two(draw, 2, 5))
    yield "one token", lambda: module(*_two(draw, 1, 1))
    yield "after the feed-forward layer", lambda: wide(draw.normal(2, 5, 20), draw.normal(2, 5, 12))
    yield "numbers of a thousandth", lambda: _faint(evaluated(draw, candidate(small())), *_two(draw, 2, 5))
    yield "another eps", lambda: evaluated(draw, candidate(small(layer_norm_eps=0.5)))(*_two(draw, 2, 5))
    yield "numbers of several hundred", lambda: module(300 * draw.normal(2, 5, 12), draw.normal(2, 5, 12))
    yield "float64", lambda: evaluated(draw, candidate(small()).double())(*(x.double() for x in _two(draw, 1, 3)))
    yield "training, with a dropout of 1", lambda: _all_dropped(candidate, draw)
    yield "gradients of both inputs", lambda: gradients(module, *_two(draw, 2, 3))
    yield "the inputs are left alone", lambda: with_arguments(module, *_two(draw, 2, 3))


def _two(draw: Draw, batch: int, tokens: int) -> tuple[Tensor, Tensor]:
    return draw.normal(batch, tokens, 12), draw.normal(batch, tokens, 12)


def _faint(module: nn.Module, new: Tensor, old: Tensor) -> Tensor:
    with torch.no_grad():
        module.get_parameter("dense.bias").mul_(1e-3)
    return module(1e-3 * new, 1e-3 * old)


def _all_dropped(candidate: Any, draw: Draw) -> Tensor:
    return draw.fill_(candidate(small(hidden_dropout_prob=1.0))).train()(*_two(draw, 2, 3))


@exercise(points=2, without=[F.gelu, nn.GELU, BERT + "BertIntermediate", *WHOLE])
def BertIntermediate(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """The wide layer, with the activation that the configuration names."""
    module = evaluated(draw, candidate(small()))
    yield "names and shapes of what is saved", lambda: shapes(module)
    yield "gelu", lambda: module(draw.normal(2, 5, 12))
    yield "gelu, one token", lambda: module(draw.normal(1, 1, 12))
    yield "gelu, far out", lambda: module(20 * draw.normal(2, 3, 12))
    yield "gelu in float64", lambda: _in_float64(candidate, draw, "gelu")
    yield "gelu_new in float64", lambda: _in_float64(candidate, draw, "gelu_new")
    yield "relu", lambda: evaluated(draw, candidate(small(hidden_act="relu")))(draw.normal(2, 5, 12))
    yield "gradients", lambda: grads(module, draw.normal(2, 3, 12))
    yield "the input is left alone", lambda: with_arguments(module, draw.normal(2, 3, 12))
    yield "an activation that nobody knows", lambda: candidate(small(hidden_act="gelu_old"))


def _in_float64(candidate: Any, draw: Draw, activation: str) -> Tensor:
    module = evaluated(draw, candidate(small(hidden_act=activation)).double())
    return module(draw.normal(1, 4, 12, dtype=torch.float64))


@exercise(points=3, without=[BERT + "BertLayer", *WHOLE])
def BertLayer(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """One layer: the mended wiring."""
    module = evaluated(draw, candidate(small()))
    yield "names and shapes of what is saved", lambda: shapes(module)
    yield "a batch", lambda: module(draw.normal(2, 5, 12))
    yield "one token", lambda: module(draw.normal(1, 1, 12))
    yield "masked", lambda: module(draw.normal(2, 5, 12), hiding(draw, 2, 1, 1, 5))
    yield "a mask for each query", lambda: module(draw.normal(2, 5, 12), hiding(draw, 2, 1, 5, 5))
    yield "float64", lambda: evaluated(draw, candidate(small()).double())(draw.normal(1, 3, 12, dtype=torch.float64))
    yield (
        "training, with a dropout of 1",
        lambda: draw.fill_(candidate(_dropping_all())).train()(draw.normal(2, 3, 12))[0],
    )
    yield "gradients", lambda: sums(grads(module, draw.normal(2, 3, 12)))
    yield "the input is left alone", lambda: with_arguments(module, draw.normal(2, 3, 12))
    yield "parts of somebody else", lambda: evaluated(draw, candidate(small(), _strange()))(draw.normal(2, 3, 12), 7.0)


def _dropping_all() -> Any:
    return small(hidden_dropout_prob=1.0, attention_probs_dropout_prob=1.0)


class Strange(nn.Module):
    """Stands for any part: a weight of its own, and sums that show what came in, and in which order."""

    def __init__(self, config: Any, factor: float, pair: bool = False) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(config.hidden_size))
        self.factor, self.pair = factor, pair

    def forward(self, x: Tensor, other: Any = None) -> Any:
        result = self.factor * x * self.weight + (0 if other is None else other)
        return (result, x.sum(-1)) if self.pair else result


def _strange() -> Any:
    from helpers.bert import LIBRARY

    return replace(
        LIBRARY,
        name="strange",
        embeddings=_Table,
        self_attention=lambda config: Strange(config, 2.0, pair=True),
        self_output=lambda config: Strange(config, 3.0),
        intermediate=lambda config: Strange(config, 5.0),
        output=lambda config: Strange(config, 7.0),
        layer=lambda config, parts: _StrangeLayer(config, parts),
        pooler=lambda config: Strange(config, 11.0),
        mask=lambda mask, dtype: 100 * mask.to(dtype)[:, :, None],
    )


class _Table(nn.Embedding):
    def __init__(self, config: Any) -> None:
        super().__init__(config.vocab_size, config.hidden_size)

    def forward(self, ids: Tensor, types: Tensor | None = None) -> Tensor:
        return super().forward(ids) + (0 if types is None else types[..., None])


class _StrangeLayer(Strange):
    def __init__(self, config: Any, parts: Any) -> None:
        super().__init__(config, 2.0, pair=True)
        self.said = nn.Linear(1, len(parts.name))


@exercise(points=1, without=[BERT + "BertPooler", *WHOLE])
def BertPooler(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """One vector for the whole input, made from the first token."""
    module = evaluated(draw, candidate(small()))
    yield "names and shapes of what is saved", lambda: shapes(module)
    yield "a batch", lambda: module(draw.normal(3, 5, 12))
    yield "one token", lambda: module(draw.normal(2, 1, 12))
    yield "one sentence", lambda: module(draw.normal(1, 4, 12))
    yield "as many sentences as tokens", lambda: module(draw.normal(4, 4, 12))
    yield "large numbers", lambda: module(50 * draw.normal(2, 3, 12))
    yield "float64", lambda: evaluated(draw, candidate(small()).double())(draw.normal(2, 3, 12, dtype=torch.float64))
    yield "gradient of each token", lambda: gradients(module, draw.normal(2, 3, 12), wrt=0)
    yield "the input is left alone", lambda: with_arguments(module, draw.normal(2, 3, 12))


@exercise(points=3)
def load_pretrained(candidate: Any, draw: Draw) -> Iterator[tuple[str, Thunk]]:
    """A checkpoint of any age and head, copied into a model by its names."""
    plain = _checkpoint(draw)
    headed = {f"bert.{name}": value for name, value in plain.items()} | _heads(draw)
    aged = {_aged(name): value for name, value in _checkpoint(draw).items()}
    lacking = {name: value for name, value in plain.items() if name != "encoder.layer.1.output.dense.bias"}
    buffered = {**plain, "embeddings.position_ids": draw.integers(1, 5, high=5)}
    yield "the very names", lambda: _loaded(candidate, plain)
    yield "saved together with a head", lambda: _loaded(candidate, headed)
    yield "gamma and beta", lambda: _loaded(candidate, aged)
    yield "gamma and beta, with a head", lambda: _loaded(candidate, {f"bert.{n}": v for n, v in aged.items()})
    yield "more than the model has", lambda: _loaded(candidate, {**buffered, **_heads(draw)})
    yield "float16", lambda: _loaded(candidate, {name: value.half() for name, value in plain.items()})
    yield "into float64", lambda: _loaded(candidate, plain, dtype=torch.float64)
    yield "one is missing", lambda: _refused(candidate, lacking)
    yield "one is narrower", lambda: _refused(candidate, {**plain, "pooler.dense.bias": draw.normal(1)})
    yield "one is wider", lambda: _refused(candidate, {**plain, "pooler.dense.bias": draw.normal(7)})
    yield "nothing at all", lambda: _refused(candidate, {})
    yield "the model's own tensors", lambda: _own(candidate, plain)
    yield "the checkpoint is left alone", lambda: _left_alone(candidate, headed)
    yield "the last layer of the real MiniLM", lambda: _real_layer(candidate)


class Little(nn.Module):
    """A model with names as BERT's, one of them with "bert." in the middle, and a buffer that is saved."""

    def __init__(self) -> None:
        super().__init__()
        self.embeddings = nn.Module()
        self.embeddings.word_embeddings = nn.Embedding(5, 3)
        self.embeddings.LayerNorm = nn.LayerNorm(3)
        self.encoder = nn.Module()
        self.encoder.layer = nn.ModuleList([_little_layer(), _little_layer()])
        self.sembert = nn.Linear(3, 2)
        self.pooler = nn.ModuleDict({"dense": nn.Linear(3, 3)})
        self.register_buffer("scale", torch.ones(2))


def _little_layer() -> nn.Module:
    layer = nn.Module()
    layer.output = nn.ModuleDict({"dense": nn.Linear(4, 3), "LayerNorm": nn.LayerNorm(3)})
    return layer


def _checkpoint(draw: Draw) -> dict[str, Tensor]:
    return {name: draw.normal(*value.shape) for name, value in Little().state_dict().items()}


def _heads(draw: Draw) -> dict[str, Tensor]:
    return {"cls.predictions.bias": draw.normal(5), "cls.predictions.transform.LayerNorm.gamma": draw.normal(3)}


def _aged(name: str) -> str:
    return name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")


def _loaded(candidate: Any, checkpoint: dict[str, Tensor], dtype: torch.dtype = torch.float32) -> dict[str, Any]:
    device = next(iter(checkpoint.values())).device
    model = Little().to(device, dtype)
    result = candidate(model, checkpoint)
    state = model.state_dict()
    values = torch.cat([state[name].flatten() for name in sorted(state)])
    return {"left over": result, "all values": values}


def _refused(candidate: Any, checkpoint: dict[str, Tensor]) -> dict[str, Any]:
    """What is raised, whether it says where, and whether the model is as it was."""
    model = Little()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    try:
        candidate(model, checkpoint)
        error = "none"
    except NotImplementedError:
        raise
    except Exception as caught:
        error = type(caught).__name__
        named = "dense.bias" in str(caught) or not checkpoint
        error += ", which names the tensor" if named else ", which does not name the tensor"
    same = all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    return {"error": error, "the model is as it was": same}


def _own(candidate: Any, checkpoint: dict[str, Tensor]) -> dict[str, Any]:
    """A tensor that is loaded must not be shared with the checkpoint, and an optimizer must still know it."""
    given = {name: value.clone() for name, value in checkpoint.items()}
    model = Little().to(given["scale"].device)
    parameters = list(model.parameters())
    candidate(model, given)
    for value in given.values():
        value.zero_()
    kept = all(one is other for one, other in zip(parameters, model.parameters(), strict=True))
    return {
        "bias": model.get_parameter("pooler.dense.bias"),
        "parameters are the same objects": kept,
        "they learn": [parameter.requires_grad for parameter in model.parameters()],
    }


def _left_alone(candidate: Any, checkpoint: dict[str, Tensor]) -> dict[str, Any]:
    given = {name: value.clone() for name, value in checkpoint.items()}
    result = candidate(Little().to(given["bert.scale"].device), given)
    same = all(name in given and torch.equal(given[name], value) for name, value in checkpoint.items())
    return {"left over": result, "names in the checkpoint": len(given), "its tensors are as they were": same}


def _real_layer(candidate: Any) -> dict[str, Any]:
    """Layer 5 and the pooler of the real model, out of its whole file."""
    from helpers.pretrained import MINILM, load_weights

    len(candidate(Little(), Little().state_dict()))  # whoever gives nothing back need not wait for the file
    model, weights = _RealPart(), load_weights(MINILM)
    left = candidate(model, weights)
    state = {name: [value.shape[0], float(value.double().norm())] for name, value in model.state_dict().items()}
    return {"left over": len(left), "first": sorted(left)[:2], "state": state}


class _RealPart(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        last = nn.Module()
        self.encoder = nn.ModuleDict({"layer": nn.ModuleDict({"5": last})})
        last.attention = nn.ModuleDict({"output": _Normalised(384)})
        last.output = _Normalised(1536)
        self.pooler = nn.ModuleDict({"dense": nn.Linear(384, 384)})


class _Normalised(nn.Module):
    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.dense, self.LayerNorm = nn.Linear(inputs, 384), nn.LayerNorm(384)


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
    yield "parts of somebody else", lambda: _ends(evaluated(draw, candidate(small(), _strange()))(ids, real, real))
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
