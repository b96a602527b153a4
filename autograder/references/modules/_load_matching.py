"""`load_matching`: what is right, and the frame of most answers."""

import re


def load_matching(model, state, ignore=()):
    """Name by name, from both sides."""
    report = {"missing": [], "unexpected": [], "mismatched": []}

    def quiet(name):
        return [pattern for pattern in map(re.compile, ignore) if pattern.search(name)] != []

    own = dict(model.state_dict(keep_vars=True))
    for name in sorted({*own, *state}):
        if name not in state:
            report["missing"] += [] if quiet(name) else [name]
        elif name not in own:
            report["unexpected"] += [] if quiet(name) else [name]
        elif tuple(own[name].shape) != tuple(state[name].shape):
            report["mismatched"].append(name)
        else:
            own[name].data.copy_(state[name])
    return report


def loaded(model, state, ignore, *, search=re.search, fits=None, skip_ignored=False, quiet_mismatch=False):
    fits = fits or (lambda mine, theirs: mine.shape == theirs.shape)
    mine = model.state_dict()
    quiet = {name for name in {*mine, *state} if any(search(pattern, name) for pattern in ignore)}
    both = [name for name in mine if name in state]
    mismatched = [name for name in both if not fits(mine[name], state[name])]
    for name in both:
        if name not in mismatched and not (skip_ignored and name in quiet):
            mine[name].copy_(state[name])
    return {
        "missing": [name for name in mine if name not in state and name not in quiet],
        "unexpected": [name for name in state if name not in mine and name not in quiet],
        "mismatched": [name for name in mismatched if not (quiet_mismatch and name in quiet)],
    }
