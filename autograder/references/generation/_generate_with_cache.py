"""`generate_with_cache`: the oracle, and what answers are made of."""

from copy import deepcopy

import torch


@torch.no_grad()
def generate_with_cache(model, prompt, new, choose):
    """Writes without a cache, by a copy of the model, and then shows the model what it should have been asked."""
    plain, text = deepcopy(model), prompt
    for _ in range(new):
        text = torch.cat([text, choose(plain(text)[0][:, -1])[:, None]], dim=1)
    cache, length = None, prompt.shape[1]
    for place in range(length, length + new):
        _, cache = model(text[:, :place] if cache is None else text[:, place - 1 : place], cache)
    return text


def looped(
    model, prompt, new, choose,
    first=lambda prompt: prompt, given=lambda text, step: step, kept=lambda old, new: new,
    last=lambda scores: scores[:, -1], after=False, graph=False,
):  # fmt: skip
    """The frame of most answers; mistakes change one decision.

    Args:
        first: what the first call gets.
        given: what the other calls get, from the text and the newest token.
        kept: which cache is carried on, from the one before and the one that came back.
        after: the model is asked once more at the end.
    """
    text, step, cache = prompt, first(prompt), None
    with torch.set_grad_enabled(graph):
        for _ in range(new):
            scores, fresh = model(step, cache)
            cache = kept(cache, fresh)
            token = choose(last(scores))[:, None]
            text = torch.cat([text, token], dim=1)
            step = given(text, token)
        if after:
            model(step, cache)
    return text
