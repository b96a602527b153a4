"""`train_step`: what is right, and the frame of most answers."""

import torch
from torch.nn import functional as F

PADDING = -100


def train_step(model, optimizer, schedule, micro_batches):
    """The definition: the gradient of the mean over all tokens, taken part by part and put in place."""
    weights = [weight for group in optimizer.param_groups for weight in group["params"]]
    count = sum(int((labels != PADDING).sum()) for _, labels in micro_batches)
    total, slopes = 0.0, [None] * len(weights)
    for tokens, labels in micro_batches:
        logits = model(tokens).log_softmax(dim=-1)
        known = labels != PADDING
        loss = -logits.gather(-1, labels.clamp(min=0).unsqueeze(-1)).squeeze(-1)[known].sum() / count
        found = torch.autograd.grad(loss, weights, allow_unused=True)
        slopes = [new if old is None else old if new is None else old + new for old, new in zip(slopes, found)]  # noqa: B905
        total += loss.item()
        del loss, logits, known, found
    for weight, slope in zip(weights, slopes, strict=True):
        weight.grad = slope
    optimizer.step()
    schedule.step()
    optimizer.zero_grad()
    return total


def of_all(micro_batches, labels):
    return sum((each != PADDING).sum().item() for _, each in micro_batches)


def accumulate(
    model, optimizer, schedule, micro_batches,
    share=of_all, each="", before="zero", after="optimizer schedule zero", told=sum,
):  # fmt: skip
    """The frame of most answers; mistakes change one decision."""
    deeds = {"zero": optimizer.zero_grad, "optimizer": optimizer.step, "schedule": schedule.step}

    def do(words):
        for word in words.split():
            deeds[word]()

    do(before)
    losses = []
    for tokens, labels in micro_batches:
        loss = F.cross_entropy(model(tokens).flatten(0, 1), labels.flatten(), reduction="sum", ignore_index=PADDING)
        loss = loss / share(micro_batches, labels)
        loss.backward()
        losses.append(loss.item())
        del loss
        do(each)
    do(after)
    return told(losses)
