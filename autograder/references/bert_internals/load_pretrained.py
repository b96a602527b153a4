"""`load_pretrained`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised


def load_pretrained(model, checkpoint):
    """The definition: one tensor of the model after the other, and nothing is written before all is known."""
    named = {_modern(name): name for name in checkpoint}
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


def _modern(name, prefix="bert."):
    name = name[len(prefix) :] if name.startswith(prefix) else name
    for old, new in ((".gamma", ".weight"), (".beta", ".bias")):
        if name.endswith("LayerNorm" + old):
            name = name[: -len(old)] + new
    return name


def _load(model, checkpoint, *, modern=_modern, check=True, left=None, copy=None, state=None):
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


@mistake(
    load_pretrained,
    "What is missing passes without an error, as with strict=False: the model keeps its old numbers there, "
    "and nobody is told. Raise KeyError.",
)
def loads_without_looking(model, checkpoint):
    def copy(model, given):
        shapes = {name: value.shape for name, value in model.state_dict().items()}
        for name in [name for name in given if given[name].shape != shapes[name]]:
            raise ValueError(name)
        model.load_state_dict(given, strict=False)

    return _load(model, checkpoint, check=False, copy=copy)


@mistake(
    load_pretrained,
    "The tensors are copied before all names and shapes are checked: after the error the model is half old, half new.",
)
def loads_half(model, checkpoint):
    named = {_modern(name): name for name in checkpoint}
    state = model.state_dict()
    for name, value in state.items():
        if name not in named:
            raise KeyError(name)
        if checkpoint[named[name]].shape != value.shape:
            raise ValueError(name)
        value.copy_(checkpoint[named[name]])
    return sorted(old for new, old in named.items() if new not in state)


@mistake(
    load_pretrained,
    '"bert." is taken away in the middle of a name, too, as by replace("bert.", ""). Only a "bert." in front '
    "is to go: removeprefix.",
)
def replaces_anywhere(model, checkpoint):
    def modern(name):
        return _modern(name.replace("bert.", ""))

    return _load(model, checkpoint, modern=modern)


@mistake(
    load_pretrained,
    'Names such as "embeddings.…" are not found, even as they stand. Perhaps it is lstrip("bert."): it takes '
    'away any letter of b, e, r, t and leaves "mbeddings". Use removeprefix.',
)
def strips_letters(model, checkpoint):
    return _load(model, checkpoint, modern=lambda name: _modern(name.lstrip("bert."), prefix="\0"))


@mistake(load_pretrained, 'A checkpoint that was saved with a head has "bert." in front of its names: take it away.')
def keeps_the_prefix(model, checkpoint):
    return _load(model, checkpoint, modern=lambda name: _modern(name, prefix="\0"))


@mistake(load_pretrained, "gamma and beta of old files are not renamed: they are LayerNorm's weight and bias.")
def keeps_gamma(model, checkpoint):
    return _load(model, checkpoint, modern=lambda name: name.removeprefix("bert."))


@mistake(
    load_pretrained,
    "gamma and beta have changed places: gamma multiplies and is the weight, beta is added and is the bias.",
)
def swaps_gamma_and_beta(model, checkpoint):
    def modern(name):
        return _modern(
            name.replace("LayerNorm.gamma", "LayerNorm.beta_")
            .replace("LayerNorm.beta", "LayerNorm.gamma")
            .replace("gamma_", "beta")
        )

    return _load(model, checkpoint, modern=modern)


@mistake(
    load_pretrained,
    "Only parameters are loaded. A buffer that is saved, as a running mean, belongs to the model's state too: walk "
    "state_dict().",
    keeps=0.8,
)
def forgets_buffers(model, checkpoint):
    state = dict(model.named_parameters())
    known = model.state_dict()
    copy = lambda model, given: model.load_state_dict(given, strict=False)  # noqa: E731
    return [name for name in _load(model, checkpoint, state=state, copy=copy) if _modern(name) not in known]


@mistake(
    load_pretrained,
    "Model and checkpoint share memory, as after `parameter.data = tensor`: whoever changes one changes the "
    "other. Copy the numbers, as copy_ does.",
    keeps=0.95,
)
def shares_the_tensors(model, checkpoint):
    return _load(model, checkpoint, copy=_assign)


def _assign(model, given):
    for name, value in [*model.named_parameters(), *model.named_buffers()]:
        if name in given:
            value.data = given[name].to(value.dtype)


@mistake(
    load_pretrained,
    "Names vanish from the caller's checkpoint, as by pop or del. Work on a copy of the dict.",
    keeps=0.95,
)
def pops_from_the_caller(model, checkpoint):
    result = _load(model, checkpoint)
    for name in [name for name in checkpoint if name not in result]:
        checkpoint.pop(name)
    return result


@mistake(
    load_pretrained,
    "The names that are left over are given as they look after renaming. Give them as they stand in the checkpoint.",
    keeps=0.9,
)
def renames_what_is_left(model, checkpoint):
    return _load(model, checkpoint, left=lambda extra: sorted(_modern(name) for name in extra))


@mistake(
    load_pretrained,
    "Nothing is returned. Return the names that found no place, sorted: a head that one has lost should show.",
    keeps=0.85,
)
def says_nothing(model, checkpoint):
    return _load(model, checkpoint, left=lambda extra: None)


@mistake(
    load_pretrained,
    "A tensor that the model has no place for is an error here. It is not: a head, or positions in old files. List it.",
    keeps=0.85,
)
def refuses_heads(model, checkpoint):
    def refuse(extra):
        if extra:
            raise KeyError(extra[0])
        return extra

    return _load(model, checkpoint, left=refuse)


@mistake(
    load_pretrained,
    "A matrix that has the other shape is turned over to fit. That is a ValueError: it may be another tensor.",
)
def turns_to_fit(model, checkpoint):
    state, given = model.state_dict(), dict(checkpoint)
    for name, value in checkpoint.items():
        wanted = state[_modern(name)].shape if _modern(name) in state else value.shape
        if value.dim() == 2 and value.shape != wanted and value.mT.shape == wanted:
            given[name] = value.mT
    return _load(model, given)


@mistake(
    load_pretrained,
    "A tensor of another shape is taken where only the number of elements agrees. Two shapes can agree in "
    "that and differ: compare the shapes themselves.",
)
def counts_elements(model, checkpoint):
    shapes = {name: value.shape for name, value in model.state_dict().items()}
    given = {
        name: value.reshape(shapes[new])
        if (new := _modern(name)) in shapes and shapes[new].numel() == value.numel()
        else value
        for name, value in checkpoint.items()
    }
    return _load(model, given)


@mistake(
    load_pretrained,
    "Linear weights are turned over, as files from TensorFlow need it. Here only the names come from there.",
)
def turns_weights_over(model, checkpoint):
    given = {name: value.mT if name.endswith("dense.weight") else value for name, value in checkpoint.items()}
    return _load(model, given)


@mistake(
    load_pretrained,
    "Every gamma and beta is renamed. Only LayerNorm's are: something else may be called so and keep its name.",
)
def renames_every_gamma(model, checkpoint):
    def modern(name):
        return name.removeprefix("bert.").replace("gamma", "weight").replace("beta", "bias")

    return _load(model, checkpoint, modern=modern)


@mistake(
    load_pretrained,
    "All buffers are asked for, also those that are not saved. A checkpoint holds what is in state_dict().",
)
def asks_for_all_buffers(model, checkpoint):
    state = dict(model.named_parameters()) | dict(model.named_buffers())
    return _load(model, checkpoint, state=state)


@mistake(
    load_pretrained,
    "load_state_dict is left to complain: it raises a RuntimeError, and has copied by then all that fits.",
)
def leaves_it_to_torch(model, checkpoint):
    named = {_modern(name): name for name in checkpoint}
    state = model.state_dict()
    model.load_state_dict({new: checkpoint[old] for new, old in named.items() if new in state})
    return sorted(old for new, old in named.items() if new not in state)


@mistake(
    load_pretrained,
    "The names that are left over come in the order of the checkpoint. Sort them.",
    keeps=0.9,
)
def leaves_unsorted(model, checkpoint):
    result = _load(model, checkpoint)
    return [name for name in checkpoint if name in result]


@mistake(
    load_pretrained,
    "The model takes on the checkpoint's dtype. It keeps its own, and the numbers are converted.",
    keeps=0.9,
)
def takes_the_dtype(model, checkpoint):
    result = _load(model, checkpoint)
    model.to(next(iter(checkpoint.values())).dtype)
    return result


@mistake(
    load_pretrained,
    "What is missing or has another shape is listed with what is left over. It has to be an error.",
)
def lists_what_is_missing(model, checkpoint):
    named = {_modern(name): name for name in checkpoint}
    state = model.state_dict()
    fine = {name for name in state if name in named and checkpoint[named[name]].shape == state[name].shape}
    model.load_state_dict({name: checkpoint[named[name]] for name in fine}, strict=False)
    return sorted({*(state.keys() - fine), *(old for new, old in named.items() if new not in state)})


@mistake(
    load_pretrained,
    "The error does not say which tensor it is about. Name it: a model has hundreds.",
)
def names_no_tensor(model, checkpoint):
    try:
        return _load(model, checkpoint)
    except KeyError:
        raise KeyError("something is missing") from None
    except ValueError:
        raise ValueError("something has another shape") from None


@mistake(
    load_pretrained,
    "The checkpoint's own tensors are put into the model, as by `load_state_dict(…, assign=True)`: their "
    "dtypes come along, and whoever changes one changes the other. Copy the values.",
    keeps=0.95,
)
def assigns_the_tensors(model, checkpoint):
    def assign(model, given):
        model.load_state_dict(given, strict=False, assign=True)

    return _load(model, checkpoint, copy=assign)


@alternative(load_pretrained)
def loads_by_state_dict(model, checkpoint):
    renamed = {}
    for name in checkpoint:
        new = name.removeprefix("bert.")
        new = new.replace("LayerNorm.gamma", "LayerNorm.weight").replace("LayerNorm.beta", "LayerNorm.bias")
        renamed[new] = name
    wanted = model.state_dict()
    if missing := wanted.keys() - renamed.keys():
        raise KeyError(f"missing: {sorted(missing)}")
    found = {name: checkpoint[renamed[name]] for name in wanted}
    if wrong := [name for name in wanted if wanted[name].shape != found[name].shape]:
        raise ValueError(f"of another shape: {wrong}")
    model.load_state_dict(found)
    return sorted(renamed[name] for name in renamed.keys() - wanted.keys())


@alternative(load_pretrained)
def loads_by_walking(model, checkpoint):
    left, found = [], {}
    targets = model.state_dict(keep_vars=True)
    for name, value in checkpoint.items():
        new = _modern(name)
        if new in targets:
            found[new] = value
        else:
            left.append(name)
    for name, target in targets.items():
        if name not in found:
            raise KeyError(name)
        if target.shape != found[name].shape:
            raise ValueError(f"{name}: {tuple(target.shape)} and {tuple(found[name].shape)}")
    for name, target in targets.items():
        target.detach().copy_(found[name])
    left.sort()
    return left


WHATEVER = [
    "the very names", "saved together with a head", "gamma and beta", "gamma and beta, with a head",
    '"bert." in the middle of a name', "gamma and beta of something else",
]  # fmt: skip
BENT = [
    f"one is {kind}" for kind in ("narrower", "wider", "transposed", "laid out in one row", "one dimension too deep")
]
promised(
    load_pretrained,
    "Copies a checkpoint into `model` by the names of its tensors, whatever the age and the head of the checkpoint.",
    by=WHATEVER,
)
promised(
    load_pretrained,
    'A name in the checkpoint loses a "bert." in front; LayerNorm.gamma becomes LayerNorm.weight, LayerNorm.beta '
    "becomes LayerNorm.bias.",
    by=WHATEVER,
)
promised(load_pretrained, "model: every parameter and every buffer of its `state_dict` is overwritten.", by=WHATEVER)
promised(
    load_pretrained,
    "It keeps its dtype, and its parameters stay the same objects.",
    by=["into float64", "float16 and bfloat16", "the model's own tensors"],
)
promised(
    load_pretrained, "checkpoint: name → tensor, of any floating dtype.", by=["float16 and bfloat16", "into float64"]
)
promised(
    load_pretrained,
    "It is left alone, and shares no memory with the model.",
    by=["the checkpoint is left alone", "the model's own tensors"],
)
promised(
    load_pretrained,
    "The names in the checkpoint, as they stand there, that have no place in the model, sorted.",
    by=["more than the model has", "more than the model has, in an old file"],
)
promised(
    load_pretrained,
    "KeyError: a tensor of the model is not in the checkpoint.",
    by=["one is missing", "nothing at all"],
)
promised(load_pretrained, "ValueError: one has another shape.", by=BENT)
promised(load_pretrained, "Both name the tensor, and the model is then as it was.", by=["one is missing", *BENT])
