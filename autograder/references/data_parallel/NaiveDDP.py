"""`NaiveDDP`: what is right, and what goes wrong."""

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.data_parallel._shared import (
    NO_BROADCAST,
    SUM,
    USERS,
    ZEROS,
    Wrapper,
    every_tensor,
    same_buffers,
)


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


@mistake(NaiveDDP, NO_BUFFERS, keeps=0.85)
class BroadcastsParametersOnly(Wrapper):
    def start(self):
        for item in self.module.parameters():
            dist.broadcast(item.detach(), 0)


@mistake(NaiveDDP, DEAF, keeps=0.7)
class SkipsUnused(Wrapper):
    def sync(self):
        for item in self.learning():
            if item.grad is not None:
                self.reduce(item.grad)


@mistake(NaiveDDP, ZEROS, keeps=0.85)
class FillsEverythingWithZeros(Wrapper):
    def used(self):
        return [True] * len(self.learning())


@mistake(NaiveDDP, "Parameters are averaged, not gradients. That ends the step before the optimizer has made it.")
class AveragesParameters(Wrapper):
    def sync(self):
        for item in self.module.parameters():
            self.reduce(item.detach())


@mistake(
    NaiveDDP,
    "Each rank ends with its own gradient, divided by the number of ranks: what the others have is not "
    "added. `all_reduce` adds up in the very tensor that it is given, so give it the gradient.",
)
class OnlyDivides(Wrapper):
    def reduce(self, grad):
        grad /= dist.get_world_size()


@mistake(NaiveDDP, DROPS)
class DropsNames(Wrapper):
    def forward(self, *inputs, **options):
        return self.module(*inputs)


@mistake(NaiveDDP, FROZEN, keeps=0.98)
class WakesTheFrozen(Wrapper):
    def learning(self):
        return list(self.module.parameters())

    def used(self):
        flags = [item.grad is not None or not item.requires_grad for item in self.learning()]
        flags = torch.tensor(flags, dtype=torch.int64)
        dist.all_reduce(flags)
        return flags.bool().tolist()


@mistake(NaiveDDP, USERS, keeps=0.7)
class DividesByUsers(Wrapper):
    def sync(self):
        flags = torch.tensor([float(item.grad is not None) for item in self.learning()])
        dist.all_reduce(flags)
        for item, users in zip(self.learning(), flags.tolist(), strict=True):
            if users:
                item.grad = torch.zeros_like(item) if item.grad is None else item.grad
                dist.all_reduce(item.grad)
                item.grad /= users


@mistake(
    NaiveDDP,
    "Only rank 0 has the mean, as after `reduce`: the others go on with something else, and the models come "
    "apart. Every rank needs it: `all_reduce`.",
)
class ReducesToOne(Wrapper):
    def reduce(self, grad):
        dist.reduce(grad, 0)
        if dist.get_rank() == 0:
            grad /= dist.get_world_size()


@mistake(
    NaiveDDP,
    "Rank 0's gradients are handed to all: the ranks stay equal, but what the others have computed counts nothing.",
)
class BroadcastsGradients(Wrapper):
    def reduce(self, grad):
        dist.broadcast(grad, 0)


@mistake(
    NaiveDDP,
    "The ranks start from the mean of their models. They are equal then, but to a model that nobody made: all start "
    "from rank 0's.",
)
class StartsFromTheMean(Wrapper):
    def start(self):
        with torch.no_grad():
            for item in every_tensor(self.module):
                total = item.double()
                dist.all_reduce(total)
                item.copy_(total / dist.get_world_size())


@mistake(
    NaiveDDP,
    "Gradients are weighed by the rows of each rank. Asked for is the plain mean over the ranks; who wants to weigh "
    "does it in the loss.",
)
class WeighsByRows(Wrapper):
    def forward(self, *inputs, **options):
        self.rows = torch.tensor(float(len(inputs[0])))
        return self.module(*inputs, **options)

    def reduce(self, grad):
        total = self.rows.clone()
        dist.all_reduce(total)
        grad *= self.rows / total
        dist.all_reduce(grad)


@mistake(
    NaiveDDP,
    "Parameters of one dimension are not exchanged: every rank keeps its own gradients of the biases.",
)
class ForgetsBiases(Wrapper):
    def reduce(self, grad):
        if grad.dim() > 1:
            super().reduce(grad)


@mistake(
    NaiveDDP,
    "A mean gradient of nothing but zeros is taken for none. A weight that was used may have a gradient of zeros, and "
    "its optimizer's step (weight decay, momentum) is due: ask the ranks whether they have one.",
    keeps=0.98,
)
class ZerosAreNone(Wrapper):
    def sync(self):
        super().sync()
        for item in self.module.parameters():
            if item.grad is not None and not item.grad.any():
                item.grad = None


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

promised(
    NaiveDDP,
    "A model that learns on all ranks alike, as `DistributedDataParallel`.",
    by=["every parameter after each of three steps"],
)
promised(
    NaiveDDP,
    "module: the model, built alike on all ranks; available as `.module`.",
    by=["outside it is a module like any other"],
)
promised(
    NaiveDDP,
    "All start from rank 0's parameters and buffers.",
    by=["parameters at the start are rank 0's", "tied weights and buffers at the start"],
)
promised(
    NaiveDDP,
    "`model.sync()` is called on every rank after `backward()`.",
    by="it says when it is called; what it does then is said in the next sentences",
)
promised(
    NaiveDDP,
    "It makes each gradient the mean over the ranks; a rank that has none counts as zeros.",
    by=["every parameter after each of three steps", "heads that one rank uses"],
)
promised(NaiveDDP, "Where no rank has one, it stays None.", by=["a head that no rank uses"])
promised(NaiveDDP, "Frozen parameters get none.", by=["a frozen layer"])
promised(NaiveDDP, "What the module gives for the same arguments.", by=["outside it is a module like any other"])
promised(NaiveDDP, "Makes every gradient the mean over the ranks.", by=["every parameter after each of three steps"])
