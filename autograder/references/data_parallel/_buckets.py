"""`BucketedDDP`: the frame of most answers."""

import torch
import torch.distributed as dist

from autograder.references.data_parallel._shared import Wrapper


class Buckets(Wrapper):
    """Mistakes change one of its methods."""

    def __init__(self, module, bucket_bytes):
        super().__init__(module)
        self.buckets = self.order([bucket for bucket in self.filled(bucket_bytes) if bucket])
        self.of = {id(item): place for place, bucket in enumerate(self.buckets) for item in bucket}
        self.reset()
        for item in self.learning():
            self.watch(item)

    def filled(self, bucket_bytes):
        buckets = [[]]
        for item in self.learning():
            if self.closes(sum(each.nbytes for each in buckets[-1]), item.nbytes, bucket_bytes):
                buckets.append([])
            buckets[-1].append(item)
        return buckets

    def closes(self, held, more, bucket_bytes):
        """Whether a bucket that holds so many bytes is closed before so many more come."""
        return held >= bucket_bytes

    def order(self, buckets):
        return buckets[::-1]

    def watch(self, item):
        item.register_post_accumulate_grad_hook(self.arrived)

    def reset(self):
        self.waiting = [len(bucket) for bucket in self.buckets]
        self.flying = {}

    def arrived(self, item):
        self.waiting[self.of[id(item)]] -= 1
        self.launch_ready()

    def launch_ready(self):
        while len(self.flying) < len(self.buckets) and not self.waiting[len(self.flying)]:
            self.launch(len(self.flying))

    def launch(self, place):
        grads = [torch.zeros_like(item) if item.grad is None else item.grad for item in self.buckets[place]]
        flat = torch.cat([grad.flatten() for grad in grads])
        self.flying[place] = flat, self.send(flat)

    def send(self, flat):
        return dist.all_reduce(flat, async_op=True)

    def sync(self):
        for place in range(len(self.buckets)):
            if place not in self.flying:
                self.launch(place)
        used = dict(zip(map(id, self.learning()), self.used(), strict=True))
        for place, (flat, work) in self.flying.items():
            self.finish(place, flat, work, used)
        self.reset()

    def finish(self, place, flat, work, used):
        if work:
            work.wait()
        flat = self.mean(flat)
        for item, grad in zip(
            self.buckets[place], flat.split([item.numel() for item in self.buckets[place]]), strict=True
        ):
            if used[id(item)]:
                item.grad = grad.view_as(item).clone()

    def mean(self, flat):
        return flat / dist.get_world_size()
