"""`encode`: place by place, and what most answers are made of."""


def encode(first, vocabulary, second=None):
    """Each token with what belongs to it, one by one."""
    places = [("[CLS]", 0), *((token, 0) for token in first), ("[SEP]", 0)]
    if second is not None:
        places += [*((token, 1) for token in second), ("[SEP]", 1)]
    number = [vocabulary[token] if token in vocabulary else vocabulary["[UNK]"] for token, _ in places]
    return {
        "input_ids": number,
        "token_type_ids": [kind for _, kind in places],
        "attention_mask": [1 for _ in places],
    }


def in_parts(
    first,
    vocabulary,
    second=None,
    begin=("[CLS]",),
    middle=("[SEP]",),
    end=("[SEP]",),
    there=lambda second: second is not None,
    missing="[UNK]",
    types=lambda one, other: [0] * len(one) + [1] * len(other),
    mask=lambda tokens: [1] * len(tokens),
):
    """The frame of most answers; mistakes change one decision."""
    one = [*begin, *first, *middle]
    other = [*second, *end] if there(second) else []
    known = vocabulary.get(missing)
    return {
        "input_ids": [vocabulary.get(token, known) for token in one + other],
        "token_type_ids": types(one, other),
        "attention_mask": mask(one + other),
    }
