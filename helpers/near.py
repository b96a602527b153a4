"""Indexes that find nearest vectors without looking at all of them: faiss's, and the cells that one shares with us.

torch and faiss each bring an OpenMP of their own. Two of these with several threads each have crashed Python on macOS,
so faiss is held to one thread here, and is imported after torch.
"""

from __future__ import annotations

import time
from typing import Any

import faiss
import torch
from torch import Tensor
from torch.nn import functional as F

faiss.omp_set_num_threads(1)

ROUNDS = 12  # of k-means
SEED = 0  # of the centres that it begins with
LINKS = 16  # of a vector to others, in a graph
TRIES = 5  # of which the fastest counts


def cell_centres(vectors: Tensor, cells: int) -> Tensor:
    """The centres of cells that vectors of length 1 fall into: k-means whose centres have length 1 as well.

    Args:
        vectors: shape (n, width).

    Returns:
        Shape (cells, width).
    """
    chosen = torch.randperm(len(vectors), generator=torch.Generator().manual_seed(SEED))[:cells]
    centres = vectors[chosen].clone()
    for _ in range(ROUNDS):
        cell = (vectors @ centres.T).argmax(dim=1)
        sums = torch.zeros_like(centres).index_add(0, cell, vectors)
        centres = F.normalize(torch.where(sums.any(dim=1, keepdim=True), sums, centres), dim=1)
    return centres


def flat_index(vectors: Tensor) -> Any:
    """faiss's exact search by inner product."""
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors.numpy())
    return index


def inverted_index(vectors: Tensor, centres: Tensor) -> Any:
    """faiss's inverted lists (IVF) over given centres; `nprobe` says how many cells a question looks into."""
    index = faiss.IndexIVFFlat(flat_index(centres), centres.shape[1], len(centres), faiss.METRIC_INNER_PRODUCT)
    index.train(vectors.numpy())  # finds the centres there, and keeps them
    index.add(vectors.numpy())
    return index


def graph_index(vectors: Tensor) -> Any:
    """faiss's graph of neighbours (HNSW); `hnsw.efSearch` says how many candidates a search keeps."""
    index = faiss.IndexHNSWFlat(vectors.shape[1], LINKS, faiss.METRIC_INNER_PRODUCT)
    index.add(vectors.numpy())
    return index


def searched(index: Any, queries: Tensor, k: int) -> tuple[Tensor, float]:
    """The places that an approximate index finds, shape (queries, k), and how many vectors it compared for each.

    The comparisons with centres are not among them.
    """
    counters: Any = faiss.cvar
    stats = counters.hnsw_stats if isinstance(index, faiss.IndexHNSW) else counters.indexIVF_stats
    stats.reset()
    _, places = index.search(queries.numpy(), k)
    return torch.from_numpy(places), stats.ndis / len(queries)


def seconds(index: Any, queries: Tensor, k: int) -> float:
    """What a search of all queries takes on this machine, the best of some tries."""
    taken = []
    for _ in range(TRIES):
        began = time.perf_counter()
        index.search(queries.numpy(), k)
        taken.append(time.perf_counter() - began)
    return min(taken)


def overlap(one: Tensor, other: Tensor) -> float:
    """How much of the places in `one`, shape (queries, k), are among those of the same query in `other`."""
    rows = zip(one.tolist(), other.tolist(), strict=True)
    return sum(len(set(mine) & set(theirs)) for mine, theirs in rows) / one.numel()
