"""`BucketedDDP`: what is right, and what goes wrong."""

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.data_parallel._buckets import Buckets
from autograder.references.data_parallel._shared import NO_BROADCAST, SUM, USERS, ZEROS, same_buffers


class BucketedDDP(DistributedDataParallel):
    """torch's own, with its own buckets."""

    def __init__(self, module, bucket_bytes):
        same_buffers(module)
        super().__init__(
            module, find_unused_parameters=True, broadcast_buffers=False, bucket_cap_mb=bucket_bytes / 2**20
        )

    def sync(self):
        pass


@mistake(BucketedDDP, SUM)
class SumsBuckets(Buckets):
    def mean(self, flat):
        return flat


@mistake(BucketedDDP, NO_BROADCAST)
class BucketsApart(Buckets):
    def start(self):
        pass


@mistake(
    BucketedDDP,
    "Nothing is sent before `sync`: the ranks talk when the backward pass is over, and nothing overlaps. Send a "
    "bucket from the hook that completes it.",
)
class SendsAtTheEnd(Buckets):
    def watch(self, item):
        pass


@mistake(
    BucketedDDP,
    "The backward pass waits for the other ranks at every bucket. Ask for `async_op=True`, keep the handle, and "
    "wait in `sync`.",
)
class Waits(Buckets):
    def send(self, flat):
        dist.all_reduce(flat)


@mistake(
    BucketedDDP,
    "From the second step on each rank keeps its own gradients: how many gradients a bucket waits for has to "
    "be set anew in `sync`, and so has the list of what was sent.",
)
class CountsOnce(Buckets):
    def reset(self):
        if not hasattr(self, "waiting"):
            super().reset()

    def sync(self):
        if any(work is not None for _, work in self.flying.values()):
            super().sync()
            self.flying = {place: (flat, None) for place, (flat, _) in self.flying.items()}


@mistake(
    BucketedDDP,
    "From the second step on the first one's means come back, as when what was sent stays noted as sent. "
    "`sync` has to begin the counts, and the list of what was sent, anew.",
)
class SentOnce(Buckets):
    def reset(self):
        if not hasattr(self, "waiting"):
            super().reset()


@mistake(
    BucketedDDP,
    "From the second step on the first one's means come back, divided once more each time, as when what was sent stays "
    "noted as sent. `sync` has to begin the counts, and the list of what was sent, anew.",
)
class SentOnceDividedAgain(SentOnce):
    def mean(self, flat):
        return flat.div_(dist.get_world_size())


@mistake(
    BucketedDDP,
    "A bucket leaves as soon as it is full, whatever the others do. Where ranks use different parameters, they then "
    "send in different orders, and buckets of one meet other buckets of the next. Send in one fixed order.",
    keeps=0.8,
)
class OutOfOrder(Buckets):
    def launch_ready(self):
        for place, waiting in enumerate(self.waiting):
            if not waiting and place not in self.flying:
                self.launch(place)


@mistake(
    BucketedDDP,
    "A bucket that never fills is never sent: parameters that this rank did not use are left out, and so are those "
    "that share their bucket. Send what is left in `sync`.",
    keeps=0.8,
)
class ForgetsUnused(Buckets):
    def sync(self):
        used = dict(zip(map(id, self.learning()), self.used(), strict=True))
        for place, (flat, work) in self.flying.items():
            self.finish(place, flat, work, used)
        self.reset()


@mistake(BucketedDDP, ZEROS, keeps=0.9)
class FillsBucketsWithZeros(Buckets):
    def used(self):
        return [True] * len(self.learning())


@mistake(
    BucketedDDP,
    "The buckets are sent in the order of the parameters, first layers first. Their gradients come last: all others "
    "wait for them. Send the last bucket first.",
)
class FirstLayersFirst(Buckets):
    def order(self, buckets):
        return buckets


@mistake(
    BucketedDDP,
    "The buckets are sent, but `.grad` stays this rank's own. A bucket made by `torch.cat` is a copy: write "
    "its mean back into each gradient, in `sync`.",
)
class NeverWritesBack(Buckets):
    def finish(self, place, flat, work, used):
        work.wait()


@mistake(
    BucketedDDP,
    "`bucket_bytes` is not heeded: each parameter travels alone. A bucket is closed once it holds at least "
    "`bucket_bytes`.",
)
class OneEach(Buckets):
    def __init__(self, module, bucket_bytes):
        super().__init__(module, 1)


@mistake(
    BucketedDDP,
    "`bucket_bytes` counts numbers instead of bytes: a float32 has four. `parameter.nbytes`, or `numel() * "
    "element_size()`.",
)
class CountsNumbers(Buckets):
    def __init__(self, module, bucket_bytes):
        super().__init__(module, bucket_bytes * next(module.parameters()).element_size())


@mistake(
    BucketedDDP,
    "A bucket is closed before it would overflow. The rule is torch's: it is closed once it holds at least "
    "`bucket_bytes`, so the parameter that fills it is in it.",
)
class ClosesBeforeItOverflows(Buckets):
    def closes(self, held, more, bucket_bytes):
        return held > 0 and held + more > bucket_bytes


@mistake(
    BucketedDDP,
    "A bucket that holds exactly `bucket_bytes` is kept open. It is closed once it holds at least that much: `>=`.",
)
class WantsMoreThanFull(Buckets):
    def closes(self, held, more, bucket_bytes):
        return held > bucket_bytes


@mistake(
    BucketedDDP,
    "All parameters are in one bucket: it is complete when the backward pass is over, and nothing overlaps. Close a "
    "bucket once it holds `bucket_bytes`.",
)
class OneForAll(Buckets):
    def closes(self, held, more, bucket_bytes):
        return False


@mistake(
    BucketedDDP,
    "The buckets are filled from the last parameter on. Walk through the parameters in their order, and turn the "
    "order of the finished buckets round.",
)
class FilledFromTheEnd(Buckets):
    def learning(self):
        return super().learning()[::-1]

    def order(self, buckets):
        return buckets


@mistake(
    BucketedDDP,
    "A bucket never counts from 0 again: once the sum of bytes has reached `bucket_bytes`, every further parameter "
    "gets a bucket of its own.",
)
class NeverCountsAnew(Buckets):
    def filled(self, bucket_bytes):
        buckets, held = [[]], 0
        for item in self.learning():
            if held >= bucket_bytes:
                buckets.append([])
            buckets[-1].append(item)
            held += item.nbytes
        return buckets


@mistake(BucketedDDP, USERS, keeps=0.8)
class BucketsDividedByUsers(Buckets):
    def used(self):
        flags = torch.tensor([float(item.grad is not None) for item in self.learning()])
        dist.all_reduce(flags)
        self.users = dict(zip(map(id, self.learning()), flags.tolist(), strict=True))
        return [users > 0 for users in flags.tolist()]

    def finish(self, place, flat, work, used):
        super().finish(place, flat, work, used)
        for item in self.buckets[place]:
            if used[id(item)]:
                item.grad *= dist.get_world_size() / self.users[id(item)]


@mistake(
    BucketedDDP,
    "One bucket is sent for each arrival, at most. Several may have waited for the one whose turn it was: `while` the "
    "next is full, not `if`.",
)
class OneForEachArrival(Buckets):
    def launch_ready(self):
        if len(self.flying) < len(self.buckets) and not self.waiting[len(self.flying)]:
            self.launch(len(self.flying))


@alternative(BucketedDDP)
class MeansBeforeSending(Buckets):
    def send(self, flat):
        flat.div_(dist.get_world_size())
        return dist.all_reduce(flat, async_op=True)

    def mean(self, flat):
        return flat


@alternative(BucketedDDP)
class WithFutures(Buckets):
    def send(self, flat):
        return dist.all_reduce(flat, async_op=True).get_future()


equivalent(
    BucketedDDP,
    "ranks_of = dict(zip(self.bucket_of, used.tolist(), strict=True))",
    "ranks_of = dict(zip(self.bucket_of, used.tolist(), strict=False))",
    "there is one flag for each weight",
)
equivalent(
    BucketedDDP,
    "for bucket, (flat, handle) in zip(self.buckets, self.sent, strict=True):",
    "for bucket, (flat, handle) in zip(self.buckets, self.sent, strict=False):",
    "by then every bucket has been sent, each once",
)
equivalent(
    BucketedDDP,
    "for weight, grad in zip(bucket, flat.split([weight.numel() for weight in bucket]), strict=True):",
    "for weight, grad in zip(bucket, flat.split([weight.numel() for weight in bucket]), strict=False):",
    "the split makes one piece for each weight",
)

promised(
    BucketedDDP,
    "`NaiveDDP` whose gradients travel in buckets while the backward pass goes on.",
    by=["what has left when the gradient reaches each layer", "the backward pass does not wait for late ranks"],
)
promised(
    BucketedDDP,
    "module: the model, built alike on all ranks, its parameters of one dtype; available as `.module`.",
    by=["outside it is a module like any other"],
)
promised(
    BucketedDDP,
    "All start from rank 0's parameters and buffers.",
    by=["parameters at the start are rank 0's", "tied weights and buffers at the start"],
)
promised(
    BucketedDDP,
    "bucket_bytes: a bucket that holds as much is closed.",
    by=[
        "a bucket for every parameter, and one for all",
        "a bucket that is full to the byte, and one that lacks a byte",
    ],
)
promised(
    BucketedDDP,
    "`model.sync()` is called on every rank after each `backward()`.",
    by="it says when it is called; what it does then is said in the next sentence",
)
promised(
    BucketedDDP,
    "Then gradients are as after `NaiveDDP.sync()`.",
    by=["every parameter after each of three steps", "heads that one rank uses", "a head that no rank uses"],
)
promised(BucketedDDP, "What the module gives for the same arguments.", by=["outside it is a module like any other"])
promised(
    BucketedDDP,
    "Before a backward pass: every bucket misses all its gradients, and nothing has been sent.",
    by=["every parameter after each of three steps"],
)
promised(
    BucketedDDP,
    "The hook: a gradient is there.",
    by=["what has left when the gradient reaches each layer"],
)
promised(BucketedDDP, "Sends what can be sent now.", by=["what has left when the gradient reaches each layer"])
promised(BucketedDDP, "Sends the next bucket, without waiting.", by=["the backward pass does not wait for late ranks"])
promised(
    BucketedDDP,
    "Sends what is left, waits, and makes every gradient the mean over the ranks.",
    by=["heads that one rank uses", "every parameter after each of three steps"],
)
