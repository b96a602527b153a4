"""`accumulated_gradient`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised


def accumulated_gradient(loss_of, batches, optimizer, every):
    """The definition: the gradient of the group's mean loss, taken at once and put in place."""
    weights = [weight for group in optimizer.param_groups for weight in group["params"] if weight.requires_grad]
    losses = []
    for first in range(0, len(batches), every):
        group = batches[first : first + every]
        total, sums = 0.0, [torch.zeros_like(weight) for weight in weights]
        for batch in group:
            loss = loss_of(batch)
            for place, slope in zip(sums, torch.autograd.grad(loss, weights, allow_unused=True), strict=True):
                place += 0 if slope is None else slope / len(group)
            total += loss.item() / len(group)
            del loss
        for weight, place in zip(weights, sums, strict=True):
            weight.grad = place
        optimizer.step()
        optimizer.zero_grad()
        losses.append(total)
    return losses


def groups_of(batches, every):
    return [batches[first : first + every] for first in range(0, len(batches), every)]


def accumulate(loss_of, batches, optimizer, every, share=len, before=True, each=False, after="step, zero", groups=None):
    """The frame of most answers; mistakes change one decision."""
    losses = []
    if before:
        optimizer.zero_grad()
    for group in groups_of(batches, every) if groups is None else groups:
        total = 0.0
        for batch in group:
            if each:
                optimizer.zero_grad()
            loss = loss_of(batch) / share(group)
            loss.backward()
            total += loss.item() * share(group) / len(group)
            del loss
        for deed in after.split(", "):
            optimizer.step() if deed == "step" else optimizer.zero_grad()
        losses.append(total)
    return losses


@mistake(
    accumulated_gradient,
    "The optimizer steps with nothing: perhaps the gradients are cleared before it. Step first.",
)
def clears_then_steps(loss_of, batches, optimizer, every):
    return accumulate(loss_of, batches, optimizer, every, after="zero, step")


@mistake(
    accumulated_gradient,
    "The gradients are never cleared after a step: each step carries those of all earlier ones along.",
)
def never_clears(loss_of, batches, optimizer, every):
    return accumulate(loss_of, batches, optimizer, every, after="step")


@mistake(
    accumulated_gradient,
    "The gradients are added up and not divided: the step is as many times too long as a group has batches.",
)
def adds_without_dividing(loss_of, batches, optimizer, every):
    return accumulate(loss_of, batches, optimizer, every, share=lambda group: 1)


@mistake(
    accumulated_gradient,
    "Batches that are left over at the end are not used. A last, smaller group gets its step, and its place "
    "in the list, too.",
    keeps=0.72,
)
def forgets_the_rest(loss_of, batches, optimizer, every):
    whole = len(batches) // every * every
    losses = accumulate(loss_of, batches, optimizer, every, groups=groups_of(batches[:whole], every))
    for batch in batches[whole:]:
        (loss_of(batch) / every).backward()
    return losses


@mistake(
    accumulated_gradient,
    "The last group is smaller and divided by `every` all the same: its step is too short. Divide by the number of "
    "batches that the group has.",
    keeps=0.72,
)
def divides_by_every(loss_of, batches, optimizer, every):
    return accumulate(loss_of, batches, optimizer, every, share=lambda group: every)


@mistake(
    accumulated_gradient,
    "The last group is smaller and divided by `every` all the same: its step is too short. Divide by the number of "
    "batches that the group has.",
    keeps=0.72,
)
def divides_losses_by_every_too(loss_of, batches, optimizer, every):
    means = accumulate(loss_of, batches, optimizer, every, share=lambda group: every)
    return [mean * len(group) / every for mean, group in zip(means, groups_of(batches, every), strict=True)]


@mistake(
    accumulated_gradient,
    "The last graph is still held when the next batch begins: `retain_graph=True` keeps what it has saved as "
    "long as anybody holds its loss. Each graph goes back once: let it be freed.",
)
def keeps_the_graphs(loss_of, batches, optimizer, every):
    losses = []
    optimizer.zero_grad()
    for group in groups_of(batches, every):
        total = 0.0
        for batch in group:
            loss = loss_of(batch) / len(group)
            loss.backward(retain_graph=True)
            total += loss.item()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(total)
    return losses


@mistake(
    accumulated_gradient,
    "There is a step after each batch: nothing is accumulated.",
)
def steps_at_once(loss_of, batches, optimizer, every):
    losses = []
    for batch in batches:
        optimizer.zero_grad()
        loss = loss_of(batch)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        del loss
    optimizer.zero_grad()
    return [sum(group) / len(group) for group in groups_of(losses, every)]


@mistake(
    accumulated_gradient,
    "A step sees only the last batch of its group, as when the gradients are cleared before each batch. "
    "Clear them once for each group.",
)
def keeps_the_last_batch(loss_of, batches, optimizer, every):
    return accumulate(loss_of, batches, optimizer, every, each=True)


@mistake(
    accumulated_gradient,
    "`it % every == 0` is true for it = 0: the first step comes after one batch. Count from one: (it + 1) % every.",
)
def steps_one_too_early(loss_of, batches, optimizer, every):
    groups = [batches[:1], *groups_of(batches[1:], every)]
    return accumulate(loss_of, batches, optimizer, every, share=lambda group: every, groups=groups)


@mistake(
    accumulated_gradient,
    "What stood in `.grad` before goes into the first step. Clear it before you begin.",
    keeps=0.85,
)
def begins_with_the_old(loss_of, batches, optimizer, every):
    return accumulate(loss_of, batches, optimizer, every, before=False)


@mistake(
    accumulated_gradient,
    "The losses of a group are sent back only when all are there: the numbers are right, but all its graphs "
    "are held at once, and saving that memory was the point. Call `backward` for each batch.",
)
def holds_all_graphs(loss_of, batches, optimizer, every):
    losses = []
    optimizer.zero_grad()
    for group in groups_of(batches, every):
        loss = sum(loss_of(batch) for batch in group) / len(group)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    return losses


@mistake(
    accumulated_gradient,
    "The list holds the sum of a group's losses; asked for is their mean.",
)
def returns_sums(loss_of, batches, optimizer, every):
    means = accumulate(loss_of, batches, optimizer, every)
    return [mean * len(group) for mean, group in zip(means, groups_of(batches, every), strict=True)]


@mistake(
    accumulated_gradient,
    "The order is mended, and the rest is as it was: one loss for each batch in the place of a mean for each group, "
    "and no step for the batches that are left over.",
)
def mends_the_order_only(loss_of, batches, optimizer, every):
    losses = []
    for it, batch in enumerate(batches):
        loss = loss_of(batch) / every
        loss.backward()
        losses.append(loss.item())
        if (it + 1) % every == 0:
            optimizer.step()
            optimizer.zero_grad()
    return losses


@mistake(
    accumulated_gradient,
    "The gradients of the last group are still in `.grad` at the end: clear them after each step, too.",
    keeps=0.85,
)
def leaves_the_last(loss_of, batches, optimizer, every):
    losses = []
    for group in groups_of(batches, every):
        optimizer.zero_grad()
        losses.append(accumulate(loss_of, group, optimizer, every, before=False, after="step")[0])
    return losses


@mistake(
    accumulated_gradient,
    "There is always a step at the end, also when no batch is left over: with momentum or weight decay it moves the "
    "weights once more.",
)
def steps_once_more(loss_of, batches, optimizer, every):
    losses = accumulate(loss_of, batches, optimizer, every)
    if len(batches) % every == 0:
        optimizer.zero_grad(set_to_none=False)
        optimizer.step()
    return losses


@mistake(
    accumulated_gradient,
    "The losses are tensors. Promised are Python floats: `loss.item()`.",
)
def returns_tensors(loss_of, batches, optimizer, every):
    return [torch.tensor(mean) for mean in accumulate(loss_of, batches, optimizer, every)]


@mistake(
    accumulated_gradient,
    "The list holds the loss of the last batch of each group; promised is the mean over the group.",
)
def returns_the_last(loss_of, batches, optimizer, every):
    seen = []

    def noted(batch):
        loss = loss_of(batch)
        seen.append(loss.item())
        return loss

    accumulate(noted, batches, optimizer, every)
    return [group[-1] for group in groups_of(seen, every)]


@mistake(
    accumulated_gradient,
    "The list holds one loss for each batch; promised is the mean for each group.",
)
def returns_every_loss(loss_of, batches, optimizer, every):
    seen = []

    def noted(batch):
        loss = loss_of(batch)
        seen.append(loss.item())
        return loss

    accumulate(noted, batches, optimizer, every)
    return seen


@mistake(
    accumulated_gradient,
    "The losses in the list are divided by the number of batches twice. If you note `loss / n` for each "
    "batch, their sum is the mean already.",
)
def divides_the_loss_twice(loss_of, batches, optimizer, every):
    means = accumulate(loss_of, batches, optimizer, every)
    return [mean / len(group) for mean, group in zip(means, groups_of(batches, every), strict=True)]


@mistake(
    accumulated_gradient,
    "Only the first of the optimizer's groups of parameters is divided by the number of batches. `param_groups` may "
    "hold several.",
    keeps=0.95,
)
def knows_one_group(loss_of, batches, optimizer, every):
    losses = []
    optimizer.zero_grad()
    for group in groups_of(batches, every):
        total = sum(_backward(loss_of(batch)).item() for batch in group)
        for weight in optimizer.param_groups[0]["params"]:
            weight.grad /= len(group)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(total / len(group))
    return losses


@mistake(
    accumulated_gradient,
    "Every gradient is divided, also where there is none: of a parameter that takes no part in the loss, "
    "`.grad` is None. Divide the loss instead, or leave such parameters out.",
    keeps=0.97,
)
def divides_what_may_be_none(loss_of, batches, optimizer, every):
    means = []
    optimizer.zero_grad()
    for first in range(0, len(batches), every):
        group, losses = batches[first : first + every], []
        for batch in group:
            loss = loss_of(batch)
            loss.backward()
            losses.append(loss.item())
        for settings in optimizer.param_groups:
            for parameter in settings["params"]:
                parameter.grad /= len(group)
        optimizer.step()
        optimizer.zero_grad()
        means.append(sum(losses) / len(losses))
    return means


@alternative(accumulated_gradient)
def with_a_counter(loss_of, batches, optimizer, every):
    losses, waiting = [], []
    optimizer.zero_grad(set_to_none=False)
    for number, batch in enumerate(batches, 1):
        waiting.append(float(_backward(loss_of(batch))))
        if number % every == 0 or number == len(batches):
            for group in optimizer.param_groups:
                for weight in group["params"]:
                    weight.grad = None if weight.grad is None else weight.grad / len(waiting)
            optimizer.step()
            optimizer.zero_grad(set_to_none=False)
            losses.append(sum(waiting) / len(waiting))
            waiting = []
    return losses


def _backward(loss):
    loss.backward()
    return loss.detach()


@alternative(accumulated_gradient)
def with_a_tuple(loss_of, batches, optimizer, every):
    return list(accumulate(loss_of, list(batches), optimizer, every, after="step, zero"))


promised(
    accumulated_gradient,
    "Trains with one step for every `every` batches, along the mean of their gradients.",
    by=["whole groups", "a step for each batch"],
)
promised(
    accumulated_gradient,
    "loss_of: from a batch to its loss, shape ().",
    by=["the docstring's example", "one graph at a time"],
)
promised(
    accumulated_gradient,
    "One graph at a time: each loss is sent back before the next batch.",
    by=["one graph at a time"],
)
promised(
    accumulated_gradient,
    "batches: at least one.",
    by=["one batch"],
)
promised(
    accumulated_gradient,
    "What is left over at the end is a smaller group, with a step of its own.",
    by=["one batch is left over", "two batches are left over", "fewer batches than a group takes"],
)
promised(
    accumulated_gradient,
    "optimizer: holds the parameters.",
    by=["two groups of parameters", "an optimizer with a memory"],
)
promised(
    accumulated_gradient,
    "Gradients from before do not count, and none are left.",
    by=["gradients from before do not count"],
)
promised(
    accumulated_gradient,
    "every: batches in a group, at least 1.",
    by=["a step for each batch"],
)
promised(
    accumulated_gradient,
    "The mean loss of each group, as Python floats.",
    by=["whole groups", "two batches are left over"],
)
