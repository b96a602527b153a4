"""Mistakes of `load_pretrained`."""

from autograder.references import mistake
from autograder.references.bert_internals._load_pretrained import load, load_pretrained, modernised


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

    return load(model, checkpoint, check=False, copy=copy)


@mistake(
    load_pretrained,
    "The tensors are copied before all names and shapes are checked: after the error the model is half old, half new.",
)
def loads_half(model, checkpoint):
    named = {modernised(name): name for name in checkpoint}
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
        return modernised(name.replace("bert.", ""))

    return load(model, checkpoint, modern=modern)


@mistake(
    load_pretrained,
    'Names such as "embeddings.…" are not found, even as they stand. Perhaps it is lstrip("bert."): it takes '
    'away any letter of b, e, r, t and leaves "mbeddings". Use removeprefix.',
)
def strips_letters(model, checkpoint):
    return load(model, checkpoint, modern=lambda name: modernised(name.lstrip("bert."), prefix="\0"))


@mistake(load_pretrained, 'A checkpoint that was saved with a head has "bert." in front of its names: take it away.')
def keeps_the_prefix(model, checkpoint):
    return load(model, checkpoint, modern=lambda name: modernised(name, prefix="\0"))


@mistake(load_pretrained, "gamma and beta of old files are not renamed: they are LayerNorm's weight and bias.")
def keeps_gamma(model, checkpoint):
    return load(model, checkpoint, modern=lambda name: name.removeprefix("bert."))


@mistake(
    load_pretrained,
    "gamma and beta have changed places: gamma multiplies and is the weight, beta is added and is the bias.",
)
def swaps_gamma_and_beta(model, checkpoint):
    def modern(name):
        return modernised(
            name.replace("LayerNorm.gamma", "LayerNorm.beta_")
            .replace("LayerNorm.beta", "LayerNorm.gamma")
            .replace("gamma_", "beta")
        )

    return load(model, checkpoint, modern=modern)


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
    return [name for name in load(model, checkpoint, state=state, copy=copy) if modernised(name) not in known]


@mistake(
    load_pretrained,
    "Model and checkpoint share memory, as after `parameter.data = tensor`: whoever changes one changes the "
    "other. Copy the numbers, as copy_ does.",
    keeps=0.95,
)
def shares_the_tensors(model, checkpoint):
    return load(model, checkpoint, copy=_assign)


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
    result = load(model, checkpoint)
    for name in [name for name in checkpoint if name not in result]:
        checkpoint.pop(name)
    return result


@mistake(
    load_pretrained,
    "The names that are left over are given as they look after renaming. Give them as they stand in the checkpoint.",
    keeps=0.9,
)
def renames_what_is_left(model, checkpoint):
    return load(model, checkpoint, left=lambda extra: sorted(modernised(name) for name in extra))
