"""`entities`: the oracle, and what answers are made of."""


def entities(tags):
    """By the definition: first where one begins, then how far its I-tags go."""
    tags = list(tags)
    found = []
    for place, tag in enumerate(tags):
        kind = tag[2:]
        before = tags[place - 1] if place else "O"
        if tag == "O" or (tag.startswith("I-") and before in (f"B-{kind}", f"I-{kind}")):
            continue
        end = place + 1
        while end < len(tags) and tags[end] == f"I-{kind}":
            end += 1
        found.append((kind, place, end))
    return found


def walked(tags, goes_on=lambda tag, kind: tag == f"I-{kind}", begins=lambda tag: True, name=lambda tag: tag[2:]):
    """What most mistakes do: another question whether an entity goes on, or whether one begins."""
    found, begin, kind = [], 0, None
    for place, tag in enumerate([*tags, "O"]):
        if kind is not None and not goes_on(tag, kind):
            found.append((kind, begin, place))
            kind = None
        if tag != "O" and kind is None and begins(tag):
            begin, kind = place, name(tag)
    return found
