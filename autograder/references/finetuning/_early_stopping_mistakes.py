"""More mistakes of `early_stopping`: how it begins, what is called when, what comes back."""

from autograder.references import mistake
from autograder.references.finetuning._early_stopping import copied, early_stopping, run


@mistake(
    early_stopping,
    "The best value before the first round is 0, so that values below zero are never better. The first round is always "
    "the best so far.",
    keeps=0.8,
)
def begins_with_zero(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    return run(model, train_epoch, measure, epochs, patience, threshold, greater_is_better, first=0.0)


@mistake(
    early_stopping,
    "The weights of the last round are in the model, not those of the best. These have to be put back at the end, and "
    "`state_dict()` hands out the model's own tensors, which the next round changes: keep a copy, as with "
    "`copy.deepcopy`.",
)
def puts_nothing_back(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    return run(model, train_epoch, measure, epochs, patience, threshold, greater_is_better, keep=lambda model: {})


@mistake(
    early_stopping,
    "The model holds the weights from before the training, or from before the best round. They are to be kept after "
    "the round that was measured.",
)
def keeps_them_before(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    before = {}

    def trained(model):
        before.update(copied(model))
        train_epoch(model)

    keep = lambda model: dict(before)  # noqa: E731
    return run(model, trained, measure, epochs, patience, threshold, greater_is_better, keep=keep)


@mistake(
    early_stopping,
    "The model is measured before it has been trained. In each round training comes first.",
)
def measures_first(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    measure(model)
    return early_stopping(model, train_epoch, measure, epochs, patience, threshold, greater_is_better)


@mistake(
    early_stopping,
    "The model is measured more than once in a round, or once more at the end. One measure a round is enough; it may "
    "be expensive.",
    keeps=0.7,
)
def measures_twice(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    result = early_stopping(model, train_epoch, measure, epochs, patience, threshold, greater_is_better)
    measure(model)
    return result


@mistake(
    early_stopping,
    "What comes back is the last value. Asked for is the best one of all rounds.",
)
def returns_the_last(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    values = []

    def noted(model):
        values.append(measure(model))
        return values[-1]

    _, rounds = early_stopping(model, train_epoch, noted, epochs, patience, threshold, greater_is_better)
    return values[-1], rounds


@mistake(
    early_stopping,
    "The number of rounds is counted from 0. After one round it is 1.",
    keeps=0.7,
)
def counts_from_zero(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    best, rounds = early_stopping(model, train_epoch, measure, epochs, patience, threshold, greater_is_better)
    return best, rounds - 1


@mistake(
    early_stopping,
    "The second number is that of the best round. Asked for is how many rounds there were.",
    keeps=0.7,
)
def returns_the_best_round(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    values = []

    def noted(model):
        values.append(measure(model))
        return values[-1]

    best, _ = early_stopping(model, train_epoch, noted, epochs, patience, threshold, greater_is_better)
    return best, values.index(best) + 1


@mistake(
    early_stopping,
    "For a loss, the value that comes back has the wrong sign: it was turned round for comparing, and not back.",
    keeps=0.8,
)
def keeps_the_sign_turned(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    best, rounds = early_stopping(model, train_epoch, measure, epochs, patience, threshold, greater_is_better)
    return (best if greater_is_better else -best), rounds


@mistake(
    early_stopping,
    "Each round is compared with the one before it. It should be compared with the best one so far.",
)
def compares_with_the_last(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    sign, last, best, waited, kept, rounds = (1 if greater_is_better else -1), None, None, 0, {}, 0
    while rounds < epochs:
        rounds += 1
        train_epoch(model)
        value = measure(model)
        if last is None or sign * (value - last) > 0:
            best, kept = value, copied(model)
        waited = 0 if last is None or sign * (value - last) > threshold else waited + 1
        last = value
        if waited >= patience:
            break
    model.load_state_dict(kept)
    return best, rounds


@mistake(
    early_stopping,
    "This does what the version of the tutorial does: the best weights are not kept, rounds without progress are "
    "counted together, and the best value begins with 0. Mend these, then add the threshold and what is better.",
)
def as_it_was(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    best, waited, kept, rounds = 0.0, 0, {}, 0
    while rounds < epochs and waited != patience:
        rounds += 1
        train_epoch(model)
        value = measure(model)
        if value > best:
            best, kept = value, model.state_dict()
        else:
            waited += 1
    if not kept:
        raise UnboundLocalError("cannot access local variable 'weights' where it is not associated with a value")
    return best, rounds
