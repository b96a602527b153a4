"""`cosine_search`: what goes wrong, the first part."""

import torch
from torch.nn import functional as F

from autograder.references import mistake
from autograder.references.representations._cosine_search import best, cosine_search, cosines, must_be_one_or_more


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
