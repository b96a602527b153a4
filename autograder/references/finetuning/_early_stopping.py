"""`early_stopping`: the oracle, and a training with one of its rules changed."""


def copied(model):
    return {name: value.detach().clone() for name, value in model.state_dict().items()}


def run(
    model, train_epoch, measure, epochs, patience, threshold, greater_is_better,
    keep=copied,
    better=lambda gain: gain > 0,
    progress=lambda gain, threshold: gain > threshold,
    waiting=lambda old, fine: 0 if fine else old + 1,
    first=None,
):  # fmt: skip
    """The rules, each of which may be another one."""
    best, kept, waited, rounds = first, {}, 0, 0
    while rounds < epochs:
        rounds += 1
        train_epoch(model)
        value = measure(model)
        gain = float("inf") if best is None else (value - best) * (1 if greater_is_better else -1)
        waited = waiting(waited, progress(gain, threshold))
        if better(gain):
            best, kept = value, keep(model)
        if waited >= patience:
            break
    model.load_state_dict(kept, strict=False)
    return best, rounds


def early_stopping(model, train_epoch, measure, epochs, patience, threshold=0.0, greater_is_better=True):
    return run(model, train_epoch, measure, epochs, patience, threshold, greater_is_better)
