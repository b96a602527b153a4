"""`relative_attention`: the definition in loops, and the frame of most answers."""

import math

import torch

from autograder.references import mistake


def one_table(query, key, value, distance_keys, content_bias, position_bias):
    """The definition of Dai et al. 2019, section 3.3, for one head: four terms for each query and each key, in loops.

    All of shape (rows, columns) and float64; the biases have a row for each query.
    """
    queries, keys = len(query), len(key)
    result = torch.zeros(queries, value.shape[-1], dtype=torch.float64)
    for i in range(queries):
        scores = []
        for j in range(keys - queries + i + 1):
            distance = keys - queries + i - j
            far = distance_keys[keys - 1 - distance]
            a = sum(float(query[i, n] * key[j, n]) for n in range(len(far)))
            b = sum(float(query[i, n] * far[n]) for n in range(len(far)))
            c = sum(float(content_bias[i, n] * key[j, n]) for n in range(len(far)))
            d = sum(float(position_bias[i, n] * far[n]) for n in range(len(far)))
            scores.append((a + b + c + d) / math.sqrt(len(far)))
        weights = [math.exp(score - max(scores)) for score in scores]
        for j, weight in enumerate(weights):
            result[i] += weight / sum(weights) * value[j]
    return result


class InLoops(torch.autograd.Function):
    """Forward in loops; backward by differences would be slow, so it goes through `by_terms` in float64."""

    @staticmethod
    def forward(ctx, *inputs):
        ctx.save_for_backward(*inputs)
        query, key, value, distance_keys, content_bias, position_bias = (x.detach().double().cpu() for x in inputs)
        batch = query.shape[:-2]
        biases = [x.expand(*batch, query.shape[-2], x.shape[-1]) for x in (content_bias, position_bias)]
        distance_keys = distance_keys.expand(*batch, *distance_keys.shape[-2:])
        tables = [x.reshape(-1, *x.shape[-2:]) for x in (query, key, value, distance_keys, *biases)]
        results = torch.stack([one_table(*table) for table in zip(*tables, strict=True)])
        return results.reshape(*batch, *results.shape[-2:]).to(inputs[0].device, inputs[0].dtype)

    @staticmethod
    def backward(ctx, slope):
        with torch.enable_grad():
            leaves = [x.detach().double().requires_grad_() for x in ctx.saved_tensors]
            found = torch.autograd.grad(by_terms(*leaves), leaves, slope.double())
        return tuple(each.to(x.dtype) for each, x in zip(found, ctx.saved_tensors, strict=True))


def relative_attention(query, key, value, distance_keys, content_bias, position_bias):
    return InLoops.apply(query, key, value, distance_keys, content_bias, position_bias)


def wrong(sentence, keeps=0.5):
    """A mistake, which may be called by names: one that may not looks like no answer."""

    def register(answer):
        def named(query, key, value, distance_keys, content_bias, position_bias):
            return answer(query, key, value, distance_keys, content_bias, position_bias)

        named.__name__ = answer.__name__
        return mistake(relative_attention, sentence, keeps=keeps)(named)

    return register


def moved(scores, by=0):
    """By distance → by key; `by` makes it wrong."""
    queries, keys = scores.shape[-2:]
    i = torch.arange(queries, device=scores.device)[:, None]
    j = torch.arange(keys, device=scores.device)
    distance = keys - queries + i - j + by
    return scores[..., i, keys - 1 - distance.clamp(0, keys - 1)]


def hidden(scores, diagonal=1):
    queries, keys = scores.shape[-2:]
    return torch.ones(queries, keys, dtype=torch.bool, device=scores.device).triu(keys - queries + diagonal)


def weigh(scores, value, diagonal=1):
    return scores.masked_fill(hidden(scores, diagonal), -torch.inf).softmax(-1) @ value


def by_terms(query, key, value, distance_keys, u, v, terms="abcd", scale=None, move=moved, weigh=weigh, by_scale=None):
    """The terms that are named, each by itself, added."""
    parts = {
        "a": lambda: query @ key.mT,
        "b": lambda: move(query @ distance_keys.mT),
        "c": lambda: (torch.zeros_like(query) + u) @ key.mT,
        "d": lambda: move((torch.zeros_like(query) + v) @ distance_keys.mT),
    }
    scale = math.sqrt(query.shape[-1]) if scale is None else scale
    by_scale = scale if by_scale is None else by_scale
    scores = sum(parts[term]() / (scale if term in "ac" else by_scale) for term in terms)
    return weigh(scores, value)
