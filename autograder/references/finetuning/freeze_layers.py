"""`freeze_layers`: what is right, and what goes wrong."""

from autograder.references import alternative, mistake, promised
from autograder.references.finetuning import (  # noqa: F401  (they register themselves)
    _freeze_layers_mistakes,
    _freeze_layers_slips,
)
from autograder.references.finetuning._freeze_layers import checked, freeze_layers, frozen_names, left, with_parts


@mistake(
    freeze_layers,
    "The embeddings go on learning. They come before the first layer, and are frozen along with it.",
)
def forgets_the_embeddings(model, count):
    body = checked(model, count)
    return with_parts(model, body.encoder.layer[:count])


@mistake(freeze_layers, "The layers go on learning, only the embeddings are frozen.")
def forgets_the_layers(model, count):
    return with_parts(model, [checked(model, count).embeddings])


@mistake(
    freeze_layers,
    "The last layers are frozen and the first go on learning. It is the first `count` that are frozen: `[:count]`.",
)
def freezes_the_last(model, count):
    body = checked(model, count)
    return with_parts(model, [body.embeddings, *list(body.encoder.layer)[len(body.encoder.layer) - count :]])


@mistake(
    freeze_layers,
    "Exactly the other layers are frozen: those from number `count` on. It is the first `count` ones: `[:count]`.",
)
def freezes_the_rest(model, count):
    body = checked(model, count)
    return with_parts(model, [body.embeddings, *body.encoder.layer[count:]])


@mistake(freeze_layers, "One layer too many is frozen. The first `count` are those with the numbers 0 to count − 1.")
def one_too_many(model, count):
    body = checked(model, count)
    return with_parts(model, [body.embeddings, *body.encoder.layer[: count + 1]])


@mistake(freeze_layers, "One layer too few is frozen. The first `count` are those with the numbers 0 to count − 1.")
def one_too_few(model, count):
    body = checked(model, count)
    return with_parts(model, [body.embeddings, *body.encoder.layer[: max(0, count - 1)]])


@mistake(
    freeze_layers, "A single layer is frozen, the one of number `count` or count − 1. It is all of the first ones."
)
def freezes_a_single_layer(model, count):
    body = checked(model, count)
    return with_parts(model, [body.embeddings, *body.encoder.layer[max(0, count - 1) : count]])


@mistake(
    freeze_layers,
    "The whole body is frozen, whatever the count, and only the head learns. Layers from number `count` on learn, too.",
)
def freezes_the_body(model, count):
    return with_parts(model, [checked(model, count)])


@mistake(
    freeze_layers,
    "The pooler is frozen, though it stands behind the layers. Only the embeddings and the first layers are.",
)
def freezes_the_pooler(model, count):
    body = checked(model, count)
    parts = [body.embeddings, *body.encoder.layer[:count]]
    return with_parts(model, [*parts, body.pooler] if hasattr(body, "pooler") else parts)


@mistake(
    freeze_layers,
    "The head is frozen as well: what sits beside the body has been forgotten, or everything was frozen at first. A "
    "head of random numbers that does not learn stays one.",
)
def freezes_the_head(model, count):
    body = checked(model, count)
    own = {id(parameter) for parameter in body.parameters()}
    frozen = frozen_names(body, count)
    for parameter in model.parameters():
        parameter.requires_grad = id(parameter) in own and id(parameter) not in frozen
        if id(parameter) in frozen:
            parameter.grad = None
    return left(model)


@mistake(
    freeze_layers,
    "Nothing is frozen: every parameter has `requires_grad` True still. A mode (`eval()`) or a `no_grad` around it "
    "changes nothing about that, nor does an attribute `requires_grad` of a module.",
)
def freezes_nothing(model, count):
    body = checked(model, count)
    for part in (body.embeddings, *body.encoder.layer[:count]):
        part.requires_grad = False
    return with_parts(model, [])


@mistake(
    freeze_layers,
    "What learns and what is frozen have changed places: `requires_grad` is True in the first layers and False "
    "elsewhere.",
)
def the_other_way_round(model, count):
    frozen = frozen_names(checked(model, count), count)
    for parameter in model.parameters():
        parameter.requires_grad = id(parameter) in frozen
    return left(model)


@mistake(
    freeze_layers,
    "What was frozen before stays frozen, though this call does not ask for it. Let everything learn first, then "
    "freeze.",
    keeps=0.8,
)
def never_thaws(model, count):
    body = checked(model, count)
    for part in (body.embeddings, *body.encoder.layer[:count]):
        part.requires_grad_(False)
        part.zero_grad()
    return left(model)


@mistake(
    freeze_layers,
    "A frozen parameter has still the gradient of an earlier step. An optimizer that knows it would go on moving it: "
    "set `grad` to None.",
    keeps=0.95,
)
def leaves_the_gradients(model, count):
    body = checked(model, count)
    model.requires_grad_(True)
    for part in (body.embeddings, *body.encoder.layer[:count]):
        part.requires_grad_(False)
    return left(model)


@mistake(
    freeze_layers,
    "Gradients of parameters that learn are gone, too. Only what is frozen loses them.",
    keeps=0.95,
)
def clears_all_gradients(model, count):
    model.zero_grad()
    return freeze_layers(model, count)


@alternative(freeze_layers)
def by_name(model, count):
    body = checked(model, count)
    for each in model.parameters():
        each.requires_grad_(True)
    for name, each in body.named_parameters(remove_duplicate=False):
        head, *rest = name.split(".")
        if head == "embeddings" or (head == "encoder" and rest[0] == "layer" and int(rest[1]) < count):
            each.requires_grad_(False)
            each.grad = None
    return sum(each.numel() for each in model.parameters() if each.requires_grad)


@alternative(freeze_layers)
def without_its_own_parts(model, count):
    body = checked(model, count)
    return with_parts(model, [body.embeddings, *[body.encoder.layer[place] for place in range(count)]])


promised(
    freeze_layers,
    "Stops the embeddings and the first layers of a BERT from learning; all the rest learns.",
    by=["some layers", "something else was frozen before", "a real BERT"],
)
promised(freeze_layers, "A parameter learns if its `requires_grad` is True.", by=["some layers"])
promised(
    freeze_layers,
    "What is frozen has no `grad` left; values, modes and other gradients stay.",
    by=["a gradient from before", "values and modes"],
)
promised(
    freeze_layers,
    "A parameter that a frozen part shares with another one is frozen.",
    by=["a parameter with two names", "layers that share a matrix", "a part before the body"],
)
promised(
    freeze_layers,
    "model: its body is `model.base_model`, with `embeddings` and a list of layers, `encoder.layer`.",
    by=["a real BERT", "a body that has no head"],
)
promised(
    freeze_layers,
    "count: how many layers are frozen, from 0 to all of them.",
    by=["the embeddings only", "all layers", "some layers"],
)
promised(
    freeze_layers,
    "How many numbers still learn, each once, as a Python int.",
    by=["how many", "its kind", "a parameter with two names"],
)
promised(
    freeze_layers,
    "ValueError: there are not that many layers, or count is below 0.",
    by=["below zero, and one too many"],
)
promised(freeze_layers, "Nothing is changed then.", by=["below zero, and one too many"])
