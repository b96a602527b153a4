"""`evaluate`: other ways that are right, and what is promised."""

import torch
from torch.nn import functional as F

from autograder.references import alternative, promised
from autograder.references.training import _evaluate_mistakes  # noqa: F401  (they register themselves)
from autograder.references.training._evaluate import evaluate, means


@alternative(evaluate)
def with_sums(model, batches):
    return means(model, batches)


@alternative(evaluate)
@torch.no_grad()
def with_weights(model, batches):
    modes = {part: part.training for part in model.modules()}
    loss = accuracy = seen = 0
    try:
        model.eval()
        for x, labels in batches:
            scores = model(x)
            loss += F.cross_entropy(scores, labels).item() * labels.numel()
            accuracy += (scores.max(dim=1).indices == labels).float().mean().item() * labels.numel()
            seen += labels.numel()
    finally:
        for part, mode in modes.items():
            part.training = mode
    return loss / seen, accuracy / seen


promised(
    evaluate,
    "The loss and the accuracy of a classifier, as a mean over all examples.",
    by=["a short batch at the end", "batches of all sizes, a hard one among them"],
)


promised(
    evaluate,
    "model: gives scores of shape (examples, classes).",
    by=["one batch"],
)


promised(
    evaluate,
    "It is called in evaluation mode and without a graph.",
    by=["while it runs", "dropout and batch norm"],
)


promised(
    evaluate,
    "Afterwards each of its parts is in its old mode, also if the model raises.",
    by=[
        "a model in training",
        "a model that was evaluating",
        "a frozen part in a model that trains",
        "a model that raises",
    ],
)


promised(
    evaluate,
    "batches: inputs and labels, the labels of shape (examples,); of any sizes, also from a generator.",
    by=["a generator", "a short batch at the end"],
)


promised(
    evaluate,
    "The mean cross entropy and the share of right guesses, two Python floats.",
    by=["one batch", "while it runs"],
)


promised(
    evaluate,
    "Gradients, buffers and the random state are left as they are.",
    by=["statistics, gradients, random numbers"],
)


promised(
    evaluate,
    "What `batches` itself draws, as a `DataLoader` does, need not be put back.",
    by="it leaves the choice: to put it back is right as well",
)
