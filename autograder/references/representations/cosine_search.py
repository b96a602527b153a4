"""`cosine_search`: what is right, and what goes wrong."""

import torch
from torch.nn import functional as F

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.representations import (
    _cosine_search_mistakes,  # noqa: F401  (they register themselves)
    _cosine_search_slips,  # noqa: F401  (they register themselves)
)
from autograder.references.representations._cosine_search import best, cosine_search, cosines, must_be_one_or_more


@mistake(
    cosine_search,
    "The best one is missing, perhaps since a text that is searched with itself finds itself. Here the query is not in "
    "the corpus.",
)
def without_the_best(queries, corpus, k):
    must_be_one_or_more(k)
    return tuple(each[:, 1:] for each in cosine_search(queries, corpus, k + 1))


@mistake(
    cosine_search,
    "Searched is in the wrong direction: for each text the best queries. A row of the result belongs to a query.",
)
def the_wrong_direction(queries, corpus, k):
    return cosine_search(corpus, queries, k)


@mistake(
    cosine_search,
    "The texts are not in the order of their scores: the k best are there, sorted by their rows.",
)
def in_the_corpus_order(queries, corpus, k):
    scores, places = cosine_search(queries, corpus, k)
    order = places.argsort(dim=-1)
    return scores.gather(1, order), places.gather(1, order)


@mistake(
    cosine_search,
    "Places and scores have changed their places in the result. First the scores, then the places.",
)
def places_first(queries, corpus, k):
    scores, places = cosine_search(queries, corpus, k)
    return places, scores


@mistake(cosine_search, "Only the places come back. Promised are the scores and the places, in this order.")
def only_the_places(queries, corpus, k):
    return cosine_search(queries, corpus, k)[1]


@mistake(cosine_search, "Only the scores come back. Promised are the scores and the places, in this order.")
def only_the_scores(queries, corpus, k):
    return cosine_search(queries, corpus, k)[0]


@mistake(
    cosine_search,
    "A k of 0 or below is not refused with a ValueError. A negative one would even cut from the other end.",
    keeps=0.93,
)
def refuses_nothing(queries, corpus, k):
    scores, places = cosine_search(queries, corpus, len(corpus))
    return scores[:, :k], places[:, :k]


@mistake(
    cosine_search,
    "A k of 0 or below is not refused with a ValueError. A negative one would even cut from the other end.",
    keeps=0.93,
)
def one_at_least(queries, corpus, k):
    return cosine_search(queries, corpus, max(1, k))


@mistake(
    cosine_search,
    "The scores are not those of the whole batch: only the first query is searched for.",
)
def the_first_query_only(queries, corpus, k):
    return cosine_search(queries[:1], corpus, k)


@mistake(
    cosine_search,
    "The caller's vectors are changed: brought to length 1 in place, as by `/=`. Make new ones.",
    keeps=0.97,
)
def in_place(queries, corpus, k):
    must_be_one_or_more(k)
    result = cosine_search(queries.clone(), corpus.clone(), k)
    if corpus.is_contiguous():
        corpus /= corpus.norm(dim=-1, keepdim=True).clamp(min=1e-12)
    return result


@mistake(
    cosine_search,
    "`topk` decides, and nothing else: of equals it is not the lower row that comes first, a k above the corpus "
    "raises, and one of 0 is not refused.",
    keeps=0.75,
)
def bare_topk(queries, corpus, k):
    found = (F.normalize(queries, dim=-1) @ F.normalize(corpus, dim=-1).mT).topk(k, dim=-1)
    return found.values, found.indices


@mistake(
    cosine_search,
    "All vectors together are brought to one length, as with `x / x.norm()`: long ones stay longer than others. Each "
    "row has a length of its own, `dim=-1`.",
)
def one_length_for_all(queries, corpus, k):
    must_be_one_or_more(k)
    one, other = (each.double() / each.double().norm() for each in (queries, corpus))
    return best(one @ other.T, k, queries.dtype)


@mistake(cosine_search, "Cosines below zero have become 0. They go down to −1, and their order counts as well.")
def nothing_below_zero(queries, corpus, k):
    must_be_one_or_more(k)
    return best(cosines(queries, corpus).clamp(min=0), k, queries.dtype)


@mistake(
    cosine_search,
    "It is divided by the sums of sizes, not by lengths: `p=1`. The length of a vector is the root of its sum of "
    "squares.",
)
def by_sums_of_sizes(queries, corpus, k):
    must_be_one_or_more(k)
    one, other = (F.normalize(each.double(), p=1.0, dim=-1) for each in (queries, corpus))
    return best(one @ other.T, k, queries.dtype)


@mistake(
    cosine_search,
    "The scores of a query sum to 1 over all texts, as after a softmax. The order is right; wanted are the cosines.",
)
def shares_of_one(queries, corpus, k):
    must_be_one_or_more(k)
    return best(cosines(queries, corpus).softmax(dim=-1), k, queries.dtype)


@alternative(cosine_search)
def with_the_librarys_cosine(queries, corpus, k):
    if k <= 0:
        raise ValueError("at least one")
    table = F.cosine_similarity(queries[:, None, :], corpus[None, :, :], dim=-1, eps=1e-12)
    places = table.argsort(dim=1, descending=True, stable=True)[:, :k]
    return torch.take_along_dim(table, places, dim=1), places


@alternative(cosine_search)
def query_by_query(queries, corpus, k):
    if k < 1:
        raise ValueError("nothing to find")
    lengths = corpus.norm(dim=1).clamp(min=1e-20)
    rows = []
    for query in queries:
        row = (corpus / lengths[:, None]) @ (query / query.norm().clamp(min=1e-20))
        rows.append(torch.sort(row, descending=True, stable=True))
    return torch.stack([row.values[:k] for row in rows]), torch.stack([row.indices[:k] for row in rows])


promised(
    cosine_search,
    "The k texts of a corpus that are most alike to each query, by the cosine of their vectors.",
    by=["several queries, vectors of length 1", "both of any length", "nothing alike"],
)
promised(
    cosine_search,
    "queries: shape (queries, width), float32 or float64; vectors of length 0, or from 1e-6 to 1e6.",
    by=["queries of any length", "the shortest and the longest", "zeros among the queries", "float64"],
)
promised(
    cosine_search,
    "corpus: shape (texts, width), of the same dtype; vectors of length 0, or from 1e-6 to 1e6.",
    by=["texts of any length", "the shortest and the longest", "zeros among the texts", "float64"],
)
promised(
    cosine_search,
    "k: 1 or more; where there are fewer texts, all of them come.",
    by=["the best only", "k is larger than the corpus"],
)
promised(
    cosine_search,
    "scores: shape (queries, min(k, texts)): the cosines, the largest first.",
    by=["several queries, vectors of length 1", "k is larger than the corpus"],
)
promised(
    cosine_search,
    "places: of the same shape, int64: the rows of `corpus` that they belong to.",
    by=["several queries, vectors of length 1"],
)
promised(
    cosine_search,
    "Where two scores come out equal, the lower row comes first.",
    by=["equals", "all texts are the same"],
)
promised(
    cosine_search,
    "A vector of zeros has the cosine 0 with every other.",
    by=["zeros among the texts", "zeros among the queries"],
)
promised(cosine_search, "ValueError: k is 0 or less.", by=["zero, and below it"])


BOTH = "scores = F.normalize(queries, dim=-1) @ F.normalize(corpus, dim=-1).T"
SORTED = "ordered, places = scores.sort(dim=-1, descending=True, stable=True)"
for before, after in (
    (BOTH, "F.normalize(queries, dim={})"),
    (BOTH, "F.normalize(corpus, dim={})"),
    (SORTED, "scores.sort(dim={},"),
):
    for dim in ("+1", "1"):
        changed = before.replace(after.format("-1"), after.format(dim))
        equivalent(cosine_search, before, changed, "there are two dimensions, of which 1 is the last")
