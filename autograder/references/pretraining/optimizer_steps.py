"""`optimizer_steps`: what is right, and what goes wrong."""

import math
from fractions import Fraction

from autograder.references import alternative, equivalent, mistake, promised


def batches_of(examples, batch, drop_last):
    """Filled one by one."""
    sizes = [0]
    for _ in range(examples):
        if sizes[-1] == batch:
            sizes.append(0)
        sizes[-1] += 1
    kept = [size for size in sizes if size == batch or (size and not drop_last)]
    if not kept:
        raise ValueError("no batch is left")
    return len(kept)


def updates_of(batches, accumulation):
    """Gathered one by one; the end of an epoch is a step, too."""
    steps, gathered = 0, 0
    for place in range(batches):
        gathered += 1
        if gathered == accumulation or place == batches - 1:
            steps, gathered = steps + 1, 0
    return steps


def optimizer_steps(examples, batch, accumulation=1, epochs=3.0, drop_last=False):
    updates = updates_of(batches_of(examples, batch, drop_last), accumulation)
    return math.ceil(epochs * updates)


@mistake(
    optimizer_steps,
    "The batch that is not full is forgotten, though it was not to be dropped: round up.",
)
def drops_the_last_batch(examples, batch, accumulation=1, epochs=3.0, drop_last=False):
    batches = examples // batch or 1
    return math.ceil(epochs * updates_of(batches, accumulation))


@mistake(optimizer_steps, "The batch that is not full counts, though it was to be dropped: round down there.")
def keeps_the_last_batch(examples, batch, accumulation=1, epochs=3.0, drop_last=False):
    return optimizer_steps(examples, batch, accumulation, epochs)


@mistake(
    optimizer_steps,
    "Several batches do not make one step: each batch counts as a step of its own.",
)
def every_batch_is_a_step(examples, batch, accumulation=1, epochs=3.0, drop_last=False):
    return optimizer_steps(examples, batch, 1, epochs, drop_last)


@mistake(
    optimizer_steps,
    "Batches that are left at the end of an epoch make no step. Trainer steps there, with fewer batches.",
)
def forgets_what_is_left(examples, batch, accumulation=1, epochs=3.0, drop_last=False):
    return math.ceil(epochs * max(1, batches_of(examples, batch, drop_last) // accumulation))


@mistake(
    optimizer_steps,
    "Batches are gathered across the end of an epoch: what is left of one and what begins the next make a step "
    "together. Trainer steps at the end of each epoch.",
)
def gathers_across_epochs(examples, batch, accumulation=1, epochs=3.0, drop_last=False):
    return math.ceil(epochs * batches_of(examples, batch, drop_last) / accumulation)


@mistake(
    optimizer_steps,
    "Batch and accumulation are multiplied to one large batch, which is filled from the examples. It is whole batches "
    "that are gathered, so that the end of an epoch, and what is dropped, comes out otherwise.",
    keeps=0.9,
)
def one_large_batch(examples, batch, accumulation=1, epochs=3.0, drop_last=False):
    batches_of(examples, batch, drop_last)
    large = batch * accumulation
    return math.ceil(epochs * max(1, examples // large if drop_last else math.ceil(examples / large)))


@mistake(
    optimizer_steps,
    "A part of an epoch is rounded down, or to the nearest step. Trainer rounds up.",
    keeps=0.88,
)
def rounds_down(examples, batch, accumulation=1, epochs=3.0, drop_last=False):
    return int(epochs * updates_of(batches_of(examples, batch, drop_last), accumulation))


@mistake(
    optimizer_steps,
    "2.2 epochs of 25 steps come out as 55. Trainer multiplies in floats, where 2.2 * 25 is a little more, and rounds "
    "up to 56.",
    keeps=0.94,
)
def exact_epochs(examples, batch, accumulation=1, epochs=3.0, drop_last=False):
    return math.ceil(Fraction(str(epochs)) * updates_of(batches_of(examples, batch, drop_last), accumulation))


@mistake(
    optimizer_steps,
    "Each epoch that was begun counts as a whole one. With 0.5 epochs, half of the steps are taken.",
    keeps=0.88,
)
def whole_epochs(examples, batch, accumulation=1, epochs=3.0, drop_last=False):
    return math.ceil(epochs) * updates_of(batches_of(examples, batch, drop_last), accumulation)


@mistake(optimizer_steps, "The epochs play no part: these are the steps of a single one.")
def a_single_epoch(examples, batch, accumulation=1, epochs=3.0, drop_last=False):
    return optimizer_steps(examples, batch, accumulation, 1, drop_last)


@mistake(
    optimizer_steps,
    "Where all examples are dropped, there is no `ValueError`: nothing would be learned, and nobody told.",
    keeps=0.96,
)
def nothing_left_is_fine(examples, batch, accumulation=1, epochs=3.0, drop_last=False):
    if drop_last and examples < batch:
        return 0
    return optimizer_steps(examples, batch, accumulation, epochs, drop_last)


@mistake(optimizer_steps, "A fraction comes out, as 12.5: a step is taken or not, so round up at each place.")
def fractions(examples, batch, accumulation=1, epochs=3.0, drop_last=False):
    batches_of(examples, batch, drop_last)
    return epochs * examples / batch / accumulation


@mistake(
    optimizer_steps,
    "Batches that are left at the end of an epoch make no step, and a part of an epoch is rounded down. Trainer "
    "rounds up at both places.",
)
def rounds_down_everywhere(examples, batch, accumulation=1, epochs=3.0, drop_last=False):
    return int(epochs * max(1, batches_of(examples, batch, drop_last) // accumulation))


@alternative(optimizer_steps)
def by_negative_division(examples, batch, accumulation=1, epochs=3.0, drop_last=False):
    batches = examples // batch if drop_last else -(-examples // batch)
    if batches == 0:
        raise ValueError("all examples were dropped")
    return math.ceil(-(-batches // accumulation) * epochs)


@alternative(optimizer_steps)
def by_fractions(examples, batch, accumulation=1, epochs=3.0, drop_last=False):
    batches = math.floor(Fraction(examples, batch)) if drop_last else math.ceil(Fraction(examples, batch))
    if not batches:
        raise ValueError("all examples were dropped")
    return math.ceil(epochs * math.ceil(Fraction(batches, accumulation)))


promised(
    optimizer_steps,
    "How many steps the optimizer takes in a training by Trainer.",
    by=["batches that fit", "several epochs", "its kind, and by names"],
)
promised(
    optimizer_steps,
    "Several batches make one step; what is left at the end of an epoch makes a step of its own.",
    by=["batches that fit into the steps", "a part of a step is left", "fewer batches than a step takes",
        "left over, in several epochs"],
)  # fmt: skip
promised(
    optimizer_steps,
    "The epochs are multiplied in floats and rounded up, as `math.ceil(epochs * steps)`: 2.2 epochs of 25 steps are "
    "56.",
    by=["parts of an epoch", "2.2 epochs of 25 steps", "parts of an epoch, several batches a step"],
)
promised(optimizer_steps, "examples: in an epoch, 1 or more.", by=["fewer examples than a batch", "batches that fit"])
promised(optimizer_steps, "batch: examples that go through the model at once.", by=["some examples are left"])
promised(optimizer_steps, "accumulation: batches that make one step.", by=["batches that fit into the steps"])
promised(optimizer_steps, "epochs: above 0; it may be a fraction.", by=["parts of an epoch", "without further words"])
promised(
    optimizer_steps,
    "drop_last: leave out the batch that is not full, in each epoch.",
    by=["dropped instead", "dropped, and left over"],
)
promised(optimizer_steps, "ValueError: no batch is left.", by=["no batch is left"])
equivalent(optimizer_steps, "if batches == 0:", "if batches <= 0:", "there are never fewer than none")
