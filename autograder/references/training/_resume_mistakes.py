"""Mistakes of `resume`."""

import pickle

import torch

from autograder.references import mistake
from autograder.references.training._resume import load, resume, take_up


@mistake(
    resume,
    "The random stream is not put back: dropout drops other numbers than it would have, and the curves part.",
)
def forgets_the_random(path, parts):
    return take_up(load(path), parts, random=False) if path.exists() else 0


@mistake(
    resume,
    "The random stream is put back too early: a part that draws while it loads, as a `DataLoader` that is opened, "
    "moves it on again. It comes last.",
    keeps=0.75,
)
def random_first(path, parts):
    if not path.exists():
        return 0
    found = load(path)
    torch.set_rng_state(found["random"])
    return take_up(found, parts, random=False)


@mistake(
    resume,
    "The stream is seeded anew instead of put back: the numbers afterwards are those of the beginning of some stream, "
    "and not those that came next.",
)
def seeds_anew(path, parts):
    if not path.exists():
        return 0
    step = take_up(load(path), parts, random=False)
    torch.manual_seed(step)
    return step


@mistake(
    resume,
    "Only some of the parts are put back, as the model alone: the others go on from where they happened to be. Walk "
    "through all of `parts`.",
)
def only_the_model(path, parts):
    if not path.exists():
        return 0
    return take_up(load(path), parts, names=[name for name in parts if name == "model"])


@mistake(
    resume,
    "Only some of the parts are put back, as the model alone: the others go on from where they happened to be. Walk "
    "through all of `parts`.",
)
def without_the_order(path, parts):
    if not path.exists():
        return 0
    return take_up(load(path), parts, names=[name for name in parts if name in ("model", "optimizer", "schedule")])


@mistake(
    resume,
    "What comes back is one step too many. `step` in the file counts the steps that are done, and that is what the "
    "caller asks for.",
)
def one_more(path, parts):
    return take_up(load(path), parts) + 1 if path.exists() else 0


@mistake(
    resume,
    "What comes back is one step too few: the last step would be done twice. `step` in the file counts the steps that "
    "are done.",
)
def one_less(path, parts):
    return max(0, take_up(load(path), parts) - 1) if path.exists() else 0


@mistake(
    resume,
    "A missing file is an error here. On the first evening there is none: return 0, and leave everything as it is.",
    keeps=0.85,
)
def needs_a_file(path, parts):
    return take_up(load(path), parts)


@mistake(
    resume,
    "A part that the file does not have is passed over without a word, and goes on from where it happened to be. That "
    "should be a KeyError.",
    keeps=0.93,
)
def passes_over_missing(path, parts):
    if not path.exists():
        return 0
    found = load(path)
    for name, state in found["parts"].items():
        if name in parts:
            parts[name].load_state_dict(state)
    torch.set_rng_state(found["random"])
    return found["step"]


@mistake(
    resume,
    "A part that the file lacks is passed over without a word, and one that it has and nobody asked for is an error, "
    "as when the file's parts are walked through. Walk through `parts`.",
)
def walks_through_the_file(path, parts):
    found = load(path) if path.exists() else {"parts": {}, "step": 0, "random": torch.get_rng_state()}
    for name in found["parts"]:
        parts[name].load_state_dict(found["parts"][name])
    torch.set_rng_state(found["random"])
    return found["step"]


@mistake(
    resume,
    "A model of other layers takes what fits and keeps the rest as it is, as with `strict=False`. That is an error in "
    "a run that should go on, and should be raised.",
    keeps=0.93,
)
def not_strict(path, parts):
    if not path.exists():
        return 0
    found = load(path)
    for name, part in parts.items():
        if isinstance(part, torch.nn.Module):
            part.load_state_dict(found["parts"][name], strict=False)
        else:
            part.load_state_dict(found["parts"][name])
    torch.set_rng_state(found["random"])
    return found["step"]


@mistake(
    resume,
    "Code from the file was run: what is pickled into it was called while it was read. Load it with "
    "`weights_only=True`, and let its error be the answer, without a second try.",
    keeps=0.81,
)
def trusts_the_file(path, parts):
    if not path.exists():
        return 0
    return take_up(torch.load(path, map_location="cpu", weights_only=False), parts)


@mistake(
    resume,
    "Code from the file was run: what is pickled into it was called while it was read. Load it with "
    "`weights_only=True`, and let its error be the answer, without a second try.",
    keeps=0.81,
)
def tries_again(path, parts):
    if not path.exists():
        return 0
    try:
        found = load(path)
    except pickle.UnpicklingError:
        found = torch.load(path, map_location="cpu", weights_only=False)
    return take_up(found, parts)


@mistake(
    resume,
    "Any error counts as a missing file, and the run begins anew, over the old checkpoint. Only where there is no file "
    "does one begin at 0.",
    keeps=0.75,
)
def every_error_is_a_start(path, parts):
    try:
        return take_up(load(path), parts)
    except Exception:
        return 0


@mistake(
    resume,
    "A file from before the first step is taken for none: `if step` asks whether it is 0. What it holds counts all the "
    "same.",
    keeps=0.85,
)
def zero_is_nothing(path, parts):
    if not path.exists():
        return 0
    found = load(path)
    return take_up(found, parts) if found["step"] else 0


@mistake(
    resume,
    "The model is in another mode afterwards. Whether it trains or evaluates is not in the file, and is the caller's "
    "decision.",
    keeps=0.9,
)
def switches_to_training(path, parts):
    if not path.exists():
        return 0
    step = take_up(load(path), parts)
    if "model" in parts:
        parts["model"].train()
    return step


@mistake(
    resume,
    "The model's weights are other tensors afterwards, while the optimizer and everybody else hold the old ones. "
    "`load_state_dict` copies into those that are there; without `assign=True`, that is.",
    keeps=0.85,
)
def assigns(path, parts):
    if not path.exists():
        return 0
    found = load(path)
    step = take_up(found, parts)
    if "model" in parts:
        parts["model"].load_state_dict(found["parts"]["model"], assign=True)
    return step
