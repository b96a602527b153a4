"""`cosine_search`: what goes wrong, slips and other libraries' ways."""

import torch
from torch.nn import functional as F

from autograder.references import mistake
from autograder.references.representations._cosine_search import cosine_search, cosines, must_be_one_or_more


def unit(x):
    return F.normalize(x, dim=-1)


def ordered(scores, k, descending=True):
    must_be_one_or_more(k)
    found = scores.sort(dim=-1, descending=descending, stable=True)
    return found.values[:, :k], found.indices[:, :k]


def lengths(queries, corpus):
    return queries.norm(dim=-1)[:, None] * corpus.norm(dim=-1)


@mistake(
    cosine_search,
    "Of equal cosines it is not the lower row that comes first. `sort(descending=True)` promises nothing about "
    "equals, nor does `topk`; `stable=True` keeps them in their order.",
    keeps=0.9,
)
def not_stable(queries, corpus, k):
    must_be_one_or_more(k)
    found = torch.sort(unit(queries) @ unit(corpus).mT, dim=-1, descending=True)
    return found.values[:, :k], found.indices[:, :k]


@mistake(
    cosine_search,
    "The scores are distances between vectors of length 1, or their squares, the smallest first. Places may be "
    "right; wanted are the cosines, the largest first.",
    keeps=0.9,
)
def distances_of_units(queries, corpus, k):
    return ordered(torch.cdist(unit(queries), unit(corpus)), k, descending=False)


@mistake(
    cosine_search,
    "A vector of zeros has a cosine of one half, as where the cosines are computed from distances, 1 − d² / 2. It "
    "has no direction; here its cosine is 0.",
    keeps=0.97,
)
def from_the_distance(queries, corpus, k):
    return ordered(1 - torch.cdist(unit(queries), unit(corpus)) ** 2 / 2, k)


@mistake(
    cosine_search,
    "Short vectors get cosines that are too small, and come too late: a smallest length, or a number that is "
    "added to it, is not small beside theirs. Only a length of 0 needs any care, and `F.normalize` takes it.",
    keeps=0.9,
)
def a_least_product(queries, corpus, k):
    return ordered((queries @ corpus.mT) / lengths(queries, corpus).clamp(min=1e-3), k)


@mistake(
    cosine_search,
    "Short vectors get cosines that are too small, and come too late: a smallest length, or a number that is "
    "added to it, is not small beside theirs. Only a length of 0 needs any care, and `F.normalize` takes it.",
    keeps=0.97,
)
def a_little_added(queries, corpus, k):
    return ordered((queries @ corpus.mT) / (lengths(queries, corpus) + 1e-8), k)


@mistake(
    cosine_search,
    "The scores are those of the first texts of the corpus, not of those that were found. They come out of the "
    "sort, beside the places.",
    keeps=0.6,
)
def scores_unsorted(queries, corpus, k):
    return cosines(queries, corpus).to(queries.dtype)[:, :k], cosine_search(queries, corpus, k)[1]


@mistake(
    cosine_search,
    "The scores are cut to the first k, and the places are not.",
    keeps=0.6,
)
def places_uncut(queries, corpus, k):
    return cosine_search(queries, corpus, k)[0], cosine_search(queries, corpus, len(corpus))[1]


@mistake(
    cosine_search,
    "Numbers are compared over all texts, as with `dim=0`: their columns are brought to length 1. It is the last "
    "dimension, `dim=-1`.",
    keeps=0.6,
)
def columns_of_the_texts(queries, corpus, k):
    return ordered(unit(queries) @ F.normalize(corpus, dim=0).mT, k)
