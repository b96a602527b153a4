"""`numbers`: the library's model that knows whole words."""

from tokenizers import Tokenizer, models


def numbers(tokens, vocabulary):
    """The library's model that knows whole words."""
    model = Tokenizer(models.WordLevel(dict(vocabulary), unk_token="[UNK]"))
    return model.encode(tokens, is_pretokenized=True, add_special_tokens=False).ids if tokens else []
