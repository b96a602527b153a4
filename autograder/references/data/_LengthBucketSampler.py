"""`LengthBucketSampler`: what is right, and the frame of most answers."""

import math

import torch
from torch.utils.data import Sampler


class LengthBucketSampler(Sampler):
    """Step by step; mistakes change one of the steps."""

    def __init__(self, lengths, batch_size, pool=10, seed=0):
        self.lengths, self.size, self.pool, self.seed, self.epoch = lengths, batch_size, pool, seed, 0

    def set_epoch(self, epoch):
        self.epoch = epoch

    def stream(self):
        return torch.Generator().manual_seed(self.stream_seed())

    def stream_seed(self):
        return self.seed + self.epoch

    def permuted(self, count, stream):
        return [int(place) for place in torch.randperm(count, generator=stream)]

    def shuffled(self, stream):
        return self.permuted(len(self.lengths), stream)

    def pooled(self, order):
        step = self.pool * self.size
        return [order[first : first + step] for first in range(0, len(order), step)]

    def ordered(self, pool):
        """Sorted by insertion, behind all that are no longer."""
        found = []
        for index in pool:
            place = sum(self.lengths[other] <= self.lengths[index] for other in found)
            found.insert(place, index)
        return found

    def cut(self, pool):
        return [pool[first : first + self.size] for first in range(0, len(pool), self.size)]

    def mixed(self, batches, stream):
        return [batches[place] for place in self.permuted(len(batches), stream)]

    def epoch_of_batches(self):
        stream = self.stream()
        pools = self.pooled(self.shuffled(stream))
        return self.mixed([batch for pool in pools for batch in self.cut(self.ordered(pool))], stream)

    def __iter__(self):
        return iter(self.epoch_of_batches())

    def __len__(self):
        return math.ceil(len(self.lengths) / self.size)
