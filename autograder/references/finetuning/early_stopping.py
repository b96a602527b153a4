"""`early_stopping`: what is right, and what goes wrong."""

import copy

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.finetuning import (  # noqa: F401  (they register themselves)
    _early_stopping_mistakes,
    _early_stopping_slips,
)
from autograder.references.finetuning._early_stopping import early_stopping, run


@mistake(
    early_stopping,
    "The weights of the last round are in the model, not those of the best. These have to be put back at the end, and "
    "`state_dict()` hands out the model's own tensors, which the next round changes: keep a copy, as with "
    "`copy.deepcopy`.",
)
def keeps_no_copy(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    return run(
        model,
        train_epoch,
        measure,
        epochs,
        patience,
        threshold,
        greater_is_better,
        keep=lambda model: model.state_dict(),
    )


@mistake(
    early_stopping,
    "The weights of the last round are in the model, not those of the best. These have to be put back at the end, and "
    "`state_dict()` hands out the model's own tensors, which the next round changes: keep a copy, as with "
    "`copy.deepcopy`.",
)
def copies_the_dict_only(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    keep = lambda model: dict(model.state_dict())  # noqa: E731
    return run(model, train_epoch, measure, epochs, patience, threshold, greater_is_better, keep=keep)


@mistake(
    early_stopping,
    "Buffers, as the statistics of a batch norm, are those of the last round. `state_dict()` has them beside the "
    "weights, `parameters()` has not.",
    keeps=0.8,
)
def forgets_the_buffers(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    def keep(model):
        return {name: value.detach().clone() for name, value in model.named_parameters()}

    return run(model, train_epoch, measure, epochs, patience, threshold, greater_is_better, keep=keep)


@mistake(
    early_stopping,
    "All rounds without progress are counted together. Patience is about rounds in a row: after progress the waiting "
    "begins anew.",
)
def never_starts_anew(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    return run(
        model,
        train_epoch,
        measure,
        epochs,
        patience,
        threshold,
        greater_is_better,
        waiting=lambda old, fine: old + (not fine),
    )


@mistake(
    early_stopping,
    "It never stops before the last round. After `patience` rounds in a row without progress it is over.",
)
def never_stops(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    return run(model, train_epoch, measure, epochs, 10**6, threshold, greater_is_better)


@mistake(early_stopping, "It goes on one round too long: `patience` rounds without progress are enough.", keeps=0.6)
def one_too_long(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    return run(model, train_epoch, measure, epochs, patience + 1, threshold, greater_is_better)


@mistake(
    early_stopping, "It stops one round too early: it should wait for `patience` rounds without progress.", keeps=0.6
)
def one_too_short(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    return run(model, train_epoch, measure, epochs, max(1, patience - 1), threshold, greater_is_better)


@mistake(
    early_stopping,
    "Of equal values the last is taken for the best, or taken for progress. The first of equals is the best, and the "
    "others are no progress.",
    keeps=0.7,
)
def takes_the_last_of_equals(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    return run(
        model, train_epoch, measure, epochs, patience, threshold, greater_is_better, better=lambda gain: gain >= 0
    )


@mistake(
    early_stopping,
    "More is always taken for better. With `greater_is_better=False`, as for a loss, it is less.",
    keeps=0.8,
)
def more_is_better(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    return run(model, train_epoch, measure, epochs, patience, threshold, True)


@mistake(early_stopping, "Less is always taken for better, as for a loss. Unless told otherwise, it is more.")
def less_is_better(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    return run(model, train_epoch, measure, epochs, patience, threshold, False)


@mistake(early_stopping, "`greater_is_better` is understood the other way round.")
def the_other_way_round(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    return run(model, train_epoch, measure, epochs, patience, threshold, not greater_is_better)


@mistake(
    early_stopping,
    "Any gain counts as progress, however small. It should be more than `threshold`.",
    keeps=0.97,
)
def ignores_the_threshold(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    return run(model, train_epoch, measure, epochs, patience, 0.0, greater_is_better)


@mistake(
    early_stopping,
    "A gain of exactly the threshold counts as progress. It should be more than that.",
    keeps=0.97,
)
def reaches_the_threshold(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    waits = lambda gain, threshold: gain >= threshold if threshold else gain > 0  # noqa: E731
    return run(model, train_epoch, measure, epochs, patience, threshold, greater_is_better, progress=waits)


@mistake(
    early_stopping,
    "A value that is better by less than the threshold is not taken for the best. The threshold is only about "
    "progress: the best is the best.",
    keeps=0.97,
)
def threshold_for_the_best(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    return run(
        model,
        train_epoch,
        measure,
        epochs,
        patience,
        threshold,
        greater_is_better,
        better=lambda gain: gain > threshold,
    )


@alternative(early_stopping)
def with_clones(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    values, kept, waited = [], {}, 0
    for _ in range(epochs):
        train_epoch(model)
        value = measure(model)
        before = (max if greater_is_better else min)(values, default=None)
        gain = None if before is None else (value - before if greater_is_better else before - value)
        if gain is None or gain > 0:
            kept = {name: each.clone() for name, each in model.state_dict().items()}
        waited = 0 if gain is None or gain > threshold else waited + 1
        values.append(value)
        if waited >= patience:
            break
    model.load_state_dict(kept)
    return (max if greater_is_better else min)(values), len(values)


@alternative(early_stopping)
def with_a_model_kept(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    return run(
        model, train_epoch, measure, epochs, patience, threshold, greater_is_better,
        keep=lambda model: copy.deepcopy(model).state_dict(),
    )  # fmt: skip


promised(
    early_stopping,
    "Trains until a measure stops getting better, and puts the best weights back.",
    by=["it stops", "the best in the middle"],
)
promised(
    early_stopping,
    "A round trains the model once and measures it once, in this order.",
    by=["better every time", "one epoch"],
)
promised(
    early_stopping,
    "It is progress if its value is better than the best one before by more than `threshold`; the first round always "
    "is.",
    by=["small progress", "large values, and small ones", "steps of just the threshold", "below zero"],
)
promised(
    early_stopping,
    "After `patience` rounds in a row without progress it is over.",
    by=["it stops", "progress after a pause", "a patience of one"],
)
promised(
    early_stopping,
    "model: trained in place.",
    by=["the best in the middle", "buffers, and weights that are changed in place"],
)
promised(
    early_stopping,
    "threshold: 0 or more; how much better does not yet count as progress.",
    by=["small progress", "steps of just the threshold"],
)
promised(
    early_stopping,
    "train_epoch: called with the model, changes its weights in place.",
    by=["the best in the middle"],
)
promised(
    early_stopping, "measure: called with the model, gives a finite number.", by=["better every time", "below zero"]
)
promised(early_stopping, "epochs: rounds at most, 1 or more.", by=["all epochs are over before", "one epoch"])
promised(early_stopping, "patience: 1 or more.", by=["a patience of one"])
promised(early_stopping, "greater_is_better: False for a loss.", by=["a loss", "a loss that goes below zero"])
promised(
    early_stopping,
    "The best value of all rounds, and how many rounds there were.",
    by=["the best in the middle", "small progress"],
)
promised(
    early_stopping,
    "Afterwards the model holds the weights and buffers of the round with the best value, by however little it was "
    "better; of equal ones, those of the first.",
    by=["the best in the middle", "buffers, and weights that are changed in place", "equals", "small progress"],
)

equivalent(
    early_stopping,
    "while rounds < epochs and waited < patience:",
    "while rounds != epochs and waited < patience:",
    "rounds grows by one, from 0",
)
equivalent(
    early_stopping,
    "while rounds < epochs and waited < patience:",
    "while rounds < epochs and waited != patience:",
    "waited grows by one, from 0",
)
equivalent(
    early_stopping,
    "while rounds < epochs and waited < patience:",
    "while rounds is not epochs and waited < patience:",
    "small whole numbers are one object each in CPython",
)
equivalent(
    early_stopping,
    "while rounds < epochs and waited < patience:",
    "while rounds < epochs and waited is not patience:",
    "small whole numbers are one object each in CPython",
)
equivalent(
    early_stopping,
    "best, waited, rounds = -math.inf, 0, 0",
    "best, waited, rounds = -math.inf, -1, 0",
    "the first round is progress and sets it to 0",
)
