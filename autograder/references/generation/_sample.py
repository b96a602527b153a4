"""`sample`: what is right, step by step, and what answers are made of."""

import torch


def sample(model, prompt, new, filters, generator, end=0):
    """With lists, one row after the other; the draws of a step are one call."""
    rows = prompt.tolist()
    done = [False] * len(rows)
    for _ in range(new):
        if all(done):
            break
        with torch.no_grad():
            scores = model(torch.tensor(rows, device=prompt.device))[0][:, -1]
        for each in filters:
            scores = each(scores)
        drawn = torch.multinomial(_shares(scores), 1, generator=generator)[:, 0]
        for place, token in enumerate(drawn.tolist()):
            rows[place].append(end if done[place] else token)
            done[place] = done[place] or token == end
    return torch.tensor(rows, device=prompt.device)


def _shares(scores):
    weights = (scores - scores.amax(dim=-1, keepdim=True)).exp()
    return weights / weights.sum(dim=-1, keepdim=True)


def multinomial(scores, generator):
    return torch.multinomial(scores.softmax(dim=-1), 1, generator=generator)[:, 0]


def looped(
    model, prompt, new, filters, generator, end=0,
    last=lambda scores: scores[:, -1], draw=multinomial, given=lambda tokens: tokens,
    done=lambda tokens, prompt, end: tokens[:, :0].any(-1), fill=True, stop="all", graph=False,
):  # fmt: skip
    """The frame of most answers; mistakes change one decision.

    Args:
        stop: when to leave the loop: "all", "any" or "never".
        fill: who is done gets the end from then on.
    """
    tokens, finished = prompt, done(prompt, prompt, end)
    with torch.set_grad_enabled(graph):
        for _ in range(new):
            if len(finished) and {"all": finished.all(), "any": finished.any(), "never": False}[stop]:
                break
            scores = last(model(given(tokens))[0])
            for each in filters:
                scores = each(scores)
            token = draw(scores, generator)
            if fill:
                token = token.masked_fill(finished, end)
            finished = finished | (token == end)
            tokens = torch.cat([tokens, token[:, None]], dim=1)
    return tokens
