"""`head_specialists`: what is right, and what answers are made of."""

import torch


def targets(tokens, mark):
    """For each kind and each token, the places that it may look at; in plain lists."""
    words = tokens.tolist()
    many = range(len(words))
    return {
        "previous": [[i - 1] if i > 0 else [] for i in many],
        "next": [[i + 1] if i + 1 < len(words) else [] for i in many],
        "same word": [[j for j in many if words[j] == words[i] and j != i] for i in many],
        "mark": [[j for j in many if words[j] == mark] for _ in many],
    }


def means(weights, lists):
    """Of each kind the mean over the tokens that have a target, token by token in float64."""
    found = {}
    for name, rows in lists.items():
        total = torch.zeros(weights.shape[:2], dtype=torch.float64, device=weights.device)
        having = [(row, places) for row, places in enumerate(rows) if places]
        for row, places in having:
            for place in places:
                total = total + weights[:, :, row, place].double() / len(having)
        found[name] = total.to(weights.dtype)
    return found


def head_specialists(weights, tokens, mark):
    return means(weights, targets(tokens, mark))


def otherwise(weights, tokens, mark, /, **changed):
    """The right ones, but for what is handed over."""
    return {**head_specialists(weights, tokens, mark), **changed}
