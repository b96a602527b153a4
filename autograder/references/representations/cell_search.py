"""`cell_search`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.representations import (
    _cell_search_mistakes,  # noqa: F401  (they register themselves)
    _cell_search_slips,  # noqa: F401  (they register themselves)
)
from autograder.references.representations._cell_search import (
    among,
    cell_search,
    inside,
    nearest_cells,
    product,
    ranked,
)


@mistake(cell_search, "The count is the size of the whole corpus. Only what lies in the searched cells was compared.")
def counts_everything(query, corpus, cell, centres, probes, k):
    return (*cell_search(query, corpus, cell, centres, probes, k)[:2], len(corpus))


@mistake(cell_search, "The count is a tensor. Promised is a Python int.", keeps=0.9)
def tensor_count(query, corpus, cell, centres, probes, k):
    scores, places, many = cell_search(query, corpus, cell, centres, probes, k)
    return scores, places, torch.tensor(many)


@mistake(
    cell_search,
    "NaN in a cell that is not searched gets into the result: the other texts were compared and only hidden "
    "afterwards, "
    "as by a product with 0.",
    keeps=0.92,
)
def hides_afterwards(query, corpus, cell, centres, probes, k):
    rows = inside(cell, nearest_cells(query, centres, probes))
    seen = torch.zeros(len(corpus), dtype=corpus.dtype, device=corpus.device)
    seen[rows] = 1
    scores, places = (corpus @ query * seen + (seen - 1) * 1e4).sort(descending=True, stable=True)
    return scores[: min(k, len(rows))], places[: min(k, len(rows))], len(rows)


@mistake(
    cell_search,
    "Of equals it is not the lower that comes first, among the texts or among the cells. `sort(stable=True)` keeps "
    "their "
    "order; `topk` promises nothing.",
    keeps=0.96,
)
def texts_with_topk(query, corpus, cell, centres, probes, k):
    rows = torch.tensor(inside(cell, nearest_cells(query, centres, probes)), dtype=torch.int64)
    found = (corpus[rows] @ query).topk(min(k, len(rows)))
    return found.values, rows[found.indices], len(rows)


@mistake(
    cell_search,
    "Of equals it is not the lower that comes first, among the texts or among the cells. `sort(stable=True)` keeps "
    "their "
    "order; `topk` promises nothing.",
    keeps=0.96,
)
def the_higher_cell(query, corpus, cell, centres, probes, k):
    products = [product(query, centre) for centre in centres]
    chosen = sorted(range(len(products)), key=lambda place: (-products[place], -place))[:probes]
    return among(query, corpus, inside(cell, set(chosen)), k)


@mistake(
    cell_search,
    "It raises where there are fewer cells, or fewer texts, than asked for. Slices take what there is.",
    keeps=0.85,
)
def raises_for_more(query, corpus, cell, centres, probes, k):
    (centres @ query).topk(probes)
    rows = inside(cell, nearest_cells(query, centres, probes))
    (corpus[rows] @ query).topk(k)
    return among(query, corpus, rows, k)


@mistake(
    cell_search,
    "Of equals it is not the lower that comes first, among the texts and among the cells. `sort(stable=True)` keeps "
    "their order; `topk` promises nothing.",
    keeps=0.92,
)
def topk_for_both(query, corpus, cell, centres, probes, k):
    chosen = (centres @ query).topk(min(probes, len(centres)))[1].tolist()
    rows = torch.tensor(inside(cell, chosen), dtype=torch.int64)
    values, order = torch.topk(corpus[rows] @ query, min(k, len(rows)))
    return values, rows[order], len(rows)


@mistake(
    cell_search,
    "Where the cells hold fewer than k, texts of other cells come back with a score of −∞. They were not searched, so "
    "they are not found.",
    keeps=0.7,
)
def fills_up_with_others(query, corpus, cell, centres, probes, k):
    rows = inside(cell, nearest_cells(query, centres, probes))
    hidden = torch.ones(len(corpus), dtype=torch.bool, device=corpus.device)
    hidden[rows] = False
    scores, places = (corpus @ query).masked_fill(hidden, -torch.inf).sort(descending=True, stable=True)
    return scores[:k], places[:k], len(rows)


@mistake(
    cell_search,
    "The cells are those of the best texts, not those with the nearest centres. For that all texts had to be compared, "
    "and nothing is saved.",
)
def cells_of_the_best(query, corpus, cell, centres, probes, k):
    top = ranked([product(query, text) for text in corpus])[:probes]
    return among(query, corpus, inside(cell, set(cell[top].tolist())), k)


@alternative(cell_search)
def with_a_mask(query, corpus, cell, centres, probes, k):
    order = torch.argsort(centres @ query, descending=True, stable=True)
    chosen = torch.zeros(len(centres), dtype=torch.bool, device=cell.device)
    chosen[order[:probes]] = True
    rows = torch.arange(len(corpus), device=cell.device)[chosen[cell]]
    scores = (corpus[rows] * query).sum(dim=-1)
    best = torch.argsort(scores, descending=True, stable=True)[:k]
    return scores[best], rows[best], int(rows.numel())


@alternative(cell_search)
def with_lists(query, corpus, cell, centres, probes, k):
    near = torch.sort(centres.mv(query), descending=True, stable=True)[1][:probes].tolist()
    lists = {each: (cell == each).nonzero().flatten() for each in near}
    rows = torch.cat(list(lists.values())).sort().values
    scores, order = torch.sort(corpus.index_select(0, rows).mv(query), descending=True, stable=True)
    return scores[:k], rows.index_select(0, order)[:k], rows.shape[0]


promised(
    cell_search,
    "The k texts with the largest inner products with the query, of those that lie in the cells nearest to it.",
    by=["three cells", "all cells", "vectors of any length"],
)
promised(
    cell_search,
    "query: shape (width,), float32 or float64, which corpus and centres have as well.",
    by=["float64", "one cell"],
)
promised(cell_search, "corpus: shape (texts, width).", by=["three cells"])
promised(cell_search, "What lies in other cells is not looked at, and may be NaN.", by=["NaN in other cells"])
promised(cell_search, "cell: shape (texts,), int64: the cell that each text lies in.", by=["one cell", "three cells"])
promised(cell_search, "A cell may be empty.", by=["the nearest cell is empty"])
promised(cell_search, "centres: shape (cells, width).", by=["one cell"])
promised(
    cell_search,
    "probes: how many cells are searched, 1 or more: those whose centres have the largest inner products with the "
    "query, "
    "of equals the lower.",
    by=["one cell", "three cells", "equal centres", "vectors of any length"],
)
promised(cell_search, "All of them where there are fewer.", by=["more cells than there are"])
promised(
    cell_search,
    "k: 1 or more; fewer texts come where the cells hold fewer.",
    by=["k above what the cells hold", "the best one only"],
)
promised(
    cell_search,
    "scores: shape (found,), the largest first; places: shape (found,), int64, rows of `corpus`, of equals the lower "
    "first; and how many texts were compared with the query, a Python int.",
    by=["three cells", "equal texts", "how many, cell by cell", "the kind of the count"],
)


INSIDE = "inside = torch.isin(cell, nearest).nonzero()[:, 0]"
equivalent(cell_search, INSIDE, INSIDE.replace("0]", "-1]"), "places in a vector have one number")
