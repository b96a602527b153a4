"""`boxes_for_tokens`: the oracle, and what answers are made of."""

FAR = 1000


def boxes_for_tokens(boxes, word_ids):
    """By the definition: what is special is told by how many special pieces came before."""
    ids = list(word_ids)
    found = []
    for place, word in enumerate(ids):
        edge = FAR if ids[:place].count(None) == 1 else 0
        found.append([edge] * 4 if word is None else [int(number) for number in boxes[word]])
    return found


def placed(boxes, word_ids, cls=0, sep=FAR, padding=0, word_box=lambda boxes, word: list(boxes[word])):
    """What most mistakes do: special pieces lie elsewhere, or words have another box."""
    found, special = [], iter((cls, sep))
    for word in word_ids:
        found.append([next(special, padding)] * 4 if word is None else word_box(boxes, word))
    return found
