"""`top_p`: the oracle, and what answers are made of."""

import torch

IN_ORDER = 16  # up to so many numbers torch's sort, which the library calls, leaves equals in their order


def top_p(scores, p):
    """The library's, which takes two dimensions. Of a long row, where its sort shuffles equals, the definition."""
    from transformers import TopPLogitsWarper

    warper = TopPLogitsWarper(p)  # it refuses what is no probability
    rows = scores.reshape(-1, scores.shape[-1])
    if scores.shape[-1] <= IN_ORDER:
        return warper(None, rows).reshape(scores.shape)
    return torch.stack([_by_definition(row, p) for row in rows]).reshape(scores.shape)


def _by_definition(row, p):
    """From the least likely up, of equals the earlier first, in float64."""
    shares, kept, below = row.double().softmax(-1).tolist(), row.clone(), 0.0
    order = sorted(range(len(row)), key=lambda token: (shares[token], token))
    for token in order[:-1]:
        below += shares[token]
        if below <= 1 - p:
            kept[token] = -torch.inf
    return kept


def must_be_a_share(p):
    if not 0 <= p <= 1:
        raise ValueError(f"p should be from 0 to 1, not {p}")


def filtered(scores, p, lost=lambda below, p: below <= 1 - p, fill=-torch.inf, best=True, check=must_be_a_share):
    """The frame of most answers, from the least likely up; mistakes change one decision."""
    check(p)
    ordered, places = scores.sort(dim=-1, stable=True)
    gone = lost(ordered.softmax(dim=-1).cumsum(dim=-1), p)
    if best:
        gone[..., -1] = False
    return scores.masked_fill(torch.zeros_like(gone).scatter(-1, places, gone), fill)


def downwards(scores, p, lost, stable_up=True):
    """The same from the most likely down. `lost`: from the probabilities, their sums and p to who goes.

    `stable_up`: of equals, the later ones come first, as they do from below.
    """
    must_be_a_share(p)
    if stable_up:
        ordered, places = (each.flip(-1) for each in scores.sort(dim=-1, stable=True))
    else:
        ordered, places = scores.sort(dim=-1, descending=True, stable=True)
    shares = ordered.softmax(dim=-1)
    gone = lost(shares, shares.cumsum(dim=-1), p)
    gone[..., 0] = False
    return scores.masked_fill(torch.zeros_like(gone).scatter(-1, places, gone), -torch.inf)
