"""`freeze_layers`: the oracle, and what answers are made of."""


def checked(model, count):
    """The body, or a refusal."""
    body = model.base_model
    if count < 0 or count > len(body.encoder.layer):
        raise ValueError(f"there are {len(body.encoder.layer)} layers, not {count}")
    return body


def frozen_names(body, count):
    """Which parameters of the body are frozen, by identity."""
    parts = [body.embeddings, *[layer for place, layer in enumerate(body.encoder.layer) if place < count]]
    return {id(parameter) for part in parts for parameter in part.parameters()}


def freeze_layers(model, count):
    """Parameter by parameter."""
    frozen, learn = frozen_names(checked(model, count), count), 0
    for parameter in model.parameters():
        parameter.requires_grad = id(parameter) not in frozen
        if id(parameter) in frozen:
            parameter.grad = None
        else:
            learn += parameter.numel()
    return learn


def left(model):
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)


def with_parts(model, parts):
    """Exactly these parts are frozen."""
    for parameter in model.parameters():
        parameter.requires_grad = True
    for part in parts:
        for parameter in part.parameters():
            parameter.requires_grad, parameter.grad = False, None
    return left(model)
