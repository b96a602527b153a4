"""`decode`: the library's, and what most answers are made of."""

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def decode(ids, vocabulary, skip_special=False):
    """The library's decoder joins; what is special is known by its name."""
    from tokenizers import decoders

    names = {number: token for token, number in vocabulary.items()}
    tokens = [names[number] for number in ids]
    return decoders.WordPiece(cleanup=True).decode([t for t in tokens if not (skip_special and t in SPECIAL)])


def joined(
    ids,
    vocabulary,
    skip_special=False,
    special=SPECIAL,
    between=" ",
    mark=" ##",
    marks=".,?!",
    skipped=lambda skip_special: skip_special,
):
    """The frame of most answers; mistakes change one decision."""
    names = dict(zip(vocabulary.values(), vocabulary, strict=True))
    kept = [names[number] for number in ids]
    if skipped(skip_special):
        kept = [token for token in kept if token not in special]
    text = between.join(kept).replace(mark, "")
    for each in marks:
        text = text.replace(" " + each, each)
    return text
