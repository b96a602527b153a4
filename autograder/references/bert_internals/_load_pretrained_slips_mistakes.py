"""Plainer mistakes of `load_pretrained`: one check left out, one case alone, something done too much."""

import torch

from autograder.references import mistake
from autograder.references.bert_internals._load_pretrained import load, load_pretrained, modernised


@mistake(
    load_pretrained,
    "What is missing passes without an error, and every gamma and beta is renamed, LayerNorm's or not. Perhaps all is "
    "left to load_state_dict(…, strict=False), which raises RuntimeError for a shape after it has copied the rest.",
)
def leaves_all_to_strict_false(model, checkpoint):
    new = {
        name.removeprefix("bert.").replace("gamma", "weight").replace("beta", "bias"): value
        for name, value in checkpoint.items()
    }
    return sorted(model.load_state_dict(new, strict=False).unexpected_keys)


@mistake(
    load_pretrained,
    "What is missing passes without an error, and a shape raises RuntimeError when the rest is copied, as "
    "load_state_dict(…, strict=False) does it. Compare names and shapes first.",
)
def leaves_it_to_strict_false(model, checkpoint):
    names = {modernised(name): name for name in checkpoint}
    told = model.load_state_dict({new: checkpoint[name] for new, name in names.items()}, strict=False)
    return sorted(names[new] for new in told.unexpected_keys)


@mistake(
    load_pretrained,
    "A buffer keeps its old numbers, and its name in the checkpoint is listed as left over. What is saved besides "
    "parameters belongs to the model, too: walk state_dict().",
    keeps=0.8,
)
def lists_buffers(model, checkpoint):
    names, parameters = {modernised(name): name for name in checkpoint}, dict(model.named_parameters())
    for name, value in parameters.items():
        if name not in names:
            raise KeyError(name)
        if value.shape != checkpoint[names[name]].shape:
            raise ValueError(name)
    with torch.no_grad():
        for name, value in parameters.items():
            value.copy_(checkpoint[names[name]])
    return sorted(name for new, name in names.items() if new not in parameters)


@mistake(
    load_pretrained,
    "Another shape is left for load_state_dict to find: it raises RuntimeError, and has copied by then all that fits. "
    "What is missing is found before.",
)
def leaves_shapes_to_torch(model, checkpoint):
    names, state = {modernised(name): name for name in checkpoint}, model.state_dict()
    for name in state:
        if name not in names:
            raise KeyError(name)
    model.load_state_dict({name: checkpoint[names[name]] for name in state})
    return sorted(name for new, name in names.items() if new not in state)


@mistake(
    load_pretrained,
    "Another shape is only noticed where copy_ cannot broadcast it, one number for many passes, and by then others are "
    "written. Compare the shapes before anything is copied.",
)
def lets_copy_complain(model, checkpoint):
    names, state = {modernised(name): name for name in checkpoint}, model.state_dict()
    for name in state:
        if name not in names:
            raise KeyError(name)
    with torch.no_grad():
        for name, value in state.items():
            value.copy_(checkpoint[names[name]])
    return sorted(name for new, name in names.items() if new not in state)


@mistake(
    load_pretrained,
    "Names are checked, and nothing is copied: the model keeps its old numbers.",
)
def copies_nothing(model, checkpoint):
    return load(model, checkpoint, copy=lambda model, given: None)


@mistake(
    load_pretrained,
    'Where a name has "bert." in front, its gamma or beta stays. Both may happen to one name.',
)
def one_or_the_other(model, checkpoint):
    def modern(name):
        return name.removeprefix("bert.") if name.startswith("bert.") else modernised(name)

    return load(model, checkpoint, modern=modern)


@mistake(
    load_pretrained,
    "Parameters stop learning: requires_grad is set to False on all of them. How they learn is not the loader's "
    "business.",
    keeps=0.95,
)
def freezes_all(model, checkpoint):
    result = load(model, checkpoint)
    model.requires_grad_(False)
    return result


@mistake(
    load_pretrained,
    "A parameter that was frozen learns afterwards, as when each gets requires_grad=True or is made anew. Copy the "
    "numbers, and leave the rest as it is.",
    keeps=0.95,
)
def thaws_all(model, checkpoint):
    result = load(model, checkpoint)
    model.requires_grad_(True)
    return result


@mistake(
    load_pretrained,
    "What is missing is found before anything is written, but another shape only while the tensors are copied: those "
    "in front of it are overwritten by then. Check all shapes first.",
)
def checks_shapes_while_copying(model, checkpoint):
    names, state = {modernised(name): name for name in checkpoint}, model.state_dict()
    for name in state:
        if name not in names:
            raise KeyError(name)
    for name, value in state.items():
        if value.shape != checkpoint[names[name]].shape:
            raise ValueError(name)
        value.copy_(checkpoint[names[name]])
    return sorted(name for new, name in names.items() if new not in state)


@mistake(
    load_pretrained,
    "What is missing is noticed at the end, when all that is there has been copied, and another shape while the "
    "tensors are copied. After an error the model should be as it was: check names and shapes first.",
)
def finds_missing_at_the_end(model, checkpoint):
    state, left = model.state_dict(), []
    missing = set(state)
    for name, value in checkpoint.items():
        new = modernised(name)
        if new not in state:
            left.append(name)
            continue
        if value.shape != state[new].shape:
            raise ValueError(new)
        state[new].copy_(value)
        missing.discard(new)
    if missing:
        raise KeyError(min(missing))
    return sorted(left)


@mistake(
    load_pretrained,
    "What is missing is noticed at the end, when all that is there has been copied. Shapes are compared before. After "
    "an error the model should be as it was: look for missing names first, too.",
)
def finds_missing_after_copying(model, checkpoint):
    names, state = {modernised(name): name for name in checkpoint}, model.state_dict()
    found = {name: checkpoint[names[name]] for name in state if name in names}
    for name, value in found.items():
        if value.shape != state[name].shape:
            raise ValueError(name)
    told = model.load_state_dict(found, strict=False)
    if told.missing_keys:
        raise KeyError(told.missing_keys[0])
    return sorted(name for new, name in names.items() if new not in state)


@mistake(load_pretrained, "beta of old files is not renamed: it is LayerNorm's bias.")
def keeps_beta(model, checkpoint):
    def modern(name):
        return name.removeprefix("bert.").replace("LayerNorm.gamma", "LayerNorm.weight")

    return load(model, checkpoint, modern=modern)


@mistake(load_pretrained, "What is listed are the names that found their place. List those that have none.")
def lists_what_is_found(model, checkpoint):
    return load(model, checkpoint, left=lambda extra: sorted(set(checkpoint) - set(extra)))


@mistake(load_pretrained, "All names of the checkpoint are listed. List those that have no place in the model.")
def lists_all(model, checkpoint):
    return load(model, checkpoint, left=lambda extra: sorted(checkpoint))


@mistake(
    load_pretrained,
    "Names that are renamed are listed as left over. They have a place in the model, under their new names.",
    keeps=0.9,
)
def lists_the_renamed(model, checkpoint):
    load(model, checkpoint)
    return sorted(name for name in checkpoint if name not in model.state_dict())
