"""Mistakes of `LengthBucketSampler` about epochs and random streams."""

import random

import torch

from autograder.references import mistake
from autograder.references.data._LengthBucketSampler import LengthBucketSampler


@mistake(
    LengthBucketSampler,
    "Every epoch has the same order: the epoch does not reach the seed. Seed the generator with `seed + epoch`.",
)
class ForgetsTheEpoch(LengthBucketSampler):
    def stream_seed(self):
        return self.seed


@mistake(
    LengthBucketSampler,
    "The seed is not heeded: two seeds give the same order. Seed the generator with `seed + epoch`.",
    keeps=0.6,
)
class ForgetsTheSeed(LengthBucketSampler):
    def stream_seed(self):
        return self.epoch


@mistake(
    LengthBucketSampler,
    "The order comes from torch's global random stream: it depends on what was drawn before, and the same epoch has "
    "another order each time. Make a generator of your own, seeded with `seed + epoch`.",
)
class DrawsGlobally(LengthBucketSampler):
    def stream(self):
        return None


@mistake(
    LengthBucketSampler,
    "Torch's global random stream is seeded, as by `torch.manual_seed`: dropout and all else start again. Make a "
    "generator of your own.",
    keeps=0.95,
)
class SeedsGlobally(LengthBucketSampler):
    def stream(self):
        torch.manual_seed(self.stream_seed())


@mistake(
    LengthBucketSampler,
    "The same epoch has another order each time it is read, as when one generator goes on drawing. Seed it anew in "
    "`__iter__`.",
    keeps=0.8,
)
class GoesOnDrawing(LengthBucketSampler):
    def set_epoch(self, epoch):
        self.epoch = epoch
        self.running = super().stream()

    def stream(self):
        if not hasattr(self, "running"):
            self.set_epoch(self.epoch)
        return self.running


@mistake(
    LengthBucketSampler,
    "From a later epoch, `set_epoch(0)` does not lead back to the first one, as where it says `if epoch` or "
    "`epoch or self.epoch`: 0 counts as false. It is an epoch like any other.",
)
class PassesOverEpochZero(LengthBucketSampler):
    def set_epoch(self, epoch):
        if epoch:
            super().set_epoch(epoch)


@mistake(
    LengthBucketSampler,
    "Reading moves the epoch on by itself. Who reads the same epoch twice gets the same order; only `set_epoch` "
    "changes it.",
    keeps=0.8,
)
class MovesOnByItself(LengthBucketSampler):
    def __iter__(self):
        found = super().__iter__()
        self.epoch += 1
        return found


@mistake(
    LengthBucketSampler,
    "Both draws begin at the start of the same stream: the batches are shuffled with a generator that was seeded anew. "
    "Draw twice from one generator.",
    keeps=0.6,
)
class SeedsTwice(LengthBucketSampler):
    def mixed(self, batches, stream):
        return super().mixed(batches, self.stream())


@mistake(
    LengthBucketSampler,
    "Python's own `random` shuffles here. Both orders are promised to come from `torch.randperm`, with one generator "
    "seeded with `seed + epoch`.",
)
class ShufflesInPython(LengthBucketSampler):
    def stream(self):
        return random.Random(self.stream_seed())

    def permuted(self, count, stream):
        order = list(range(count))
        stream.shuffle(order)
        return order


@mistake(
    LengthBucketSampler,
    "There is one iterator for all: who begins to read a second time takes the first reader's batches away. `__iter__` "
    "makes a new one each time.",
    keeps=0.8,
)
class IsItsOwnIterator(LengthBucketSampler):
    def __iter__(self):
        self.left = super().__iter__()
        return self

    def __next__(self):
        return next(self.left)


@mistake(
    LengthBucketSampler,
    "While an epoch is read, torch's own random stream is not the reader's: what is drawn between two batches, as by "
    "dropout, comes from another one, which is put back only at the end. Make a generator of your own.",
    keeps=0.95,
)
class BorrowsTheStream(SeedsGlobally):
    def __iter__(self):
        with torch.random.fork_rng(devices=[]):
            yield from super().__iter__()
