"""`cosine_search`: what is right, and what answers are made of."""

import torch


def must_be_one_or_more(k):
    if k < 1:
        raise ValueError(f"k should be 1 or more, not {k}")


def cosines(queries, corpus):
    """Pair by pair, in float64: shape (queries, texts)."""
    rows = []
    for query in queries.double():
        row = []
        for text in corpus.double():
            both = (query.square().sum() * text.square().sum()).sqrt()
            row.append((query * text).sum() / both if both > 0 else torch.zeros_like(both))
        rows.append(torch.stack(row))
    return torch.stack(rows)


def best(scores, k, dtype):
    """Of each row the k largest, equals in the order in which they stand."""
    order = [sorted(range(len(row)), key=lambda place, row=row: -row[place])[:k] for row in scores.tolist()]
    places = torch.tensor(order, device=scores.device)
    return scores.gather(1, places).to(dtype), places


def cosine_search(queries, corpus, k):
    must_be_one_or_more(k)
    return best(cosines(queries, corpus), k, queries.dtype)
