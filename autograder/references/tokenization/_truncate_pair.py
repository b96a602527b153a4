"""`truncate_pair`: the library's, and what most answers are made of."""

from functools import cache

SPECIALS = 3


@cache
def _tokenizer():
    from tokenizers import Tokenizer, models, processors

    vocabulary = {"[CLS]": 0, "[SEP]": 1, "first": 2, "second": 3}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="first"))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=[("[CLS]", 0), ("[SEP]", 1)]
    )
    return tokenizer


def truncate_pair(first, second, max_length):
    """The library cuts as many tokens; its numbers say how many of each are left."""
    must_be_room(max_length)
    tokenizer = _tokenizer()
    tokenizer.enable_truncation(max_length, strategy="longest_first")
    made = tokenizer.encode(["first"] * len(first), ["second"] * len(second), is_pretokenized=True).ids
    return first[: made.count(2)], second[: made.count(3)]


def must_be_room(max_length):
    if max_length < SPECIALS:
        raise ValueError(f"max_length should be {SPECIALS} or more, not {max_length}")


def shortened(
    first,
    second,
    max_length,
    room=lambda max_length: max_length - SPECIALS,
    from_first=lambda one, other, first_was_longer: one > other or (one == other and not first_was_longer),
    cut=lambda tokens, size: tokens[:size],
    check=must_be_room,
):
    """Token by token; mistakes change one decision. What is not taken from the first is taken from the second."""
    check(max_length)
    one, other, longer = len(first), len(second), len(first) > len(second)
    while one + other > max(0, room(max_length)):
        if other == 0 or (one > 0 and from_first(one, other, longer)):
            one -= 1
        else:
            other -= 1
    return cut(first, one), cut(second, other)
