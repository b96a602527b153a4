"""Mistakes of `evaluate`."""

from contextlib import nullcontext

import torch
from torch.nn import functional as F

from autograder.references import mistake
from autograder.references.training._evaluate import evaluate, evaluating, means, totals


def in_batches(model, batches):
    """The sums of each batch: losses, right ones, sizes."""
    with evaluating(model), torch.no_grad():
        return list(zip(*[totals(model, [batch]) for batch in batches], strict=True))


@mistake(
    evaluate,
    "A short batch counts as much as a long one: the mean of the batches' means is not the mean over the examples. Add "
    "up sums, and divide once by the number of examples.",
)
def mean_of_means(model, batches):
    losses, right, count = in_batches(model, batches)
    return tuple(sum(a / b for a, b in zip(each, count, strict=True)) / len(count) for each in (losses, right))


@mistake(
    evaluate,
    "The loss is weighed as it should be, but the accuracy is a mean of the batches' means. Count the right ones, and "
    "divide once.",
)
def mean_of_accuracies(model, batches):
    loss, each, count = in_batches(model, batches)
    return sum(loss) / sum(count), sum(right / size for right, size in zip(each, count, strict=True)) / len(each)


@mistake(
    evaluate,
    "The accuracy is weighed as it should be, but the loss is a mean of the batches' means. Sum up the examples' "
    "losses, and divide once.",
)
def mean_of_losses(model, batches):
    each, right, count = in_batches(model, batches)
    return sum(loss / size for loss, size in zip(each, count, strict=True)) / len(each), sum(right) / sum(count)


@mistake(
    evaluate,
    "The model stays in training mode while it is evaluated: dropout drops, and batch norm learns from the test. "
    "`model.eval()` first.",
)
def in_training_mode(model, batches):
    return means(model, batches, mode=lambda _: nullcontext())


@mistake(
    evaluate,
    "The model stays in evaluation mode afterwards: from here on it trains without dropout. Put back the mode that you "
    "found.",
    keeps=0.85,
)
def stays_evaluating(model, batches):
    model.eval()
    return means(model, batches, mode=lambda _: nullcontext())


@mistake(
    evaluate,
    "Afterwards the model is in training mode, whatever it was before. Note each part's mode, and put that back.",
    keeps=0.9,
)
def always_trains_afterwards(model, batches):
    model.eval()
    try:
        return means(model, batches, mode=lambda _: nullcontext())
    finally:
        model.train()


@mistake(
    evaluate,
    "One mode is put back for all: a frozen part that was evaluating trains from now on. `model.train(mode)` goes into "
    "every part; note them one by one, over `model.modules()`.",
    keeps=0.95,
)
def one_mode_for_all(model, batches):
    before = model.training
    model.eval()
    try:
        return means(model, batches, mode=lambda _: nullcontext())
    finally:
        model.train(before)


@mistake(
    evaluate,
    "When the model raises, the modes are not put back. `try: … finally: …` does it in every case.",
    keeps=0.95,
)
def not_after_an_error(model, batches):
    modes = [(part, part.training) for part in model.modules()]
    model.eval()
    result = means(model, batches, mode=lambda _: nullcontext())
    for part, mode in modes:
        part.training = mode
    return result


@mistake(
    evaluate,
    "One mode is put back for all, and after an error none. Note the modes of all parts, and put them back in a "
    "`finally`.",
    keeps=0.9,
)
def one_mode_and_not_after_an_error(model, batches):
    before = model.training
    model.eval()
    result = means(model, batches, mode=lambda _: nullcontext())
    model.train(before)
    return result


@mistake(
    evaluate,
    "Each batch leaves a graph behind, which nobody needs here: evaluate under `torch.no_grad()`.",
)
def with_a_graph(model, batches):
    return means(model, batches, graph=nullcontext)


@mistake(
    evaluate,
    "Gradients stay switched off after the evaluation, as after `torch.set_grad_enabled(False)`: the training would "
    "learn no more. `with torch.no_grad():` puts back what it found.",
    keeps=0.75,
)
def stays_without_gradients(model, batches):
    torch.set_grad_enabled(False)
    return means(model, batches, graph=nullcontext)


@mistake(
    evaluate,
    "The batches are walked through twice, or their `len` is asked for. They may come from a generator, which gives "
    "each batch only once and has no length.",
)
def walks_twice(model, batches):
    count = sum(len(labels) for _, labels in batches)
    with evaluating(model), torch.no_grad():
        loss, right, _ = totals(model, batches)
    return loss / count, right / count


@mistake(
    evaluate,
    "The sums are not divided by the number of examples.",
)
def sums(model, batches):
    with evaluating(model), torch.no_grad():
        loss, right, _ = totals(model, batches)
    return loss, float(right)


@mistake(
    evaluate,
    "The sum is divided by the number of batches instead of the number of examples.",
)
def divides_by_batches(model, batches):
    batches = list(batches)
    loss, right = means(model, batches)
    count = sum(len(labels) for _, labels in batches)
    return loss * count / len(batches), right * count / len(batches)


PER_BATCH = (
    "What is added up is the mean of each batch, as `F.cross_entropy` gives it, and then divided by the number of "
    'examples: that divides twice. Add up sums: `reduction="sum"`, or the mean times the batch\'s size.'
)


@mistake(evaluate, PER_BATCH)
def divides_the_loss_twice(model, batches):
    losses, right, count = in_batches(model, batches)
    return sum(loss / size for loss, size in zip(losses, count, strict=True)) / sum(count), sum(right) / sum(count)


@mistake(evaluate, PER_BATCH)
def divides_twice(model, batches):
    losses, right, count = in_batches(model, batches)
    return tuple(sum(a / b for a, b in zip(each, count, strict=True)) / sum(count) for each in (losses, right))


@mistake(
    evaluate,
    "What comes back are tensors. Promised are Python numbers: `.item()`.",
    keeps=0.5,
)
def returns_tensors(model, batches):
    return tuple(torch.tensor(number) for number in means(model, batches))


@mistake(
    evaluate,
    "Only the last batch is in the result: add up over all of them, and return after the loop.",
)
def only_the_last(model, batches):
    return means(model, list(batches)[-1:])


@mistake(
    evaluate,
    "The gradients that stood in `.grad` are cleared. An evaluation changes nothing: the training may be in the middle "
    "of adding them up.",
    keeps=0.85,
)
def clears_the_gradients(model, batches):
    for weight in model.parameters():
        weight.grad = None
    return means(model, batches)


@mistake(
    evaluate,
    "Random numbers are drawn, or the stream is seeded anew: what the training draws afterwards is different from "
    "what it would have been. An evaluation draws none.",
    keeps=0.85,
)
def seeds_anew(model, batches):
    torch.manual_seed(0)
    return means(model, batches)


@mistake(
    evaluate,
    "The modes are put back with `part.train(mode)`, which sets all that is inside as well: a frozen part that two "
    "parts share gets the mode of the second. Set `part.training` itself.",
    keeps=0.97,
)
def puts_back_with_all_inside(model, batches):
    modes = [(part, part.training) for part in model.modules()]
    try:
        return means(model.eval(), batches, mode=nullcontext)
    finally:
        for part, mode in modes:
            part.train(mode)


@mistake(
    evaluate,
    "∞ where a score lies far below the largest: softmax rounds its share to 0 before the logarithm. `F.cross_entropy` "
    "and `log_softmax` take both in one step.",
    keeps=0.5,
)
def logarithm_of_the_softmax(model, batches):
    loss = right = count = 0
    with evaluating(model), torch.no_grad():
        for x, labels in batches:
            shares = model(x).softmax(dim=1)
            loss -= shares[torch.arange(len(labels)), labels].log().sum().item()
            right += (shares.argmax(dim=1) == labels).sum().item()
            count += len(labels)
    return loss / count, right / count


@mistake(
    evaluate,
    "For each class the example with the highest score is looked for. Each example has its guess, the class with the "
    "highest score in its row: argmax(dim=1).",
)
def guesses_along_the_examples(model, batches):
    loss = right = count = 0
    with evaluating(model), torch.no_grad():
        for x, labels in batches:
            scores = model(x)
            loss += F.cross_entropy(scores, labels, reduction="sum").item()
            right += (scores.argmax(dim=0) == labels).sum().item()
            count += len(labels)
    return loss / count, right / count
