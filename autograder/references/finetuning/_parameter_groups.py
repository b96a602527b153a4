"""`parameter_groups`: the oracle, and what answers are made of."""

from torch import nn

NORMS = (nn.LayerNorm, nn.RMSNorm)


def named(model, frozen=False, twice=False):
    """Name, owner and parameter of whatever learns, each parameter once, or once for each owner."""
    for path, parameter in model.named_parameters(remove_duplicate=not twice):
        owner, _, name = path.rpartition(".")
        if parameter.requires_grad or frozen:
            yield name, model.get_submodule(owner), parameter


def spared(name, owner, parameter):
    return name == "bias" or isinstance(owner, NORMS)


def groups(kept, free, decay):
    return [{"params": kept, "weight_decay": decay}, {"params": free, "weight_decay": 0.0}]


def by(model, decay, spares, frozen=False):
    """Groups by another rule of who is spared."""
    rows = list(named(model, frozen))
    kept = [row[2] for row in rows if not spares(*row)]
    return groups(kept, [row[2] for row in rows if spares(*row)], decay)


def parameter_groups(model, decay):
    return by(model, decay, spared)
