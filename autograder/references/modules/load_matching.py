"""`load_matching`: what is right, and what goes wrong."""

import copy
import re

import torch

from autograder.references import alternative, mistake


def load_matching(model, state, ignore=()):
    """Name by name, from both sides."""
    report = {"missing": [], "unexpected": [], "mismatched": []}

    def quiet(name):
        return bool(ignore) and re.search("|".join(f"(?:{pattern})" for pattern in ignore), name) is not None

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


def _load(model, state, ignore, *, search=re.search, fits=None, skip_ignored=False, quiet_mismatch=False):
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


@mistake(
    load_matching,
    "load_state_dict(strict=False) forgives names that are missing or too many, but not shapes: they still raise "
    "RuntimeError. Take them out first.",
)
def trusts_strict_false(model, state, ignore=()):
    missing, unexpected = model.load_state_dict(state, strict=False)

    def told(names):
        return [name for name in names if not any(re.search(pattern, name) for pattern in ignore)]

    return {"missing": told(missing), "unexpected": told(unexpected), "mismatched": []}


@mistake(
    load_matching,
    "missing and unexpected are swapped. Seen from the model: what it has and the file has not is missing.",
)
def swaps_the_lists(model, state, ignore=()):
    report = _load(model, state, ignore)
    return {**report, "missing": report["unexpected"], "unexpected": report["missing"]}


@mistake(
    load_matching,
    "A tensor whose shape differs is reported as missing, too: the file without the mismatched ones was compared with "
    "the model.",
)
def misses_the_mismatched(model, state, ignore=()):
    report = _load(model, state, ignore)
    quiet = [name for name in report["mismatched"] if any(re.search(pattern, name) for pattern in ignore)]
    return {**report, "missing": report["missing"] + [name for name in report["mismatched"] if name not in quiet]}


@mistake(
    load_matching,
    "Names to ignore are not loaded. Ignoring is about the report alone: what fits is loaded, whatever its name.",
)
def skips_the_ignored(model, state, ignore=()):
    return _load(model, state, ignore, skip_ignored=True)


@mistake(load_matching, "`ignore` is not heard: everything is reported.")
def hears_no_ignore(model, state, ignore=()):
    return _load(model, state, ())


@mistake(
    load_matching,
    "re.match only looks at the beginning of a name. A pattern may stand anywhere in it: re.search.",
)
def matches_at_the_start(model, state, ignore=()):
    return _load(model, state, ignore, search=re.match)


@mistake(load_matching, "`ignore` holds patterns, not whole names: re.search(pattern, name).")
def compares_whole_names(model, state, ignore=()):
    return _load(model, state, ignore, search=lambda pattern, name: pattern == name)


@mistake(
    load_matching, "A shape that differs is hushed up where its name is ignored. That is never expected: report it."
)
def hushes_up_shapes(model, state, ignore=()):
    return _load(model, state, ignore, quiet_mismatch=True)


@mistake(
    load_matching,
    "copy_ broadcasts: a tensor of another shape is spread over the parameter without an error. Compare the shapes "
    "first.",
)
def broadcasts(model, state, ignore=()):
    def fits(mine, theirs):
        try:
            return torch.broadcast_shapes(mine.shape, theirs.shape) == mine.shape
        except RuntimeError:
            return False

    return _load(model, state, ignore, fits=fits)


@mistake(
    load_matching,
    "Only parameters are loaded. A batch norm's running statistics are buffers: state_dict() has both.",
)
def loads_parameters_only(model, state, ignore=()):
    buffers = {name for name, _ in model.named_buffers()}
    report = load_matching(model, {name: value for name, value in state.items() if name not in buffers}, ignore)
    known = [name for name in report["missing"] if name not in buffers]
    extra = [name for name in state if name in buffers and not any(re.search(p, name) for p in ignore)]
    return {**report, "missing": known, "unexpected": report["unexpected"] + extra}


@mistake(
    load_matching,
    "The file's tensors take the place of the model's: dtype, memory and the need of a gradient are the file's, and an "
    "optimizer holds the old parameters. Copy the values into those that are there.",
)
def hands_over(model, state, ignore=()):
    report = load_matching(model, state, ignore)
    mine = model.state_dict()
    fitting = {name: value for name, value in state.items() if name in mine and mine[name].shape == value.shape}
    model.load_state_dict(fitting, strict=False, assign=True)
    return report


@alternative(load_matching)
def loaded_by_the_library(model, state, ignore=()):
    mine = model.state_dict()
    wrong = [name for name in state if name in mine and mine[name].shape != state[name].shape]
    missing, unexpected = model.load_state_dict({k: v for k, v in state.items() if k not in wrong}, strict=False)

    def told(names):
        return [name for name in names if name not in wrong and not any(re.search(p, name) for p in ignore)]

    return {"missing": told(missing), "unexpected": told(unexpected), "mismatched": wrong}


@alternative(load_matching)
def loaded_in_place(model, state, ignore=()):
    return _load(model, copy.copy(state), list(ignore))
