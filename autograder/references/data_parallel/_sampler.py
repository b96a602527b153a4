"""`DistributedSampler`: the reference, and the frame of most answers."""

import math

import torch
from torch.utils.data import DistributedSampler as TorchSampler

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
        return (order * math.ceil(total / max(len(order), 1)))[:total]

    def part(self, order):
        return order[self.rank :: self.ranks]

    def __iter__(self):
        return iter(self.part(self.even(self.order())))

    def __len__(self):
        return len(self.dataset) // self.ranks if self.drop_last else math.ceil(len(self.dataset) / self.ranks)
