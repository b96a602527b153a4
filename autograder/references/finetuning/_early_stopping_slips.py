"""Slips of `early_stopping`: a round, an order, what comes back."""

from autograder.references import mistake
from autograder.references.finetuning._early_stopping import early_stopping, run


@mistake(
    early_stopping,
    "One round more is made than `epochs` allows, where patience lasts.",
)
def one_round_more(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    return run(model, train_epoch, measure, epochs + 1, patience, threshold, greater_is_better)


@mistake(
    early_stopping,
    "The model is measured and never trained: `train_epoch(model)` is missing.",
)
def never_trains(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    return run(model, lambda _: None, measure, epochs, patience, threshold, greater_is_better)


@mistake(
    early_stopping,
    "The model is measured first and trained afterwards. A round trains, then measures what has come of it.",
)
def no_training_of_the_first(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    def round_of(model):
        value = measure(model)
        train_epoch(model)
        return value

    return run(model, lambda _: None, round_of, epochs, patience, threshold, greater_is_better)


@mistake(
    early_stopping,
    "The two that come back have changed places: first the best value, then the number of rounds.",
)
def turned_round(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    return early_stopping(model, train_epoch, measure, epochs, patience, threshold, greater_is_better)[::-1]


@mistake(
    early_stopping,
    "One thing comes back. It should be two: the best value, and how many rounds there were.",
)
def the_value_only(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    return early_stopping(model, train_epoch, measure, epochs, patience, threshold, greater_is_better)[0]


@mistake(
    early_stopping,
    "The model comes back. It holds the best weights anyway; asked for are the best value and the number of rounds.",
)
def the_model_itself(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    early_stopping(model, train_epoch, measure, epochs, patience, threshold, greater_is_better)
    return model


@mistake(
    early_stopping,
    "Where all rounds are over before patience is, the weights of the last round stay. The best are put back at "
    "the end in any case.",
)
def puts_back_where_it_stops(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    last = {}

    def noted(model):
        value = measure(model)
        last.update({name: each.clone() for name, each in model.state_dict().items()})
        return value

    best, rounds = run(model, train_epoch, noted, epochs, patience, threshold, greater_is_better)
    if rounds == epochs:
        model.load_state_dict(last)
    return best, rounds


@mistake(
    early_stopping,
    "Waiting does not add up: after the first round without progress it counts 1 always, and a patience of 2 or "
    "more never ends it.",
)
def never_waits_longer(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    return run(
        model,
        train_epoch,
        measure,
        epochs,
        patience,
        threshold,
        greater_is_better,
        waiting=lambda old, fine: 0 if fine else 1,
    )


@mistake(
    early_stopping,
    "The number of rounds is one too large or begins at 1, so that a round fewer may be made.",
)
def counts_one_too_many(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    if epochs > 1:
        best, rounds = run(model, train_epoch, measure, epochs - 1, patience, threshold, greater_is_better)
        return best, rounds + 1
    return early_stopping(model, train_epoch, measure, epochs, patience, threshold, greater_is_better)


@mistake(
    early_stopping,
    "A value that is worse by more than the threshold is taken for progress. Only what is better is.",
)
def any_change(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    return run(
        model,
        train_epoch,
        measure,
        epochs,
        patience,
        threshold,
        greater_is_better,
        progress=lambda gain, least: abs(gain) > least,
    )


@mistake(
    early_stopping,
    "The threshold is taken as a share of the best value. It is a difference: better by more than `threshold`.",
    keeps=0.97,
)
def a_share_of_the_best(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    seen = []

    def progress(gain, least):
        return not seen[:-1] or gain > least * abs(max(seen[:-1]) if greater_is_better else min(seen[:-1]))

    def noted(model):
        seen.append(measure(model))
        return seen[-1]

    return run(model, train_epoch, noted, epochs, patience, threshold, greater_is_better, progress=progress)
