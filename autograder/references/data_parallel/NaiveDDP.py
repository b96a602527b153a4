"""`NaiveDDP`: what is right, and what goes wrong."""

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

from autograder.references import alternative, equivalent, mistake
from autograder.references.data_parallel._shared import NO_BROADCAST, SUM, ZEROS, Wrapper, same_buffers


class NaiveDDP(DistributedDataParallel):
    """torch's own, which has exchanged everything by the end of the backward pass."""

    def __init__(self, module):
        same_buffers(module)
        super().__init__(module, find_unused_parameters=True, broadcast_buffers=False)

    def sync(self):
        pass


NO_BUFFERS = "Buffers are not broadcast at the start: batch statistics differ from rank to rank."

DEAF = (
    "A rank without a gradient does not take part. The others' all-reduce then meets the rank's next one, and "
    "gradients of different parameters are added up. Every rank must call the same all-reduces in the same order: "
    "hand in zeros."
)

DROPS = "What is given by name does not reach the model: forward has to hand on `*inputs` and `**options`."

FROZEN = "Frozen parameters are given gradients: only those with `requires_grad` take part."


@mistake(NaiveDDP, SUM)
class SumsForMean(Wrapper):
    def reduce(self, grad):
        dist.all_reduce(grad)


@mistake(NaiveDDP, NO_BROADCAST)
class NeverBroadcasts(Wrapper):
    def start(self):
        pass


@mistake(NaiveDDP, NO_BUFFERS)
class BroadcastsParametersOnly(Wrapper):
    def start(self):
        for item in self.module.parameters():
            dist.broadcast(item.detach(), 0)


@mistake(NaiveDDP, DEAF)
class SkipsUnused(Wrapper):
    def sync(self):
        for item in self.learning():
            if item.grad is not None:
                self.reduce(item.grad)


@mistake(NaiveDDP, ZEROS)
class FillsEverythingWithZeros(Wrapper):
    def used(self):
        return [True] * len(self.learning())


@mistake(NaiveDDP, "Parameters are averaged, not gradients. That ends the step before the optimizer has made it.")
class AveragesParameters(Wrapper):
    def sync(self):
        for item in self.module.parameters():
            self.reduce(item.detach())


@mistake(NaiveDDP, "Gradients are divided before anybody has added them up, and are never exchanged.")
class OnlyDivides(Wrapper):
    def reduce(self, grad):
        grad /= dist.get_world_size()


@mistake(NaiveDDP, DROPS)
class DropsNames(Wrapper):
    def forward(self, *inputs, **options):
        return self.module(*inputs)


@mistake(NaiveDDP, FROZEN)
class WakesTheFrozen(Wrapper):
    def learning(self):
        return list(self.module.parameters())

    def used(self):
        flags = [item.grad is not None or not item.requires_grad for item in self.learning()]
        flags = torch.tensor(flags, dtype=torch.int64)
        dist.all_reduce(flags)
        return flags.bool().tolist()


@alternative(NaiveDDP)
class DividesFirst(Wrapper):
    def reduce(self, grad):
        grad.mul_(1 / dist.get_world_size())
        dist.all_reduce(grad, op=dist.ReduceOp.SUM)


@alternative(NaiveDDP)
class GathersObjects(Wrapper):
    def sync(self):
        mine = [item.grad for item in self.learning()]
        everybody = [None] * dist.get_world_size()
        dist.all_gather_object(everybody, mine)
        for item, grads in zip(self.learning(), zip(*everybody, strict=True), strict=True):
            found = [grad for grad in grads if grad is not None]
            item.grad = sum(found) / len(everybody) if found else None


equivalent(
    NaiveDDP,
    "for weight, ranks in zip(weights, used.tolist(), strict=True):",
    "for weight, ranks in zip(weights, used.tolist(), strict=False):",
    "there is one flag for each weight",
)
