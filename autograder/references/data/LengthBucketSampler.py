"""`LengthBucketSampler`: other ways that are right, and what is promised."""

import torch

from autograder.references import alternative, promised
from autograder.references.data import (  # noqa: F401  (they register themselves)
    _LengthBucketSampler_epoch_mistakes,
    _LengthBucketSampler_mistakes,
)
from autograder.references.data._LengthBucketSampler import LengthBucketSampler


@alternative(LengthBucketSampler)
class AsAGenerator(LengthBucketSampler):
    def __iter__(self):
        stream = torch.Generator()
        stream.manual_seed(self.seed + self.epoch)
        order = torch.randperm(len(self.lengths), generator=stream)
        sizes = torch.tensor([self.lengths[index] for index in order.tolist()])
        found = []
        for pool, lengths in zip(order.split(self.pool * self.size), sizes.split(self.pool * self.size), strict=True):
            found += pool[lengths.argsort(stable=True)].split(self.size) if len(pool) else []
        for place in torch.randperm(len(found), generator=stream).tolist():
            yield found[place].tolist()


@alternative(LengthBucketSampler)
class WithAKey(LengthBucketSampler):
    def ordered(self, pool):
        return sorted(pool, key=lambda index: self.lengths[index])

    def __len__(self):
        return -(-len(self.lengths) // self.size)


promised(
    LengthBucketSampler,
    "Batches of texts of like length, in another order in every epoch: a `batch_sampler`.",
    by=["lengths in a batch", "three epochs", "in a DataLoader"],
)


promised(LengthBucketSampler, "lengths: how many words each text has.", by=["lengths in a batch"])


promised(LengthBucketSampler, "They are left as they were.", by=["the lengths are left alone"])


promised(
    LengthBucketSampler,
    "batch_size: how many texts a batch has; one at the end of the last pool may have fewer.",
    by=["batches of one", "what does not divide"],
)


promised(
    LengthBucketSampler,
    "pool: how many batches are sorted together.",
    by=["several pools", "pools of one batch", "one pool for all"],
)


promised(LengthBucketSampler, "seed: another seed, another order.", by=["two seeds"])


promised(
    LengthBucketSampler,
    "An epoch draws twice from one `torch.Generator`, seeded with seed + epoch.",
    by=["three epochs", "two seeds"],
)


promised(LengthBucketSampler, "The first `torch.randperm` shuffles the texts.", by=["several pools"])


promised(
    LengthBucketSampler,
    "Their order is cut into pools of `pool * batch_size` texts; each pool is sorted by length, shortest first, those "
    "of the same length in the order in which they came, and cut into batches.",
    by=["several pools", "texts of the same length"],
)


promised(LengthBucketSampler, "The second `torch.randperm` puts all batches in order.", by=["one pool for all"])


promised(LengthBucketSampler, "Torch's own random stream is left alone.", by=["the random stream is left alone"])


promised(LengthBucketSampler, "Says which epoch comes next.", by=["three epochs", "back to an earlier epoch"])


promised(LengthBucketSampler, "Until it is called, it is epoch 0.", by=["the same epoch is the same order"])


promised(LengthBucketSampler, "How many batches an epoch has.", by=["what does not divide", "no texts"])


promised(
    LengthBucketSampler,
    "For each batch the indices of its texts, Python's whole numbers.",
    by=["several pools", "batches of one"],
)
