"""Mistakes of `load_matching` about what arrives in the model. (Those about the report are in the other file.)"""

import copy
import re

import torch

from autograder.references import mistake
from autograder.references.modules._load_matching import load_matching, loaded


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
    "copy_ broadcasts: a tensor of another shape is spread over the parameter without an error. Compare the shapes "
    "first.",
)
def broadcasts(model, state, ignore=()):
    def fits(mine, theirs):
        try:
            return torch.broadcast_shapes(mine.shape, theirs.shape) == mine.shape
        except RuntimeError:
            return False

    return loaded(model, state, ignore, fits=fits)


@mistake(
    load_matching,
    "A tensor of another dtype is not loaded and counts as mismatched, though name and shape agree. Its values go into "
    "the model's dtype, as with copy_: only the shape decides.",
    keeps=0.95,
)
def wants_the_same_dtype(model, state, ignore=()):
    return loaded(
        model, state, ignore, fits=lambda mine, theirs: (mine.shape, mine.dtype) == (theirs.shape, theirs.dtype)
    )


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
    return loaded(
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
    return loaded(model, turned, ignore)


@mistake(
    load_matching,
    "Of a tensor whose shape differs, the part that fits is loaded. Half a head is worse than a fresh one: leave it.",
)
def loads_a_part(model, state, ignore=()):
    report = loaded(model, state, ignore)
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
    report = loaded(model, state, ignore)
    for name, value in model.state_dict().items():
        if name not in state:
            value.zero_()
    return report


@mistake(
    load_matching,
    "The report is made, but nothing arrives in the model. load_state_dict(fitting, strict=False), called on "
    "the model itself, copies what fits.",
)
def only_reports(model, state, ignore=()):
    return loaded(copy.deepcopy(model), state, ignore)


@mistake(
    load_matching,
    "Names are taken out of the caller's `state`. It may be needed again: make a dict of your own.",
    keeps=0.9,
)
def empties_the_file(model, state, ignore=()):
    report = loaded(model, state, ignore)
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
    report = loaded(model, state, ignore)
    own = {**dict(model.named_parameters(remove_duplicate=False)), **dict(model.named_buffers())}
    for name, value in own.items():
        if name in state and value.shape == state[name].shape:
            value.data = state[name].detach()
    return report


@mistake(
    load_matching,
    "Everything is put into training mode, or unfrozen. Loading changes values alone: the mode and `requires_grad` "
    "stay as they are.",
    keeps=0.95,
)
def thaws(model, state, ignore=()):
    report = loaded(model, state, ignore)
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
    return loaded(model, state, ignore, fits=lambda mine, theirs: mine.shape == theirs.shape[mine.dim() == 0 :])


@mistake(
    load_matching,
    "`load_state_dict` raises as soon as a name is missing or unexpected, and here such names belong in the report. "
    "With strict=False it takes what there is.",
)
def loads_strictly(model, state, ignore=()):
    report = loaded(model, state, ignore)
    model.load_state_dict({name: value for name, value in state.items() if name not in report["mismatched"]})
    return report
