"""`cell_search`: what is right, and what answers are made of."""

import torch


def ranked(products):
    """Places from the largest to the smallest, equals in the order in which they stand."""
    return sorted(range(len(products)), key=lambda place: -products[place])


def product(one, other):
    return float((one.double() * other.double()).sum())


def nearest_cells(query, centres, probes):
    return ranked([product(query, centre) for centre in centres])[:probes]


def among(query, corpus, rows, k):
    """The best of some rows, and how many there were."""
    products = [product(query, corpus[row]) for row in rows]
    order = ranked(products)[:k]
    scores = torch.tensor([products[place] for place in order], dtype=corpus.dtype, device=corpus.device)
    places = torch.tensor([rows[place] for place in order], dtype=torch.int64, device=corpus.device)
    return scores, places, len(rows)


def inside(cell, chosen):
    return [row for row, each in enumerate(cell.tolist()) if each in chosen]


def cell_search(query, corpus, cell, centres, probes, k):
    return among(query, corpus, inside(cell, nearest_cells(query, centres, probes)), k)
