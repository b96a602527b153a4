"""`load_pretrained`: what is right, and what answers have in common."""

import torch


def load_pretrained(model, checkpoint):
    """The definition: one tensor of the model after the other, and nothing is written before all is known."""
    named = {modernised(name): name for name in checkpoint}
    state = model.state_dict()
    for name, value in state.items():
        if name not in named:
            raise KeyError(name)
        if checkpoint[named[name]].shape != value.shape:
            raise ValueError(name)
    with torch.no_grad():
        for name, value in state.items():
            value.copy_(checkpoint[named[name]])
    return sorted(old for new, old in named.items() if new not in state)


def modernised(name, prefix="bert."):
    name = name[len(prefix) :] if name.startswith(prefix) else name
    for old, new in ((".gamma", ".weight"), (".beta", ".bias")):
        if name.endswith("LayerNorm" + old):
            name = name[: -len(old)] + new
    return name


def load(model, checkpoint, *, modern=modernised, check=True, left=None, copy=None, state=None):
    """The frame of most answers; mistakes change one step."""
    named = {modern(name): name for name in checkpoint}
    state = model.state_dict() if state is None else state
    given = {name: checkpoint[named[name]] for name in state if name in named}
    if check:
        for name, value in state.items():
            if name not in given:
                raise KeyError(name)
            if given[name].shape != value.shape:
                raise ValueError(name)
    (copy or (lambda model, given: model.load_state_dict(given)))(model, given)
    extra = sorted(old for new, old in named.items() if new not in state)
    return extra if left is None else left(extra)
