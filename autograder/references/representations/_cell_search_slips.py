"""`cell_search`: what goes wrong, slips."""

import torch

from autograder.references import mistake
from autograder.references.representations._cell_search import among, cell_search, inside, nearest_cells


def rows_of(query, cell, centres, probes):
    return torch.tensor(inside(cell, nearest_cells(query, centres, probes)), dtype=torch.int64, device=cell.device)


@mistake(
    cell_search,
    "Of equal texts the one in the nearer cell comes first, as where the texts are collected cell by cell. "
    "Promised is the lower row, whatever cell it lies in.",
    keeps=0.97,
)
def the_nearer_cell_first(query, corpus, cell, centres, probes, k):
    rows = [row for each in nearest_cells(query, centres, probes) for row in inside(cell, {each})]
    return among(query, corpus, rows, k)


@mistake(
    cell_search,
    "Empty cells do not count among the nearest, so that others are searched in their stead. A cell may be empty; "
    "then there is nothing to compare in it.",
    keeps=0.95,
)
def skips_empty_cells(query, corpus, cell, centres, probes, k):
    used = sorted(set(cell.tolist()))
    near = [used[place] for place in nearest_cells(query, centres[used], probes)]
    return among(query, corpus, inside(cell, near), k)


@mistake(
    cell_search,
    "Of equals it is not the lower that comes first, among the texts or among the cells. `sort(stable=True)` "
    "keeps their order; `topk` promises nothing, nor does `sort` without it.",
    keeps=0.97,
)
def texts_not_stable(query, corpus, cell, centres, probes, k):
    rows = rows_of(query, cell, centres, probes)
    scores, order = torch.sort(corpus[rows] @ query, descending=True)
    return scores[:k], rows[order][:k], len(rows)


@mistake(
    cell_search,
    "More cells than there are raise, as with `topk(probes)`, and of equal centres it is not the lower that comes "
    "first.",
    keeps=0.95,
)
def cells_with_bare_topk(query, corpus, cell, centres, probes, k):
    return among(query, corpus, inside(cell, torch.topk(centres @ query, probes).indices.tolist()), k)


@mistake(
    cell_search,
    "Where the cells hold fewer than k it raises, as with `topk(k)`, and of equal texts it is not the lower that "
    "comes first.",
    keeps=0.95,
)
def texts_with_bare_topk(query, corpus, cell, centres, probes, k):
    rows = rows_of(query, cell, centres, probes)
    values, order = torch.topk(corpus[rows] @ query, k)
    return values, rows[order], len(rows)


@mistake(
    cell_search,
    "The places are cut to the first k, and the scores are not.",
    keeps=0.8,
)
def scores_uncut(query, corpus, cell, centres, probes, k):
    whole = cell_search(query, corpus, cell, centres, probes, len(corpus))
    return whole[0], whole[1][:k], whole[2]


@mistake(
    cell_search,
    "The places are the first rows that were searched, not those of the best scores: `inside[order]`.",
    keeps=0.7,
)
def the_first_rows(query, corpus, cell, centres, probes, k):
    scores, _, many = cell_search(query, corpus, cell, centres, probes, k)
    return scores, rows_of(query, cell, centres, probes)[:k], many
