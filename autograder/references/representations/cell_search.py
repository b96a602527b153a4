"""`cell_search`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, equivalent, mistake, promised


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
    keeps=0.8,
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
promised(cell_search, "query: shape (width,), floating point.", by=["float64", "one cell"])
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
