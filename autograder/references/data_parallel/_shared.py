"""What several references of this topic share."""

import torch
import torch.distributed as dist
from torch import nn


def rebuilt(like, items):
    """A container of the same type with other items: a dict's are its values."""
    return dict(zip(like, items, strict=True)) if isinstance(like, dict) else type(like)(items)


def every_tensor(model):
    return [*model.parameters(), *model.buffers()]


def same_buffers(module):
    """What torch does at the start and before every forward pass, or not at all; the lesson does it at the start."""
    for item in module.buffers():
        dist.broadcast(item, 0)


class Wrapper(nn.Module):
    """The frame of most answers; mistakes change one of its methods."""

    def __init__(self, module):
        super().__init__()
        self.module = module
        self.start()

    def start(self):
        for item in every_tensor(self.module):
            dist.broadcast(item.detach(), 0)

    def forward(self, *inputs, **options):
        return self.module(*inputs, **options)

    def learning(self):
        return [item for item in self.module.parameters() if item.requires_grad]

    def used(self):
        """For each learning parameter, whether some rank has a gradient for it."""
        flags = torch.tensor([float(item.grad is not None) for item in self.learning()])
        dist.all_reduce(flags)
        return [flag > 0 for flag in flags.tolist()]

    def sync(self):
        for item, used in zip(self.learning(), self.used(), strict=True):
            if used:
                item.grad = torch.zeros_like(item) if item.grad is None else item.grad
                self.reduce(item.grad)

    def reduce(self, grad):
        dist.all_reduce(grad)
        grad /= dist.get_world_size()


SUM = "Gradients are added up and not divided: with n ranks they are n times too large. DDP takes the mean."

NO_BROADCAST = (
    "The ranks start from different weights, and equal gradients keep them apart. Broadcast rank 0's "
    "parameters and buffers in `__init__`, into the model's own tensors. With one seed on every rank nobody "
    "would notice."
)

ZEROS = (
    "A parameter that no rank used gets a gradient of zeros. With weight decay or momentum it moves all the same; "
    "in a single process its gradient is None, and the optimizer leaves it alone."
)

USERS = (
    "A gradient is divided by the number of ranks that have one. A rank that has none counts as zeros: divide by the "
    "number of all ranks."
)
