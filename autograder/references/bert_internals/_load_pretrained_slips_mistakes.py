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
