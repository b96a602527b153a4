"""`broadcast_parameters`: what is right, and what goes wrong."""

import torch
import torch.distributed as dist
from torch import nn

from autograder.references import alternative, mistake
from autograder.references.data_parallel._shared import every_tensor


@torch.no_grad()
def broadcast_parameters(model, source=0):
    for item in every_tensor(model):
        copies = [torch.empty_like(item) for _ in range(dist.get_world_size())]
        dist.all_gather(copies, item.detach().contiguous())
        item.copy_(copies[source])


@mistake(
    broadcast_parameters,
    "Buffers are left out: the running statistics of a batch norm differ from rank to rank. `model.buffers()` has "
    "them.",
)
def parameters_only(model, source=0):
    for item in model.parameters():
        dist.broadcast(item.detach(), source)


@mistake(
    broadcast_parameters,
    "`state_dict` leaves out buffers registered with `persistent=False`. Go through `parameters()` and `buffers()`.",
)
def by_state_dict(model, source=0):
    for item in model.state_dict().values():
        dist.broadcast(item, source)


@mistake(
    broadcast_parameters,
    "Frozen parameters are skipped. They do not learn, but they compute: they have to be equal too.",
)
def skips_the_frozen(model, source=0):
    for item in every_tensor(model):
        if item.requires_grad or not isinstance(item, nn.Parameter):
            dist.broadcast(item.detach(), source)


@mistake(broadcast_parameters, "It is always rank 0 that is copied; `source` says which one.")
def always_rank_0(model, source=0):
    for item in every_tensor(model):
        dist.broadcast(item.detach(), 0)


@mistake(broadcast_parameters, "The ranks are averaged. Then they are equal too, but to a model that nobody made.")
def averages_the_ranks(model, source=0):
    with torch.no_grad():
        for item in every_tensor(model):
            total = item.double()
            dist.all_reduce(total)
            item.copy_(total / dist.get_world_size())


@mistake(
    broadcast_parameters,
    "A copy is broadcast, and thrown away: on the other ranks the model is as before. Broadcast into the parameter "
    "itself.",
)
def broadcasts_a_copy(model, source=0):
    for item in every_tensor(model):
        dist.broadcast(item.detach().clone(), source)


@mistake(
    broadcast_parameters,
    "The model gets new `Parameter` objects. An optimizer that was made before goes on updating the old ones, and "
    "tied weights come apart: write into those there are.",
)
def makes_new_parameters(model, source=0):
    for module in model.modules():
        for name, item in list(module.named_parameters(recurse=False)):
            fresh = nn.Parameter(item.detach().clone(), item.requires_grad)
            dist.broadcast(fresh.data, source)
            setattr(module, name, fresh)
    for item in model.buffers():
        dist.broadcast(item, source)


@alternative(broadcast_parameters)
def under_no_grad(model, source=0):
    with torch.no_grad():
        for item in (*model.parameters(), *model.buffers()):
            dist.broadcast(item, source)


@alternative(broadcast_parameters)
def as_objects(model, source=0):
    box = [[item.detach().clone() for item in every_tensor(model)]]
    dist.broadcast_object_list(box, source)
    with torch.no_grad():
        for item, value in zip(every_tensor(model), box[0], strict=True):
            item.copy_(value)
