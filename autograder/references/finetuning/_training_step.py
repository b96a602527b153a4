"""`training_step`: the oracle, and a step with one of its parts changed."""

import torch


def moved(batch, model):
    place = next(model.parameters()).device
    return {name: value.to(place) for name, value in batch.items()}


def clipped(model, max_norm):
    """By hand: all gradients together are no longer than that."""
    slopes = [value.grad for value in model.parameters() if value.grad is not None]
    length = sum(float((slope.double() ** 2).sum()) for slope in slopes) ** 0.5
    for slope in slopes:
        slope.mul_(min(1.0, max_norm / (length + 1e-6)))


def step(model, batch, optimizer, schedule, max_norm, without=(), loss_of=None):
    """Each thing that has to happen, but for those that are named."""
    if "train" not in without:
        model.train()
    if "clear before" not in without:
        model.zero_grad()
    loss = model(**(batch if "move" in without else moved(batch, model))).loss
    (loss if loss_of is None else loss_of(loss)).backward()
    if "clip" not in without:
        clipped(model, max_norm)
    if "optimizer" not in without:
        optimizer.step()
    if "schedule" not in without:
        schedule.step()
    if "clear after" not in without:
        model.zero_grad()
    return float(loss.detach())


def training_step(model, batch, optimizer, schedule, max_norm=1.0):
    with torch.enable_grad():
        return step(model, batch, optimizer, schedule, max_norm)
