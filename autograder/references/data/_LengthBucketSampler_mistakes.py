"""Mistakes of `LengthBucketSampler`."""

import torch

from autograder.references import mistake
from autograder.references.data._LengthBucketSampler import LengthBucketSampler


@mistake(
    LengthBucketSampler,
    "The batches of a pool stay in the order of their lengths: short ones first, long ones last. At the end all "
    "batches are shuffled.",
)
class LeavesBatchesSorted(LengthBucketSampler):
    def mixed(self, batches, stream):
        return batches


@mistake(
    LengthBucketSampler,
    "The pools are not sorted: a batch is as mixed as a random one, and nothing is saved. Sort each pool by length "
    "before you cut it.",
)
class NeverSorts(LengthBucketSampler):
    def ordered(self, pool):
        return pool


@mistake(
    LengthBucketSampler,
    "All texts are sorted together, whatever `pool` says: then each text has always the same company. Sort within a "
    "pool of `pool * batch_size` texts.",
)
class SortsAll(LengthBucketSampler):
    def pooled(self, order):
        return [order]


@mistake(
    LengthBucketSampler,
    "All texts are sorted by length, and only the batches are shuffled: every epoch has the same batches, in another "
    "order. Shuffle the texts first, and sort within pools.",
)
class SameBatchesAlways(LengthBucketSampler):
    def epoch_of_batches(self):
        order = sorted(range(len(self.lengths)), key=lambda index: self.lengths[index])
        return self.mixed(self.cut(order), self.stream())


@mistake(
    LengthBucketSampler,
    "The batches are shuffled within each pool, and the pools stay one behind the other. Asked for is one draw, over "
    "all batches of the epoch.",
    keeps=0.6,
)
class ShufflesWithinPools(LengthBucketSampler):
    def epoch_of_batches(self):
        stream = self.stream()
        pools = self.pooled(self.shuffled(stream))
        return [batch for pool in pools for batch in self.mixed(self.cut(self.ordered(pool)), stream)]


@mistake(
    LengthBucketSampler,
    "A pool has `pool` texts. It should have `pool * batch_size`: as many as fill `pool` batches.",
)
class CountsThePoolInTexts(LengthBucketSampler):
    def pooled(self, order):
        return [order[first : first + self.pool] for first in range(0, len(order), self.pool)]

    def epoch_of_batches(self):
        stream = self.stream()
        flat = [index for pool in self.pooled(self.shuffled(stream)) for index in self.ordered(pool)]
        return self.mixed(self.cut(flat), stream)


@mistake(
    LengthBucketSampler,
    "The pools are cut from the dataset's own order: the same texts share a pool in every epoch. Shuffle all texts "
    "first.",
)
class PoolsInOrder(LengthBucketSampler):
    def shuffled(self, stream):
        self.permuted(len(self.lengths), stream)
        return list(range(len(self.lengths)))


@mistake(
    LengthBucketSampler,
    "Each pool is sorted from long to short. Asked for is shortest first.",
    keeps=0.6,
)
class LongestFirst(LengthBucketSampler):
    def ordered(self, pool):
        return sorted(pool, key=lambda index: -self.lengths[index])


@mistake(
    LengthBucketSampler,
    "Texts of the same length are sorted by their index, so that neighbours share a batch more often than by chance. "
    "Leave them in the order in which they came.",
    keeps=0.6,
)
class TiesByIndex(LengthBucketSampler):
    def ordered(self, pool):
        return sorted(pool, key=lambda index: (self.lengths[index], index))


@mistake(
    LengthBucketSampler,
    "The lengths are sorted, and these come out instead of the indices of texts.",
)
class GivesLengths(LengthBucketSampler):
    def cut(self, pool):
        return [[self.lengths[index] for index in batch] for batch in super().cut(pool)]


@mistake(
    LengthBucketSampler,
    "The places within the sorted pool come out, from 0 on, instead of the indices of the texts that stand there.",
)
class GivesPlaces(LengthBucketSampler):
    def ordered(self, pool):
        return sorted(range(len(pool)), key=lambda place: self.lengths[pool[place]])


@mistake(
    LengthBucketSampler,
    "A smaller batch at the end is left out: its texts are never read in this epoch. Keep it.",
    keeps=0.8,
)
class DropsTheLast(LengthBucketSampler):
    def cut(self, pool):
        return [batch for batch in super().cut(pool) if len(batch) == self.size]


@mistake(
    LengthBucketSampler,
    "`len` is rounded down, but there is one batch more where the texts do not divide. It is ⌈texts / batch size⌉.",
    keeps=0.8,
)
class RoundsTheLengthDown(LengthBucketSampler):
    def __len__(self):
        return len(self.lengths) // self.size


@mistake(
    LengthBucketSampler,
    "`len` counts `pool` batches for every pool, but the last pool may have fewer. An epoch has ⌈texts / batch size⌉.",
)
class CountsWholePools(LengthBucketSampler):
    def __len__(self):
        return self.pool * len(self.pooled(range(len(self.lengths))))


@mistake(
    LengthBucketSampler,
    "`len` counts texts. A `batch_sampler` gives batches, and says how many.",
)
class CountsTexts(LengthBucketSampler):
    def __len__(self):
        return len(self.lengths)


@mistake(
    LengthBucketSampler,
    "Indices come one by one. A `batch_sampler` gives a list of indices for each batch.",
)
class GivesSingleIndices(LengthBucketSampler):
    def __iter__(self):
        return iter([index for batch in self.epoch_of_batches() for index in batch])


@mistake(
    LengthBucketSampler,
    "Within a batch the texts are shuffled once more. They stand there as they were sorted; the order of batches is "
    "what is random.",
    keeps=0.6,
)
class ShufflesInside(LengthBucketSampler):
    def mixed(self, batches, stream):
        found = super().mixed(batches, stream)
        return [[batch[place] for place in self.permuted(len(batch), stream)] for batch in found]


@mistake(
    LengthBucketSampler,
    "Batches are tensors, or hold tensors. A sampler gives Python's whole numbers in lists: `.tolist()`.",
    keeps=0.7,
)
class GivesTensors(LengthBucketSampler):
    def cut(self, pool):
        return [[torch.tensor(index) for index in batch] for batch in super().cut(pool)]


@mistake(
    LengthBucketSampler,
    "The caller's own lengths are changed: they are sorted afterwards. Sort indices, by length.",
    keeps=0.9,
)
class SortsTheLengths(LengthBucketSampler):
    def epoch_of_batches(self):
        found = super().epoch_of_batches()
        if isinstance(self.lengths, list):
            kept = list(self.lengths)
            self.lengths.sort()
            self.lengths = kept
        return found
