"""`DistributedSampler`: what is right, and what goes wrong."""

import math
import random

import numpy as np
import torch

from autograder.references import alternative, mistake, promised
from autograder.references.data_parallel._sampler import DistributedSampler, Shared


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
    "Torch's global random stream is seeded, as by `torch.manual_seed`: dropout and all else start again. "
    "Make a generator of your own.",
    keeps=0.95,
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
    keeps=0.65,
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
    "With far fewer examples than ranks some ranks get nothing: filling up once from the beginning is not enough.",
    keeps=0.95,
)
class FillsUpOnce(Shared):
    def even(self, order):
        total = len(self) * self.ranks
        return (order + order[: total - len(order)])[:total]


@mistake(
    DistributedSampler,
    "The padding repeats the last examples. It is taken from the beginning of the order.",
    keeps=0.65,
)
class RepeatsTheLast(Shared):
    def even(self, order):
        missing = len(self) * self.ranks - len(order)
        return order + (order * (missing // len(order) + 1))[-missing:] if missing > 0 else super().even(order)


@mistake(DistributedSampler, "`len` is that of the whole dataset. A loader asks how many examples this rank reads.")
class WholeLength(Shared):
    def even(self, order):
        total = super().__len__() * self.ranks
        return (order * math.ceil(total / max(len(order), 1)))[:total]

    def __len__(self):
        return len(self.dataset)


@mistake(
    DistributedSampler,
    "`len` is rounded down, but where the order is filled up a rank reads one example more. `len` has to say how many "
    "this rank reads: without `drop_last` ⌈examples / n⌉.",
    keeps=0.75,
)
class RoundsTheLengthDown(WholeLength):
    def __len__(self):
        return len(self.dataset) // self.ranks


@mistake(
    DistributedSampler,
    "Python's own `random` shuffles here. The order is promised to come from `torch.randperm`, with a generator seeded "
    "with `seed + epoch`.",
    keeps=0.5,
)
class ShufflesInPython(Shared):
    def order(self):
        order = list(range(len(self.dataset)))
        if self.shuffle:
            random.Random(self.stream_seed()).shuffle(order)
        return order


@mistake(
    DistributedSampler,
    "NumPy shuffles here. The order is promised to come from `torch.randperm`, with a generator seeded with "
    "`seed + epoch`.",
    keeps=0.5,
)
class ShufflesInNumpy(Shared):
    def order(self):
        if not self.shuffle:
            return super().order()
        return np.random.RandomState(self.stream_seed()).permutation(len(self.dataset)).tolist()


@mistake(
    DistributedSampler,
    "The same epoch has another order each time it is read, as when one generator goes on drawing. Seed it "
    "anew in every `__iter__`.",
    keeps=0.9,
)
class GoesOnDrawing(Shared):
    def set_epoch(self, epoch):
        self.epoch = epoch
        self.stream = torch.Generator().manual_seed(self.stream_seed())

    def order(self):
        if not self.shuffle:
            return super().order()
        if not hasattr(self, "stream"):
            self.set_epoch(self.epoch)
        return torch.randperm(len(self.dataset), generator=self.stream).tolist()


@mistake(
    DistributedSampler,
    "The generator is seeded with `seed * epoch`: in epoch 0 the seed counts nothing. It is `seed + epoch`.",
    keeps=0.6,
)
class MultipliesSeedAndEpoch(Shared):
    def stream_seed(self):
        return self.seed * self.epoch


@mistake(
    DistributedSampler,
    "The dataset is dealt out first, and each rank shuffles its own share: it reads the same examples in every epoch. "
    "Shuffle all of them, then deal out.",
)
class ShufflesItsShare(Shared):
    def __iter__(self):
        order = self.part(self.even(list(range(len(self.dataset)))))
        if self.shuffle:
            stream = torch.Generator().manual_seed(self.stream_seed())
            order = [order[place] for place in torch.randperm(len(order), generator=stream).tolist()]
        return iter(order)


@mistake(
    DistributedSampler,
    "`shuffle` is not heeded: the order is shuffled always. With `shuffle=False` it is the dataset's.",
)
class ShufflesAlways(Shared):
    def order(self):
        stream = torch.Generator().manual_seed(self.stream_seed())
        return torch.randperm(len(self.dataset), generator=stream).tolist()


@mistake(DistributedSampler, "Nothing is ever shuffled: every epoch reads the dataset in its own order.")
class NeverShuffles(Shared):
    def order(self):
        return list(range(len(self.dataset)))


@mistake(
    DistributedSampler,
    "`drop_last` is not heeded: the order is filled up where what does not divide should be left out.",
    keeps=0.9,
)
class NeverDrops(Shared):
    def __len__(self):
        return math.ceil(len(self.dataset) / self.ranks)


@mistake(
    DistributedSampler,
    "What does not divide is always dropped. Without `drop_last` the order is filled up from its beginning.",
    keeps=0.65,
)
class AlwaysDrops(Shared):
    def __len__(self):
        return len(self.dataset) // self.ranks


@mistake(
    DistributedSampler,
    "The first examples are left out with `drop_last`, not the last ones of the order.",
    keeps=0.9,
)
class DropsTheFirst(Shared):
    def even(self, order):
        total = len(self) * self.ranks
        return order[len(order) - total :] if self.drop_last else super().even(order)


@mistake(
    DistributedSampler,
    "The first place of the order is left out, as if ranks counted from 1: rank r begins at place r + 1. It "
    "should begin at place r.",
)
class CountsFromOne(Shared):
    def part(self, order):
        return order[self.rank + 1 :: self.ranks]


@mistake(
    DistributedSampler,
    "Reading moves the epoch on by itself. Who reads the same epoch twice gets the same order; only `set_epoch` "
    "changes it.",
    keeps=0.9,
)
class MovesOnByItself(Shared):
    def __iter__(self):
        found = super().__iter__()
        self.epoch += 1
        return found


@mistake(
    DistributedSampler,
    "The order is filled up with example 0. It is filled up from its beginning, and that is another example where the "
    "order is shuffled.",
    keeps=0.7,
)
class FillsUpWithZero(Shared):
    def even(self, order):
        total = len(self) * self.ranks
        return (order + [0] * (total - len(order)))[:total]


@mistake(
    DistributedSampler,
    "A seed of 0 is taken for none. Zero is a seed like any other: the order comes from `seed + epoch`.",
    keeps=0.75,
)
class TakesSeedZeroForNone(Shared):
    def stream_seed(self):
        return (self.seed or 42) + self.epoch


@mistake(
    DistributedSampler,
    "There is one sampler, and it is its own iterator: who begins to read it a second time takes the first reader's "
    "examples away. `__iter__` makes a new iterator each time.",
    keeps=0.9,
)
class IsItsOwnIterator(Shared):
    def __iter__(self):
        self.left = super().__iter__()
        return self

    def __next__(self):
        return next(self.left)


@mistake(
    DistributedSampler,
    "Each share has one example more than it should where the ranks divide the examples: ⌊examples / n⌋ + 1 is not "
    "⌈examples / n⌉.",
)
class AlwaysOneMore(Shared):
    def __len__(self):
        return len(self.dataset) // self.ranks + (not self.drop_last)


@mistake(
    DistributedSampler,
    "The dataset is asked for its examples. A sampler gives numbers, and of the dataset it needs the length only.",
)
class HandsOutExamples(Shared):
    def order(self):
        return [self.dataset[place] for place in super().order()]


@mistake(
    DistributedSampler,
    "Tensors come out, one for each number. A sampler gives Python's whole numbers: `.tolist()`.",
    keeps=0.9,
)
class GivesTensors(Shared):
    def part(self, order):
        return torch.tensor(super().part(order), dtype=torch.int64)


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


promised(
    DistributedSampler,
    "Which examples one rank reads, as `torch.utils.data.DistributedSampler`.",
    by=["examples that divide, in order", "shuffled, one epoch"],
)
promised(DistributedSampler, "dataset: anything with a length.", by=["examples that divide, in order"])
promised(DistributedSampler, "num_replicas: the number of ranks.", by=["examples that divide, in order"])
promised(DistributedSampler, "rank: whose share this is.", by=["examples that divide, in order"])
promised(
    DistributedSampler,
    "shuffle: a new order in every epoch, from a generator seeded with `seed + epoch`; else the dataset's order.",
    by=["shuffled, three epochs", "examples that divide, in order"],
)
promised(DistributedSampler, "seed: the same on all ranks.", by=["two seeds"])
promised(
    DistributedSampler,
    "drop_last: what does not divide by the ranks is left out; else the order is filled up from its beginning.",
    by=["the rest dropped", "some are read twice", "fewer examples than ranks"],
)
promised(DistributedSampler, "Says which epoch comes next.", by=["shuffled, three epochs", "back to an earlier epoch"])
promised(DistributedSampler, "Until it is called, it is epoch 0.", by=["the same epoch is the same order"])
promised(
    DistributedSampler, "How many examples this rank reads in an epoch.", by=["some are read twice", "the rest dropped"]
)
promised(DistributedSampler, "The numbers of the examples.", by=["examples that divide, in order"])
