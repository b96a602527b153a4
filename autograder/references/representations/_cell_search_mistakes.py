"""`cell_search`: what goes wrong, the first part."""

import torch

from autograder.references import mistake
from autograder.references.representations._cell_search import (
    among,
    cell_search,
    inside,
    nearest_cells,
    ranked,
)


@mistake(
    cell_search,
    "The places count among the texts that were searched, not in the corpus. `inside[order]` says which rows they are.",
)
def places_inside(query, corpus, cell, centres, probes, k):
    rows = inside(cell, nearest_cells(query, centres, probes))
    scores, places, many = among(query, corpus, rows, k)
    return scores, torch.tensor([rows.index(int(place)) for place in places], dtype=torch.int64), many


@mistake(
    cell_search,
    "All texts are searched, whatever their cells. Then nothing is saved.",
)
def everything(query, corpus, cell, centres, probes, k):
    return among(query, corpus, list(range(len(corpus))), k)


@mistake(
    cell_search,
    "Only one cell is searched. As many as `probes` says are.",
)
def one_cell(query, corpus, cell, centres, probes, k):
    return cell_search(query, corpus, cell, centres, 1, k)


@mistake(cell_search, "One cell too many is searched.")
def one_cell_more(query, corpus, cell, centres, probes, k):
    return cell_search(query, corpus, cell, centres, probes + 1, k)


@mistake(cell_search, "The cells that are searched are the farthest ones, or those with the lowest numbers.")
def the_farthest(query, corpus, cell, centres, probes, k):
    return cell_search(query, corpus, cell, -centres, probes, k)


@mistake(cell_search, "The cells that are searched are the farthest ones, or those with the lowest numbers.")
def the_first_cells(query, corpus, cell, centres, probes, k):
    return among(query, corpus, inside(cell, set(range(probes))), k)


@mistake(
    cell_search,
    "The cells are chosen by another measure than the inner product: with centres of unlike lengths, others come "
    "first.",
)
def cells_by_distance(query, corpus, cell, centres, probes, k):
    far = [-float((query - centre).double().norm()) for centre in centres]
    return among(query, corpus, inside(cell, set(ranked(far)[:probes])), k)


@mistake(
    cell_search,
    "The cells are chosen by another measure than the inner product: with centres of unlike lengths, others come "
    "first.",
)
def cells_by_cosine(query, corpus, cell, centres, probes, k):
    return among(
        query, corpus, inside(cell, nearest_cells(query, centres / centres.norm(dim=1, keepdim=True), probes)), k
    )


@mistake(
    cell_search,
    "The texts are compared by cosines. Promised are inner products: with vectors of length 1 it is the same, with "
    "others "
    "not.",
)
def texts_by_cosine(query, corpus, cell, centres, probes, k):
    rows = inside(cell, nearest_cells(query, centres, probes))
    return among(query / query.norm(), corpus / corpus.norm(dim=1, keepdim=True), rows, k)


@mistake(cell_search, "The texts with the smallest products come first. The largest is the best.")
def the_worst_first(query, corpus, cell, centres, probes, k):
    rows = inside(cell, nearest_cells(query, centres, probes))
    scores, places, many = among(-query, corpus, rows, k)
    return -scores, places, many


@mistake(
    cell_search,
    "The found are sorted within their cell only: first all of the nearest cell, then of the next. The best come "
    "first, "
    "whatever cell they lie in.",
)
def cell_by_cell(query, corpus, cell, centres, probes, k):
    parts = [among(query, corpus, inside(cell, {each}), k) for each in nearest_cells(query, centres, probes)]
    scores, places = (torch.cat([part[place] for part in parts])[:k] for place in (0, 1))
    return scores, places, sum(part[2] for part in parts)


@mistake(
    cell_search,
    "From each cell come k texts, so that all together are more. Only the k best of all are asked for.",
)
def k_of_each(query, corpus, cell, centres, probes, k):
    scores, places, many = cell_search(query, corpus, cell, centres, probes, k * probes)
    return scores, places, many


@mistake(cell_search, "All texts of the searched cells come back. Only the k best are asked for.")
def forgets_k(query, corpus, cell, centres, probes, k):
    return cell_search(query, corpus, cell, centres, probes, len(corpus))


@mistake(
    cell_search,
    "The count is that of the results. Asked for is how many texts were compared with the query.",
)
def counts_the_results(query, corpus, cell, centres, probes, k):
    scores, places, _ = cell_search(query, corpus, cell, centres, probes, k)
    return scores, places, len(places)


@mistake(
    cell_search,
    "The count is that of the cells, or has the centres in it. Asked for is how many texts were compared with the "
    "query.",
)
def counts_the_cells(query, corpus, cell, centres, probes, k):
    return (*cell_search(query, corpus, cell, centres, probes, k)[:2], min(probes, len(centres)))


@mistake(
    cell_search,
    "The count is that of the cells, or has the centres in it. Asked for is how many texts were compared with the "
    "query.",
)
def counts_the_centres(query, corpus, cell, centres, probes, k):
    scores, places, many = cell_search(query, corpus, cell, centres, probes, k)
    return scores, places, many + len(centres)
