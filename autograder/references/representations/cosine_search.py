"""`cosine_search`: what is right, and what goes wrong."""

import torch
from torch.nn import functional as F

from autograder.references import alternative, equivalent, mistake, promised


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


@mistake(
    cosine_search,
    "Inner products of the vectors as they are: a long vector wins because it is long. Bring both to length 1 first.",
)
def no_lengths(queries, corpus, k):
    must_be_one_or_more(k)
    return best(queries.double() @ corpus.double().T, k, queries.dtype)


@mistake(
    cosine_search,
    "The texts keep their lengths, so that long ones win. Both sides have to be brought to length 1.",
)
def only_the_queries(queries, corpus, k):
    must_be_one_or_more(k)
    return best(F.normalize(queries.double(), dim=-1) @ corpus.double().T, k, queries.dtype)


@mistake(
    cosine_search,
    "The order is right, and the scores are not: those of a query are all too large or too small by one factor. The "
    "query has to be brought to length 1 as well.",
    keeps=0.6,
)
def only_the_corpus(queries, corpus, k):
    must_be_one_or_more(k)
    scores = queries.double() @ F.normalize(corpus.double(), dim=-1).T
    return best(scores, k, queries.dtype)


@mistake(
    cosine_search,
    "Distances decide, not cosines: of two vectors in the same direction the one of like length wins. And what comes "
    "back should be cosines.",
)
def by_distance(queries, corpus, k):
    must_be_one_or_more(k)
    distances, places = best(-torch.cdist(queries.double(), corpus.double()), k, queries.dtype)
    return -distances, places


@mistake(
    cosine_search,
    "The scores are distances, 1 − cosine or the like. The places may be right; wanted are the cosines, the largest "
    "first.",
)
def one_minus(queries, corpus, k):
    scores, places = cosine_search(queries, corpus, k)
    return 1 - scores, places


@mistake(
    cosine_search,
    "The least alike come first. The largest cosine is the best: `descending=True`.",
)
def the_worst(queries, corpus, k):
    must_be_one_or_more(k)
    scores, places = best(-cosines(queries, corpus), k, queries.dtype)
    return -scores, places


@mistake(
    cosine_search,
    "Opposite directions count as alike: the size of the cosine decides, without its sign.",
)
def without_the_sign(queries, corpus, k):
    must_be_one_or_more(k)
    return best(cosines(queries, corpus).abs(), k, queries.dtype)


@mistake(
    cosine_search,
    "Each number is compared over all texts, as with `dim=0`: columns are brought to length 1 and not vectors. It is "
    "the last dimension, `dim=-1`.",
)
def over_the_columns(queries, corpus, k):
    must_be_one_or_more(k)
    scores = F.normalize(queries.double(), dim=0) @ F.normalize(corpus.double(), dim=0).T
    return best(scores, k, queries.dtype)


@mistake(
    cosine_search,
    "It is divided by the squares of the lengths: the sum of squares without its root. Then long vectors lose.",
)
def by_the_squares(queries, corpus, k):
    must_be_one_or_more(k)
    one, other = (
        each.double() / each.double().square().sum(-1, keepdim=True).clamp(min=1e-300) for each in (queries, corpus)
    )
    return best(one @ other.T, k, queries.dtype)


@mistake(
    cosine_search,
    "Each vector is shifted to mean 0 before it is compared, which is a correlation. The cosine takes them as they "
    "are.",
)
def correlation(queries, corpus, k):
    must_be_one_or_more(k)
    one, other = (each.double() - each.double().mean(-1, keepdim=True) for each in (queries, corpus))
    return best(cosines(one, other), k, queries.dtype)


TIES = (
    "Of equal cosines it is not the lower row that comes first. `topk` promises nothing about equals; "
    "`sort(descending=True, stable=True)` keeps them in their order."
)


@mistake(cosine_search, TIES, keeps=0.85)
def with_topk(queries, corpus, k):
    must_be_one_or_more(k)
    scores = cosines(queries, corpus).to(queries.dtype)
    found = scores.topk(min(k, len(corpus)), dim=-1)
    return found.values, found.indices


@mistake(cosine_search, TIES, keeps=0.85)
def the_higher_row_first(queries, corpus, k):
    must_be_one_or_more(k)
    scores, places = best(cosines(queries, corpus).flip(1), k, queries.dtype)
    return scores, len(corpus) - 1 - places


@mistake(
    cosine_search,
    "With a k above the size of the corpus it raises. All of its texts come then: `min(k, len(corpus))`.",
    keeps=0.96,
)
def large_k_raises(queries, corpus, k):
    must_be_one_or_more(k)
    if k > len(corpus):
        raise RuntimeError("selected index k out of range")
    return cosine_search(queries, corpus, k)


@mistake(
    cosine_search,
    "A vector of zeros gives NaN, 0 / 0, and NaN is sorted to the top. It has no direction; here its cosine is 0. "
    "`F.normalize` leaves zeros alone.",
    keeps=0.9,
)
def nan_for_zeros(queries, corpus, k):
    must_be_one_or_more(k)
    one, other = (each / each.norm(dim=-1, keepdim=True) for each in (queries, corpus))
    scores, places = (one @ other.T).sort(dim=-1, descending=True, stable=True)
    return scores[:, :k], places[:, :k]


@mistake(cosine_search, "All texts come back, in their order. Only the first k are asked for.")
def all_of_them(queries, corpus, k):
    must_be_one_or_more(k)
    return cosine_search(queries, corpus, len(corpus))


@mistake(cosine_search, "One text too many comes back: k + 1 instead of k.")
def one_more(queries, corpus, k):
    must_be_one_or_more(k)
    return cosine_search(queries, corpus, k + 1)


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
    "queries: shape (queries, width), float32 or float64; vectors of any length.",
    by=["queries of any length", "float64"],
)
promised(
    cosine_search,
    "corpus: shape (texts, width), of the same dtype; vectors of any length.",
    by=["texts of any length", "float64"],
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
promised(cosine_search, "Of equal cosines the lower row comes first.", by=["equals", "all texts are the same"])
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
