"""More mistakes of `load_pretrained`."""

from autograder.references import mistake
from autograder.references.bert_internals._load_pretrained import load, load_pretrained, modernised


@mistake(
    load_pretrained,
    "Nothing is returned. Return the names that found no place, sorted: a head that one has lost should show.",
    keeps=0.85,
)
def says_nothing(model, checkpoint):
    return load(model, checkpoint, left=lambda extra: None)


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

    return load(model, checkpoint, left=refuse)


@mistake(
    load_pretrained,
    "A matrix that has the other shape is turned over to fit. That is a ValueError: it may be another tensor.",
)
def turns_to_fit(model, checkpoint):
    state, given = model.state_dict(), dict(checkpoint)
    for name, value in checkpoint.items():
        wanted = state[modernised(name)].shape if modernised(name) in state else value.shape
        if value.dim() == 2 and value.shape != wanted and value.mT.shape == wanted:
            given[name] = value.mT
    return load(model, given)


@mistake(
    load_pretrained,
    "A tensor of another shape is taken where only the number of elements agrees. Two shapes can agree in "
    "that and differ: compare the shapes themselves.",
)
def counts_elements(model, checkpoint):
    shapes = {name: value.shape for name, value in model.state_dict().items()}
    given = {
        name: value.reshape(shapes[new])
        if (new := modernised(name)) in shapes and shapes[new].numel() == value.numel()
        else value
        for name, value in checkpoint.items()
    }
    return load(model, given)


@mistake(
    load_pretrained,
    "Linear weights are turned over, as files from TensorFlow need it. Here only the names come from there.",
)
def turns_weights_over(model, checkpoint):
    given = {name: value.mT if name.endswith("dense.weight") else value for name, value in checkpoint.items()}
    return load(model, given)


@mistake(
    load_pretrained,
    "Every gamma and beta is renamed. Only LayerNorm's are: something else may be called so and keep its name.",
)
def renames_every_gamma(model, checkpoint):
    def modern(name):
        return name.removeprefix("bert.").replace("gamma", "weight").replace("beta", "bias")

    return load(model, checkpoint, modern=modern)


@mistake(
    load_pretrained,
    "All buffers are asked for, also those that are not saved. A checkpoint holds what is in state_dict().",
)
def asks_for_all_buffers(model, checkpoint):
    state = dict(model.named_parameters()) | dict(model.named_buffers())
    return load(model, checkpoint, state=state)


@mistake(
    load_pretrained,
    "load_state_dict is left to complain: it raises a RuntimeError, and has copied by then all that fits.",
)
def leaves_it_to_torch(model, checkpoint):
    named = {modernised(name): name for name in checkpoint}
    state = model.state_dict()
    model.load_state_dict({new: checkpoint[old] for new, old in named.items() if new in state})
    return sorted(old for new, old in named.items() if new not in state)


@mistake(
    load_pretrained,
    "The names that are left over come in the order of the checkpoint. Sort them.",
    keeps=0.9,
)
def leaves_unsorted(model, checkpoint):
    result = load(model, checkpoint)
    return [name for name in checkpoint if name in result]


@mistake(
    load_pretrained,
    "The model takes on the checkpoint's dtype. It keeps its own, and the numbers are converted.",
    keeps=0.9,
)
def takes_the_dtype(model, checkpoint):
    result = load(model, checkpoint)
    model.to(next(iter(checkpoint.values())).dtype)
    return result


@mistake(
    load_pretrained,
    "What is missing or has another shape is listed with what is left over. It has to be an error.",
)
def lists_what_is_missing(model, checkpoint):
    named = {modernised(name): name for name in checkpoint}
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
        return load(model, checkpoint)
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

    return load(model, checkpoint, copy=assign)
