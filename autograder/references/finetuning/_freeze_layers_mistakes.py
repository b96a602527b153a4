"""More mistakes of `freeze_layers`: counts, modes, refusals."""

from autograder.references import mistake
from autograder.references.finetuning._freeze_layers import checked, freeze_layers, left, with_parts


@mistake(freeze_layers, "The number that comes back counts what is frozen, too. Asked for is what still learns.")
def counts_everything(model, count):
    freeze_layers(model, count)
    return sum(parameter.numel() for parameter in model.parameters())


@mistake(freeze_layers, "The number that comes back is of what is frozen. Asked for is what still learns.")
def counts_the_frozen(model, count):
    return sum(parameter.numel() for parameter in model.parameters()) - freeze_layers(model, count)


@mistake(
    freeze_layers,
    "The number that comes back counts tensors. Asked for are the numbers in them: `numel()`.",
)
def counts_tensors(model, count):
    freeze_layers(model, count)
    return sum(parameter.requires_grad for parameter in model.parameters())


@mistake(
    freeze_layers,
    "A parameter with two names is counted twice. `model.parameters()` gives it once.",
    keeps=0.97,
)
def counts_twice(model, count):
    freeze_layers(model, count)
    both = model.named_parameters(remove_duplicate=False)
    return sum(parameter.numel() for _, parameter in both if parameter.requires_grad)


@mistake(
    freeze_layers,
    "A parameter that the embeddings share with a part behind them learns again: who is let learn last has the last "
    "word. First everything learns, then the first parts are frozen.",
    keeps=0.95,
)
def thaws_what_is_shared(model, count):
    body = checked(model, count)
    freeze_layers(model, count)
    for name, parameter in model.named_parameters(remove_duplicate=False):
        first = name.partition("embeddings")[1] or any(name.find(f"layer.{place}.") >= 0 for place in range(count))
        if not first and body is not None:
            parameter.requires_grad = True
    return left(model)


@mistake(
    freeze_layers,
    "A parameter that a frozen layer shares with a later one learns again: the last of its holders decides, as where "
    "each layer is set to True or False in turn. A frozen part decides.",
    keeps=0.97,
)
def the_last_layer_decides(model, count):
    freeze_layers(model, count)
    for later in model.base_model.encoder.layer[count:]:
        later.requires_grad_(True)
    return left(model)


@mistake(
    freeze_layers,
    "A parameter that stands before the body, too, is not frozen, as where one goes by the first of its names. The "
    "parts decide, whatever their parameters are called elsewhere.",
    keeps=0.97,
)
def the_first_name_decides(model, count):
    checked(model, count)
    model.requires_grad_(True)
    firsts = ("embeddings.", *[f"encoder.layer.{place}." for place in range(count)])
    for name, parameter in model.named_parameters():
        within = name.removeprefix("bert.").removeprefix("anything.")
        if within.startswith(firsts):
            parameter.requires_grad, parameter.grad = False, None
    return left(model)


@mistake(
    freeze_layers,
    "The frozen parts are in evaluation mode afterwards. Freezing concerns what learns; the modes stay.",
    keeps=0.95,
)
def sets_a_mode(model, count):
    body = checked(model, count)
    for part in (body.embeddings, *body.encoder.layer[:count]):
        part.eval()
    return freeze_layers(model, count)


@mistake(
    freeze_layers,
    "The model is in training mode afterwards, as by `model.train()`. Freezing concerns what learns; the modes stay.",
    keeps=0.95,
)
def sets_training(model, count):
    model.train()
    return freeze_layers(model, count)


@mistake(
    freeze_layers,
    "A count that is below 0 or above the number of layers is taken as it comes: `[:-1]` is all layers but one. Raise "
    "a ValueError.",
    keeps=0.9,
)
def refuses_nothing(model, count):
    return with_parts(model, [model.base_model.embeddings, *model.base_model.encoder.layer[:count]])


@mistake(
    freeze_layers,
    "A count above the number of layers is let through. Raise a ValueError for it, as for one below 0.",
    keeps=0.9,
)
def refuses_below_only(model, count):
    return freeze_layers(model, min(count, len(model.base_model.encoder.layer)))


@mistake(
    freeze_layers,
    "To freeze all layers is refused. A count may be as large as the number of layers.",
    keeps=0.8,
)
def refuses_all(model, count):
    if count >= len(model.base_model.encoder.layer):
        raise ValueError("too many")
    return freeze_layers(model, count)


@mistake(
    freeze_layers,
    "A count that is refused has changed something all the same, before the error came. Look at the count first.",
    keeps=0.9,
)
def changes_before_it_refuses(model, count):
    model.requires_grad_(True)
    return freeze_layers(model, count)


SEVERAL = (
    "The right parts are frozen, but the rest of the docstring is missing: what was frozen before stays frozen, old "
    "gradients stay, and a count that makes no sense is not refused."
)


@mistake(freeze_layers, SEVERAL, keeps=0.8)
def only_freezes(model, count):
    for part in (model.base_model.embeddings, *model.base_model.encoder.layer[:count]):
        part.requires_grad_(False)
    return left(model)


@mistake(freeze_layers, SEVERAL)
def only_freezes_what_is_called_bert(model, count):
    for part in (model.bert.embeddings, *model.bert.encoder.layer[:count]):
        part.requires_grad_(False)
    return left(model)


@mistake(
    freeze_layers,
    "The body is looked for under a name such as `bert`, and other models call theirs otherwise. `model.base_model` "
    "finds it in each of them.",
    keeps=0.8,
)
def knows_bert_only(model, count):
    _ = model.bert
    return freeze_layers(model, count)


@mistake(
    freeze_layers,
    "The old gradients of frozen parameters are zeros, not None. With a gradient of 0 AdamW still moves a weight, by "
    "what it remembers and by the decay.",
    keeps=0.95,
)
def zeros_instead_of_none(model, count):
    body = checked(model, count)
    model.requires_grad_(True)
    for part in (body.embeddings, *body.encoder.layer[:count]):
        part.requires_grad_(False)
        part.zero_grad(set_to_none=False)
    return left(model)
