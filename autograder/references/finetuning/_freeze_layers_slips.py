"""Slips of `freeze_layers`: a part too few, a number from elsewhere."""

from autograder.references import mistake
from autograder.references.finetuning._freeze_layers import checked, freeze_layers, left, with_parts


@mistake(
    freeze_layers,
    "What was frozen beside the body before, such as the head, stays frozen. All the rest learns: "
    "`model.requires_grad_(True)`.",
    keeps=0.8,
)
def thaws_the_body_only(model, count):
    beside = [value for value in model.parameters() if not value.requires_grad]
    freeze_layers(model, count)
    own = {id(value) for value in model.base_model.parameters()}
    for value in beside:
        value.requires_grad = id(value) in own and value.requires_grad
    return left(model)


@mistake(
    freeze_layers,
    "All layers are frozen, whatever the count. It is the first `count` ones: `[:count]`.",
)
def all_layers(model, count):
    body = checked(model, count)
    return with_parts(model, [body.embeddings, body.encoder])


@mistake(
    freeze_layers,
    "Of the embeddings only the table of words is frozen. Their norm and whatever else they hold belong to them.",
)
def the_words_only(model, count):
    body = checked(model, count)
    return with_parts(model, [body.embeddings.word_embeddings, *body.encoder.layer[:count]])


@mistake(
    freeze_layers,
    "The number that comes back leaves out what learns beside the body, such as the head. Count the parameters of "
    "`model`.",
)
def counts_the_body(model, count):
    freeze_layers(model, count)
    return left(model.base_model)


@mistake(
    freeze_layers,
    "The number that comes back counts the rows of each parameter, as `len` does. Asked for are all numbers in it: "
    "`numel()`.",
)
def counts_rows(model, count):
    freeze_layers(model, count)
    return sum(value.shape[0] for value in model.parameters() if value.requires_grad)


@mistake(
    freeze_layers,
    "Nothing is frozen: every parameter has `requires_grad` True still. A mode (`eval()`) or a `no_grad` around it "
    "changes nothing about that, nor does an attribute `requires_grad` of a module.",
)
def only_loses_gradients(model, count):
    freeze_layers(model, count)
    return with_parts(model, [])


@mistake(
    freeze_layers,
    "Gradients of parameters that learn are gone, too. Only what is frozen loses them.",
    keeps=0.95,
)
def clears_the_body(model, count):
    model.base_model.zero_grad()
    return freeze_layers(model, count)


@mistake(
    freeze_layers,
    "A count below 0 is let through. Raise a ValueError for it, as for one above the number of layers.",
    keeps=0.9,
)
def refuses_above_only(model, count):
    if count > len(model.base_model.encoder.layer):
        raise ValueError("too many")
    return with_parts(model, [model.base_model.embeddings, *model.base_model.encoder.layer[:count]])
