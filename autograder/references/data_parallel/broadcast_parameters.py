"""`broadcast_parameters`: what is right, and what goes wrong."""

import torch
import torch.distributed as dist
from torch import nn

from autograder.references import alternative, mistake, promised
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
    keeps=0.65,
)
def parameters_only(model, source=0):
    for item in model.parameters():
        dist.broadcast(item.detach(), source)


@mistake(
    broadcast_parameters,
    "Buffers that are not saved are left out: `state_dict` does not list what was registered with "
    "`persistent=False`. Go through `parameters()` and `buffers()`.",
    keeps=0.75,
)
def by_state_dict(model, source=0):
    for item in model.state_dict().values():
        dist.broadcast(item, source)


@mistake(
    broadcast_parameters,
    "Frozen parameters are skipped. They do not learn, but they compute: they have to be equal too.",
    keeps=0.85,
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
    "The model gets new `Parameter` objects. An optimizer that was made before goes on updating the old "
    "ones, and tied weights may come apart: write into those there are.",
    keeps=0.8,
)
def makes_new_parameters(model, source=0):
    for module in model.modules():
        for name, item in list(module.named_parameters(recurse=False)):
            fresh = nn.Parameter(item.detach().clone(), item.requires_grad)
            dist.broadcast(fresh.data, source)
            setattr(module, name, fresh)
    for item in model.buffers():
        dist.broadcast(item, source)


@mistake(
    broadcast_parameters,
    "Only what has at least two dimensions is sent: biases, and the scales of a norm, are parameters too.",
)
def weights_only(model, source=0):
    for item in every_tensor(model):
        if item.dim() > 1 or not isinstance(item, nn.Parameter):
            dist.broadcast(item.detach(), source)


@mistake(
    broadcast_parameters,
    "The ranks' models are added up: `all_reduce` makes a sum. One rank's values are to be copied, by `broadcast`.",
)
def adds_up_the_ranks(model, source=0):
    for item in every_tensor(model):
        dist.all_reduce(item.detach())


@mistake(
    broadcast_parameters,
    "Only the model's own parameters are sent, none of the modules inside it: `parameters()` goes through all of them.",
)
def stays_on_top(model, source=0):
    for item in [*model.parameters(recurse=False), *model.buffers(recurse=False)]:
        dist.broadcast(item.detach(), source)


@mistake(
    broadcast_parameters,
    "Every parameter asks for gradients afterwards: a layer that was frozen learns again. Leave `requires_grad` as it "
    "is.",
    keeps=0.9,
)
def wakes_the_frozen(model, source=0):
    for item in every_tensor(model):
        dist.broadcast(item.detach(), source)
    model.requires_grad_(True)


@mistake(
    broadcast_parameters,
    "The parameters stop learning: `requires_grad` is off afterwards. Write into `item.detach()`, or under "
    "`torch.no_grad()`, which changes nothing about the parameter.",
    keeps=0.8,
)
def freezes_what_learns(model, source=0):
    for item in every_tensor(model):
        dist.broadcast(item.requires_grad_(False), source)


@mistake(
    broadcast_parameters,
    "Whole-number buffers are left out, as the count of batches in a batch norm. They belong to the model as any "
    "other.",
    keeps=0.75,
)
def skips_whole_numbers(model, source=0):
    for item in every_tensor(model):
        if item.is_floating_point():
            dist.broadcast(item.detach(), source)


@mistake(
    broadcast_parameters,
    "All that travels passes through float32: double precision and large whole numbers lose their last digits.",
    keeps=0.9,
)
def passes_through_float(model, source=0):
    for item in every_tensor(model):
        values = item.detach().float()
        dist.broadcast(values, source)
        item.detach().copy_(values)


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


promised(
    broadcast_parameters,
    "Gives the model of rank `source` to all ranks: every parameter, frozen or not, and every buffer, saved or not.",
    by=["a linear layer", "frozen layers", "buffers", "a buffer that is not saved"],
)
promised(broadcast_parameters, "model: built alike on all ranks.", by="it says what is handed over")
promised(
    broadcast_parameters,
    "Its parameters stay the same objects, since an optimizer may hold them; what requires a gradient, what is tied, "
    "and the mode stay as they are.",
    by=["the parameters stay the same objects", "what learns and the mode stay as they are"],
)
promised(broadcast_parameters, "source: the rank whose values count.", by=["another source"])
