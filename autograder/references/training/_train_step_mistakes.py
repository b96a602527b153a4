"""Mistakes of `train_step`."""

import torch
from torch.nn import functional as F

from autograder.references import mistake
from autograder.references.training._train_step import PADDING, accumulate, of_all, train_step


@mistake(
    train_step,
    "The gradients of the last step are still there when the next one begins, and are added to. Clear them with "
    "`zero_grad`, once a step.",
)
def never_clears(model, optimizer, schedule, micro_batches):
    return accumulate(model, optimizer, schedule, micro_batches, before="", after="optimizer schedule")


@mistake(
    train_step,
    "The schedule goes on with each part of the batch: after four parts it is four steps ahead. One step of the "
    "optimizer, one of the schedule.",
)
def schedule_for_each_part(model, optimizer, schedule, micro_batches):
    return accumulate(model, optimizer, schedule, micro_batches, each="schedule", after="optimizer zero")


@mistake(
    train_step,
    "The schedule steps before the optimizer: this step takes the rate of the next one already, and the first rate is "
    "never used.",
)
def schedule_first(model, optimizer, schedule, micro_batches):
    return accumulate(model, optimizer, schedule, micro_batches, after="schedule optimizer zero")


@mistake(train_step, "The schedule does not go on: the rate is the same after the step as before.")
def no_schedule(model, optimizer, schedule, micro_batches):
    return accumulate(model, optimizer, schedule, micro_batches, after="optimizer zero")


@mistake(
    train_step,
    "Each part's mean is divided by the number of parts: a token in a short part counts more than one in a long part. "
    "Divide every sum by the tokens of all parts together.",
)
def mean_of_means(model, optimizer, schedule, micro_batches):
    def share(parts, labels):
        return len(parts) * max(1, (labels != PADDING).sum().item())

    return accumulate(model, optimizer, schedule, micro_batches, share=share)


@mistake(
    train_step,
    "Each part's mean is divided by the number of parts, and where a part is all padding its mean is 0 / 0. Divide "
    "every sum by the tokens of all parts together.",
)
def mean_of_means_with_nan(model, optimizer, schedule, micro_batches):
    def share(parts, labels):
        return len(parts) * (labels != PADDING).sum()

    return accumulate(model, optimizer, schedule, micro_batches, share=share)


@mistake(
    train_step,
    "The parts are weighed by their rows, or by all their places, instead of by the labels that count, which are those "
    "other than −100. Count these.",
)
def counts_padding(model, optimizer, schedule, micro_batches):
    def share(parts, labels):
        return sum(each.numel() for _, each in parts)

    return accumulate(model, optimizer, schedule, micro_batches, share=share)


@mistake(
    train_step,
    "The parts are weighed by their rows, or by all their places, instead of by the labels that count, which are those "
    "other than −100. Count these.",
)
def weighs_by_rows(model, optimizer, schedule, micro_batches):
    def share(parts, labels):
        rows = sum(len(each) for _, each in parts)
        return (labels != PADDING).sum().clamp(min=1) * rows / len(labels)

    return accumulate(model, optimizer, schedule, micro_batches, share=share)


@mistake(train_step, "The means of the parts are added up and not divided: the step is too long by their number.")
def adds_means(model, optimizer, schedule, micro_batches):
    def share(parts, labels):
        return max(1, (labels != PADDING).sum().item())

    return accumulate(model, optimizer, schedule, micro_batches, share=share)


@mistake(train_step, "The losses of all tokens are added up and not divided: the more tokens, the longer the step.")
def adds_sums(model, optimizer, schedule, micro_batches):
    return accumulate(model, optimizer, schedule, micro_batches, share=lambda parts, labels: 1)


@mistake(
    train_step,
    "There is a step of the optimizer for each part. The gradients should gather over all of them, and then comes one "
    "step.",
)
def steps_at_once(model, optimizer, schedule, micro_batches):
    return accumulate(model, optimizer, schedule, micro_batches, each="optimizer zero", after="schedule")


@mistake(
    train_step,
    "Only the last part has a say, as when the gradients are cleared before each part. Clear them once a step.",
)
def keeps_the_last(model, optimizer, schedule, micro_batches):
    last = micro_batches[-1]

    def share(parts, labels):
        return of_all(parts, labels) if labels is last[1] else torch.inf

    losses = accumulate(model, optimizer, schedule, micro_batches, share=share)
    with torch.no_grad():
        return losses


@mistake(
    train_step,
    "What stood in `.grad` before this step goes into it. Clear it first.",
    keeps=0.93,
)
def begins_with_the_old(model, optimizer, schedule, micro_batches):
    return accumulate(model, optimizer, schedule, micro_batches, before="")


@mistake(
    train_step,
    "The gradients of this step are still in `.grad` at the end. Clear them after the step, too.",
    keeps=0.93,
)
def leaves_them(model, optimizer, schedule, micro_batches):
    return accumulate(model, optimizer, schedule, micro_batches, after="optimizer schedule")


@mistake(train_step, "The optimizer steps with nothing: the gradients are cleared before it. Step first.")
def clears_too_early(model, optimizer, schedule, micro_batches):
    return accumulate(model, optimizer, schedule, micro_batches, after="zero optimizer schedule")


@mistake(
    train_step,
    "The numbers are right, but when a part begins, the graphs of those before are still held: saving that memory is "
    "what the parts are for. Send each of them back before the next.",
)
def holds_all_graphs(model, optimizer, schedule, micro_batches):
    optimizer.zero_grad()
    count = of_all(micro_batches, None)
    loss = sum(
        F.cross_entropy(model(tokens).flatten(0, 1), labels.flatten(), reduction="sum")
        for tokens, labels in micro_batches
    )
    loss = loss / count
    loss.backward()
    optimizer.step()
    schedule.step()
    optimizer.zero_grad()
    return loss.item()


@mistake(train_step, "What comes back is a tensor. Promised is a Python number: `loss.item()`.")
def returns_a_tensor(model, optimizer, schedule, micro_batches):
    return torch.tensor(accumulate(model, optimizer, schedule, micro_batches))


@mistake(
    train_step,
    "What comes back is the loss of one part, or its share. Promised is the mean over the tokens of all parts.",
    keeps=0.5,
)
def returns_the_last(model, optimizer, schedule, micro_batches):
    noted = []

    def share(parts, labels):
        noted.append(labels)
        return of_all(parts, labels)

    tokens, labels = micro_batches[-1]
    with torch.no_grad():
        last = F.cross_entropy(model(tokens).flatten(0, 1), labels.flatten()).item()
    accumulate(model, optimizer, schedule, micro_batches, share=share)
    return last


@mistake(
    train_step,
    "Each part's mean is weighed by its share of the tokens. But the mean of a part that is all padding is NaN, and "
    "NaN · 0 is NaN. Add up sums, and divide by the number of all tokens that count.",
)
def weighs_the_means(model, optimizer, schedule, micro_batches):
    def by_mean_and_weight(micro_batches, labels):
        count = (labels != PADDING).sum()
        return count / (count / of_all(micro_batches, labels))

    return accumulate(model, optimizer, schedule, micro_batches, share=by_mean_and_weight)


@mistake(
    train_step,
    "The gradients are right, but what is returned is a mean of the parts' means. It should be the loss that the "
    "gradients belong to: the mean over all tokens that count.",
)
def returns_a_mean_of_means(model, optimizer, schedule, micro_batches):
    count, means = of_all(micro_batches, None), []
    optimizer.zero_grad()
    for tokens, labels in micro_batches:
        known = labels.flatten() != PADDING
        loss = F.cross_entropy(model(tokens).flatten(0, 1)[known], labels.flatten()[known], reduction="sum")
        (loss / count).backward()
        means += [loss.item() / known.sum().item()] if known.any() else []
        del loss
    optimizer.step()
    schedule.step()
    optimizer.zero_grad()
    return sum(means) / len(means)


@mistake(
    train_step,
    "What comes back is the loss of the last part alone. The loss of the batch is the sum over all its parts.",
    keeps=0.75,
)
def tells_the_last_part(model, optimizer, schedule, micro_batches):
    return accumulate(model, optimizer, schedule, micro_batches, told=lambda losses: losses[-1])
