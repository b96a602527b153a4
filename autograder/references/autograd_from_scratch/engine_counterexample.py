"""`engine_counterexample`: programs that tell all suspects apart, and programs that do not."""

import torch

from autograder.references import alternative, mistake, promised


def engine_counterexample():
    return "s = x + y; s * exp(s) + relu(x)", torch.tensor([[0.0], [0.5]]), torch.tensor([1.0, -0.25, 0.5])


@mistake(
    engine_counterexample,
    "Here every value is used once. Three of the suspects are wrong only about what is used twice: they "
    "would pass with every program of this kind.",
)
def used_once():
    return "relu(x * y)", torch.tensor([[0.0], [2.0]]), torch.tensor([1.0, 3.0, 5.0])


@mistake(
    engine_counterexample,
    "x or y is used twice, but no result of a step is. What comes twice to a leaf is harmless for an engine that "
    "goes on too early, because nothing lies behind a leaf. Give a name to a step, and use that twice.",
    keeps=0.7,
)
def leaves_twice():
    return "x * y + relu(x)", torch.tensor([[0.0], [2.0]]), torch.tensor([1.0, 3.0, 5.0])


@mistake(
    engine_counterexample,
    "The suspect that takes the nearest nodes first goes unseen. It is wrong only where a value that was computed, "
    "and not x or y itself, reaches the result over a short arm and over a longer one.",
    keeps=0.85,
)
def equal_arms():
    return "s = x + y; s * s + relu(x)", torch.tensor([[0.0], [0.5]]), torch.tensor([1.0, -0.25, 0.5])


@mistake(
    engine_counterexample,
    "The suspect whose relu lets zero through goes unseen. Exactly 0 has to come into a relu, and what comes back "
    "there must not be 0.",
    keeps=0.85,
)
def no_zero():
    return "s = x + y; s * exp(s) + relu(x)", torch.tensor([[0.75], [0.5]]), torch.tensor([1.0, -0.25, 0.5])


@mistake(
    engine_counterexample,
    "The suspect that sums over new dimensions only goes unseen. x or y needs a dimension of size one that "
    "broadcasting repeats, as (2, 1) beside (3,).",
    keeps=0.85,
)
def no_column():
    return "s = x + y; s * exp(s) + relu(x)", torch.tensor([0.0, 0.5, 2.0]), torch.tensor([1.0, -0.25, 0.5])


@mistake(
    engine_counterexample,
    "The suspect that multiplies by its own factor goes unseen: there is no product in the program, or its factors "
    "are equal.",
    keeps=0.85,
)
def no_product():
    return "s = x + y; s + exp(exp(s)) + relu(x)", torch.tensor([[0.0], [0.5]]), torch.tensor([1.0, -0.25, 0.5])


@mistake(
    engine_counterexample,
    "The suspect that takes the nearest nodes first goes unseen. It is wrong only where a value that was computed, "
    "and not x or y itself, reaches the result over a short arm and over a longer one.",
    keeps=0.85,
)
def equal_arms_of_a_product():
    x, y = torch.tensor([[0.0], [2.0]]), torch.tensor([[1.0, 3.0, 0.5], [0.7, -1.0, 2.0]])
    return "s = x * y; s * s + relu(x)", x, y


@alternative(engine_counterexample)
def in_other_words():
    return "a = x * y; b = relu(a + x); exp(b) + b * a", torch.tensor([[0.0], [1.5]]), torch.tensor([0.5, 1.0])


@alternative(engine_counterexample)
def without_names_for_x():
    return "s = x * y; relu(y) + s * exp(exp(s))", torch.tensor([[0.5], [0.25]]), torch.tensor([[0.0, 0.5, -1.0]])


promised(
    engine_counterexample,
    "One program and two tensors on which each of the suspects is seen to be wrong.",
    by=["overwrites", "takes the nearest nodes first"],
)
ACCEPTED = "who returns something else is told what an input is, and no suspect counts as told apart"
for sentence in (
    "the program, a text of steps between semicolons, `name = …` for all but the last, made of x, y, earlier names, "
    "+, *, relu(…) and exp(…), at most 12 operations; and the tensors x and y, float32 and finite, of shapes that can "
    "be broadcast together, at most 1,000 numbers.",
):
    promised(engine_counterexample, sentence, by=ACCEPTED)
