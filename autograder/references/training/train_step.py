"""`train_step`: what is right, and what goes wrong."""

import torch
from torch.nn import functional as F

from autograder.references import alternative, equivalent, mistake, promised

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
    share=of_all, each="", before="zero", after="optimizer schedule zero", loss_of=None,
):  # fmt: skip
    """The frame of most answers; mistakes change one decision."""
    deeds = {"zero": optimizer.zero_grad, "optimizer": optimizer.step, "schedule": schedule.step}

    def do(words):
        for word in words.split():
            deeds[word]()

    do(before)
    total = 0.0
    for tokens, labels in micro_batches:
        loss = F.cross_entropy(model(tokens).flatten(0, 1), labels.flatten(), reduction="sum", ignore_index=PADDING)
        loss = loss / share(micro_batches, labels)
        loss.backward()
        total += loss.item()
        del loss
        do(each)
    do(after)
    return total


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


@alternative(train_step)
def with_a_share(model, optimizer, schedule, micro_batches):
    return accumulate(model, optimizer, schedule, micro_batches)


@alternative(train_step)
def divides_the_gradients(model, optimizer, schedule, micro_batches):
    optimizer.zero_grad(set_to_none=False)
    total = count = 0
    for tokens, labels in micro_batches:
        loss = F.cross_entropy(model(tokens).transpose(1, 2), labels, reduction="sum")
        loss.backward()
        total, count = total + loss.item(), count + int((labels != PADDING).sum())
        del loss
    for group in optimizer.param_groups:
        for weight in group["params"]:
            if weight.grad is not None:
                weight.grad /= count
    optimizer.step()
    optimizer.zero_grad()
    schedule.step()
    return total / count


promised(
    train_step,
    "One step of the optimizer over several small batches, as one large batch would make it.",
    by=["padding, here more and there less", "parts of one size, no padding"],
)
promised(
    train_step,
    "model: from tokens of shape (batch, length) to scores of shape (batch, length, classes).",
    by=["one part"],
)
promised(
    train_step,
    "optimizer: takes one step, along the gradient of the loss below.",
    by=["what is called, in which order", "three steps"],
)
promised(
    train_step,
    "schedule: takes one step, after the optimizer's.",
    by=["what is called, in which order", "a rate that begins at zero"],
)
promised(
    train_step,
    "micro_batches: tokens and labels, both of shape (batch, length), which may be other sizes in each.",
    by=["sentences of other lengths"],
)
promised(
    train_step,
    "A label of −100 does not count.",
    by=["padding, here more and there less"],
)
promised(
    train_step,
    "A micro-batch may hold such labels only; among all of them at least one counts.",
    by=["a part that is all padding"],
)
promised(
    train_step,
    "The loss, as a Python float: the mean cross entropy over the labels that count, of all micro-batches together.",
    by=["padding, here more and there less", "what is called, in which order"],
)
promised(
    train_step,
    "One graph at a time: each micro-batch is sent back before the next one begins.",
    by=["what is held when a part begins"],
)
promised(
    train_step,
    "Gradients from before do not count, and none are left.",
    by=["gradients from before"],
)
equivalent(
    train_step,
    "count = sum(int((labels != -100).sum()) for _, labels in micro_batches)",
    "count = sum(int((labels > -100).sum()) for _, labels in micro_batches)",
    "a label is a class, which is 0 or more, or −100",
)
