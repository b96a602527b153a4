"""`load_matching`: what is right, and what goes wrong."""

import copy
import re

import torch

from autograder.references import alternative, mistake, promised


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
    "A tensor whose shape differs is reported as missing, too, as when the file without the mismatched ones "
    "is compared with the model. The file has it: it is mismatched alone.",
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
    "A pattern is looked for at the beginning of a name only, as by re.match. It may stand anywhere in it: re.search.",
    keeps=0.98,
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
    "The file's tensors take the place of the model's: dtype and memory are the file's, and an optimizer "
    "holds the old parameters. Copy the values into those that are there.",
    keeps=0.88,
)
def hands_over(model, state, ignore=()):
    report = load_matching(model, state, ignore)
    mine = model.state_dict()
    fitting = {name: value for name, value in state.items() if name in mine and mine[name].shape == value.shape}
    model.load_state_dict(fitting, strict=False, assign=True)
    return report


@mistake(
    load_matching,
    "A tensor of another shape is loaded where it has as many numbers: (2, 3) and (3, 2) hold six each, and "
    "the values land in the wrong places. Compare `.shape`.",
)
def goes_by_numel(model, state, ignore=()):
    return _load(
        model,
        {name: value.reshape(_shape(model, name, value)) for name, value in state.items()},
        ignore,
    )


def _shape(model, name, value):
    mine = model.state_dict().get(name)
    return mine.shape if mine is not None and mine.numel() == value.numel() else value.shape


@mistake(
    load_matching,
    "A matrix that lies on its side is turned round and loaded. Its shape differs: report it.",
)
def turns_them_round(model, state, ignore=()):
    mine = model.state_dict()
    turned = {
        name: value.T if name in mine and value.dim() == 2 and value.T.shape == mine[name].shape else value
        for name, value in state.items()
    }
    return _load(model, turned, ignore)


@mistake(
    load_matching,
    "Of a tensor whose shape differs, the part that fits is loaded. Half a head is worse than a fresh one: leave it.",
)
def loads_a_part(model, state, ignore=()):
    report = _load(model, state, ignore)
    mine = model.state_dict()
    for name in [name for name in mine if name in state and mine[name].shape != state[name].shape]:
        if mine[name].dim() == state[name].dim():
            part = tuple(slice(0, min(sizes)) for sizes in zip(mine[name].shape, state[name].shape, strict=True))
            mine[name][part] = state[name][part].to(mine[name].dtype)
    return report


@mistake(
    load_matching,
    "What the file does not have is set to 0. The model keeps its own values there, which may be well "
    "chosen: leave them alone.",
)
def empties_the_missing(model, state, ignore=()):
    report = _load(model, state, ignore)
    for name, value in model.state_dict().items():
        if name not in state:
            value.zero_()
    return report


@mistake(
    load_matching,
    "A tensor whose shape differs is reported as unexpected, too. Both have it, so it is mismatched and nothing else.",
)
def expects_no_mismatched(model, state, ignore=()):
    report = _load(model, state, ignore)
    return {**report, "unexpected": report["unexpected"] + report["mismatched"]}


@mistake(
    load_matching,
    "A tensor whose shape differs is left, but not reported: it belongs under mismatched.",
)
def hushes_up_the_mismatched(model, state, ignore=()):
    return {**_load(model, state, ignore), "mismatched": []}


@mistake(
    load_matching,
    "The report is made, but nothing arrives in the model. load_state_dict(fitting, strict=False), called on "
    "the model itself, copies what fits.",
)
def only_reports(model, state, ignore=()):
    return _load(copy.deepcopy(model), state, ignore)


@mistake(
    load_matching,
    "`ignore` holds patterns, not parts of names: `in` never finds `^` or `\\.`. re.search(pattern, name).",
    keeps=0.8,
)
def looks_for_parts(model, state, ignore=()):
    return _load(model, state, ignore, search=lambda pattern, name: pattern in name)


@mistake(
    load_matching,
    "`ignore` is heard for one of the two lists only. It is about both: missing and unexpected.",
    keeps=0.8,
)
def quiets_the_missing_only(model, state, ignore=()):
    return {**_load(model, state, ignore), "unexpected": _load(copy.deepcopy(model), state, ())["unexpected"]}


@mistake(
    load_matching,
    "`ignore` is heard for one of the two lists only. It is about both: missing and unexpected.",
    keeps=0.8,
)
def quiets_the_unexpected_only(model, state, ignore=()):
    return {**_load(model, state, ignore), "missing": _load(copy.deepcopy(model), state, ())["missing"]}


@mistake(
    load_matching,
    "Names are taken out of the caller's `state`. It may be needed again: make a dict of your own.",
    keeps=0.9,
)
def empties_the_file(model, state, ignore=()):
    report = _load(model, state, ignore)
    for name in [name for name in model.state_dict() if name in state]:
        state.pop(name)
    return report


@mistake(
    load_matching,
    "The parameters hold the file's own tensors, as by `.data = …`: model and file share memory, so that "
    "training changes both, and the dtype is the file's. Copy the values over: copy_.",
    keeps=0.9,
)
def shares_the_file(model, state, ignore=()):
    report = _load(model, state, ignore)
    own = {**dict(model.named_parameters(remove_duplicate=False)), **dict(model.named_buffers())}
    for name, value in own.items():
        if name in state and value.shape == state[name].shape:
            value.data = state[name].detach()
    return report


@mistake(
    load_matching,
    "The lists grow from call to call, as with a default `{…}` or a global. Make fresh ones at every call.",
    keeps=0.95,
)
def remembers_reports(model, state, ignore=()):
    known = model.__dict__.setdefault("_reports", {"missing": [], "unexpected": [], "mismatched": []})
    for kind, names in _load(model, state, ignore).items():
        known[kind] += names
    return known


@mistake(
    load_matching,
    "Everything is put into training mode, or unfrozen. Loading changes values alone: the mode and `requires_grad` "
    "stay as they are.",
    keeps=0.95,
)
def thaws(model, state, ignore=()):
    report = _load(model, state, ignore)
    model.train()
    model.requires_grad_(True)
    return report


@mistake(
    load_matching,
    "A tensor of shape (1,) goes into one without dimensions. Compare the shapes yourself: "
    "`load_state_dict`, for instance, is not strict about that.",
    keeps=0.95,
)
def leaves_the_shapes_to_torch(model, state, ignore=()):
    return _load(model, state, ignore, fits=lambda mine, theirs: mine.shape == theirs.shape[mine.dim() == 0 :])


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


promised(
    load_matching,
    "Loads every tensor of `state` that the model has under the same name in the same shape.",
    by=["all fits", "as many numbers in another shape", "a frozen state, in an OrderedDict"],
)
promised(
    load_matching,
    "model: its tensors get new values; they keep their dtype, their memory and their `requires_grad`.",
    by=["the model stays itself", "float32 into float64"],
)
promised(
    load_matching,
    "state: names to tensors, as from `state_dict()`.",
    by=["all fits", "a frozen state, in an OrderedDict"],
)
promised(
    load_matching,
    "It is not changed, and no memory is shared with it.",
    by=["the caller's state is left alone", "the model stays itself"],
)
promised(load_matching, "ignore: patterns for `re.search`, a list or tuple.", by=["a pattern in the middle of a name"])
promised(
    load_matching,
    'A name in which one is found is left out of "missing" and "unexpected".',
    by=["keys to ignore", "an ignored name whose shape differs"],
)
promised(load_matching, "It is loaded all the same if it fits.", by=["ignored and there: it is loaded"])
promised(
    load_matching,
    'Three lists of names, in any order: "missing" (the model has it, `state` has not), "unexpected" (the other way '
    'round), "mismatched" (both have it, in different shapes).',
    by=["missing and unexpected", "another number of classes"],
)
