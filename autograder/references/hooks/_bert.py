"""What several references about attention heads share."""

from autograder.references.hooks._shared import remove


def size_of(model):
    return model.config.hidden_size // model.config.num_attention_heads


def dense_of(model, layer):
    return model.encoder.layer[layer].attention.output.dense


def checked(model, heads):
    """The heads as a list; IndexError where there is none of that number."""
    heads = list(heads)
    for layer, head in heads:
        there = range(len(model.encoder.layer)), range(model.config.num_attention_heads)
        if layer not in there[0] or head not in there[1]:
            raise IndexError((layer, head))
    return heads


def hung(register, heads, tidy=remove):
    """The frame of most answers: hooks on, the block, hooks off."""
    handles = []
    try:
        for place in heads:
            handles.append(register(*place))
        yield
    finally:
        tidy(handles)
