"""`train_step`: other ways that are right, and what is promised."""

from torch.nn import functional as F

from autograder.references import alternative, equivalent, promised
from autograder.references.training import _train_step_mistakes  # noqa: F401  (they register themselves)
from autograder.references.training._train_step import PADDING, accumulate, train_step


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
