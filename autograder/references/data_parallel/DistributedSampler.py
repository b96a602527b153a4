"""`DistributedSampler`: what is right, and what goes wrong."""

import math

import torch
from torch.utils.data import DistributedSampler as TorchSampler

from autograder.references import alternative, mistake

DistributedSampler = TorchSampler


class Shared(torch.utils.data.Sampler):
    """The frame of most answers."""

    def __init__(self, dataset, num_replicas, rank, shuffle=True, seed=0, drop_last=False):
        self.dataset, self.ranks, self.rank = dataset, num_replicas, rank
        self.shuffle, self.seed, self.drop_last, self.epoch = shuffle, seed, drop_last, 0

    def set_epoch(self, epoch):
        self.epoch = epoch

    def order(self):
        if not self.shuffle:
            return list(range(len(self.dataset)))
        stream = torch.Generator().manual_seed(self.stream_seed())
        return torch.randperm(len(self.dataset), generator=stream).tolist()

    def stream_seed(self):
        return self.seed + self.epoch

    def even(self, order):
        total = len(self) * self.ranks
        return (order * math.ceil(total / len(order)))[:total]

    def part(self, order):
        return order[self.rank :: self.ranks]

    def __iter__(self):
        return iter(self.part(self.even(self.order())))

    def __len__(self):
        return len(self.dataset) // self.ranks if self.drop_last else math.ceil(len(self.dataset) / self.ranks)


@mistake(
    DistributedSampler,
    "Every epoch has the same order: the epoch does not reach the seed. Seed the generator with `seed + epoch`.",
)
class ForgetsTheEpoch(Shared):
    def stream_seed(self):
        return self.seed


@mistake(
    DistributedSampler,
    "The seed is not heeded: two runs with different seeds read the same order. Seed the generator with `seed + "
    "epoch`.",
)
class ForgetsTheSeed(Shared):
    def stream_seed(self):
        return self.epoch


@mistake(
    DistributedSampler,
    "Each rank shuffles by itself: some examples are read twice and others never. All ranks need the same order, so "
    "leave the rank out of the seed.",
)
class EachItsOwnOrder(Shared):
    def stream_seed(self):
        return self.seed + self.epoch + 1000 * self.rank


@mistake(
    DistributedSampler,
    "The order comes from torch's global random stream: ranks that have drawn other numbers before read other "
    "orders. Make a generator of your own.",
)
class DrawsGlobally(Shared):
    def order(self):
        return torch.randperm(len(self.dataset)).tolist() if self.shuffle else super().order()


@mistake(
    DistributedSampler,
    "`torch.manual_seed` seeds the global stream: dropout and all else start again. Make a generator.",
)
class SeedsGlobally(Shared):
    def order(self):
        if not self.shuffle:
            return super().order()
        torch.manual_seed(self.stream_seed())
        return torch.randperm(len(self.dataset)).tolist()


@mistake(
    DistributedSampler,
    "Ranks get different numbers of examples: the one with more waits for ever in its last all-reduce. Fill up from "
    "the beginning of the order.",
)
class Uneven(Shared):
    def even(self, order):
        return order[: len(self) * self.ranks]


@mistake(
    DistributedSampler, "Each rank gets a block. Torch deals the order out like cards: rank, rank + n, rank + 2n …"
)
class InBlocks(Shared):
    def part(self, order):
        return order[self.rank * len(self) : (self.rank + 1) * len(self)]


@mistake(
    DistributedSampler,
    "With fewer examples than ranks some ranks get nothing: one round of filling up is not enough.",
)
class FillsUpOnce(Shared):
    def even(self, order):
        total = len(self) * self.ranks
        return (order + order[: total - len(order)])[:total]


@mistake(DistributedSampler, "The padding repeats the last examples. It is taken from the beginning of the order.")
class RepeatsTheLast(Shared):
    def even(self, order):
        missing = len(self) * self.ranks - len(order)
        return order + (order * (missing // len(order) + 1))[-missing:] if missing > 0 else super().even(order)


@mistake(DistributedSampler, "`len` is that of the whole dataset. A loader asks how many examples this rank reads.")
class WholeLength(Shared):
    def even(self, order):
        total = super().__len__() * self.ranks
        return (order * math.ceil(total / len(order)))[:total]

    def __len__(self):
        return len(self.dataset)


@alternative(DistributedSampler)
class InALoop(Shared):
    def __iter__(self):
        order = self.order()
        for step in range(len(self)):
            yield order[(self.rank + step * self.ranks) % len(order)]


@alternative(DistributedSampler)
class FilledUpStepByStep(Shared):
    def even(self, order):
        if self.drop_last:
            return order[: len(order) - len(order) % self.ranks]
        missing = -len(order) % self.ranks
        for place in range(missing):
            order.append(order[place])
        return order
