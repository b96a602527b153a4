"""`entities`: what is right, and what goes wrong."""

import re
from itertools import groupby

from autograder.references import alternative, mistake, promised

PART = (
    "Two kinds that share a part of their names are taken for one: SUBTOTAL for TOTAL, or DUE-DATE for PAID-DATE. An "
    "I goes on only with its very own kind."
)
CUT = (
    "Of a name with a dash, or one that begins with a B or an I, only a part is left, as with `split`, `strip` or "
    "`replace`. All after the first dash is the name."
)
NOT_THREE = "An entity comes back as something else than three things. Wanted is a tuple (kind, begin, end)."
IN_FRONT = "The name still has a dash in front, or lacks its first letter: it begins after B- or I-, at `tag[2:]`."


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


@mistake(
    entities,
    "Two entities of one kind that stand side by side melt into one. A B begins a new one: that is what it is for.",
)
def melts_neighbours(tags):
    return walked(tags, lambda tag, kind: tag[2:] == kind and tag != "O")


@mistake(
    entities,
    "Each tag is an entity of its own. An I goes on with what the tag before began.",
)
def each_tag(tags):
    return [(tag[2:], place, place + 1) for place, tag in enumerate(tags) if tag != "O"]


@mistake(
    entities,
    "What begins with an I is left out. A model makes such mistakes, and they are read as the beginning of an entity.",
    keeps=0.7,
)
def without_orphans(tags):
    return walked(tags, begins=lambda tag: tag.startswith("B-"))


@mistake(
    entities,
    "An I of another kind is taken for a part of the entity before it. It begins one of its own.",
    keeps=0.77,
)
def any_inside_goes_on(tags):
    return walked(tags, lambda tag, kind: tag.startswith("I-"))


@mistake(
    entities,
    "The end is the last word of the entity. Wanted is the place after it, as Python's slices have it.",
)
def inclusive_end(tags):
    return [(kind, begin, end - 1) for kind, begin, end in entities(tags)]


@mistake(entities, "The third number is how many words an entity has. Wanted is the place after its last word.")
def its_length(tags):
    return [(kind, begin, end - begin) for kind, begin, end in entities(tags)]


@mistake(
    entities,
    "An entity that reaches the end of the page is missing: nothing comes after it that would close it.",
)
def forgets_the_last(tags):
    return [each for each in entities(tags) if each[2] < len(tags)]


@mistake(entities, "The name still has its B- or I- in front.")
def with_the_mark(tags):
    return [(tags[begin], begin, end) for kind, begin, end in entities(tags)]


@mistake(
    entities,
    "Of a name with a dash only a part is left, as with `split('-')[1]`. All after the first dash is the name.",
    keeps=0.92,
)
def splits_at_dashes(tags):
    return walked(
        tags,
        lambda tag, kind: tag.startswith("I-") and tag.split("-")[1] == kind,
        name=lambda tag: tag.split("-")[1],
    )


@mistake(entities, "O is listed as well. It means that no entity is there.")
def lists_o_too(tags):
    found = [*entities(tags), *(("O", place, place + 1) for place, tag in enumerate(tags) if tag == "O")]
    return sorted(found, key=lambda each: each[1])


@mistake(entities, "The words' tags come back, not where they stand. Wanted are name, beginning and end.")
def the_tags(tags):
    return [tuple(tags[begin:end]) for _, begin, end in entities(tags)]


@mistake(entities, "Beginning and end come first, the name last. Wanted is the name first.", keeps=0.6)
def name_last(tags):
    return [(begin, end, kind) for kind, begin, end in entities(tags)]


@mistake(entities, "The beginning is one word too late.")
def begins_late(tags):
    return [(kind, begin + 1, end) for kind, begin, end in entities(tags)]


@mistake(entities, "Lists come back, or another kind of thing. Promised is a list of tuples.", keeps=0.96)
def lists(tags):
    return [list(each) for each in entities(tags)]


@mistake(entities, "Without tags, or with nothing but O, it raises. Then there is nothing to list.", keeps=0.85)
def wants_an_entity(tags):
    found = entities(tags)
    if not found:
        raise ValueError("no entity")
    return found


@mistake(
    entities,
    "Of a name with a dash only a part is left, as with `split('-')[1]`. All after the first dash is the name.",
    keeps=0.92,
)
def the_last_part(tags):
    return walked(tags, lambda tag, kind: tag[2:] == kind and tag[0] == "I", name=lambda tag: tag.rpartition("-")[2])


@mistake(
    entities,
    "Of a name with a dash only a part is left, as with `split('-')[1]`. All after the first dash is the name.",
    keeps=0.92,
)
def compares_last_parts(tags):
    return walked(
        tags,
        lambda tag, kind: tag.startswith("I-") and tag.rpartition("-")[2] == kind,
        name=lambda tag: tag.rpartition("-")[2],
    )


@mistake(
    entities,
    "Only a B begins and only a B or an O ends an entity: an I after nothing is left out, and one of another kind is "
    "swallowed. Both begin an entity.",
    keeps=0.7,
)
def believes_every_inside(tags):
    return walked(tags, lambda tag, kind: tag[:2] == "I-", begins=lambda tag: tag[:2] == "B-")


@mistake(entities, PART, keeps=0.95)
def the_same_last_part(tags):
    return walked(tags, lambda tag, kind: tag[0] == "I" and tag.split("-")[-1] == kind.split("-")[-1])


@mistake(entities, PART, keeps=0.95)
def the_same_ending(tags):
    return walked(tags, lambda tag, kind: tag[0] == "I" and tag.endswith(kind))


@mistake(entities, CUT)
def strips_letters(tags):
    return walked(tags, name=lambda tag: tag.lstrip("BI-"))


@mistake(entities, IN_FRONT)
def from_the_dash(tags):
    return [(f"-{kind}", begin, end) for kind, begin, end in entities(tags)]


@mistake(entities, "The end is one place too far: it should be that of the first tag that does not belong.")
def ends_late(tags):
    return [(kind, begin, end + 1) for kind, begin, end in entities(tags)]


@mistake(
    entities,
    "Only an O ends an entity: what stands side by side melts into one. A B ends it, and an I of another kind.",
)
def until_the_next_o(tags):
    return walked(tags, lambda tag, kind: tag != "O")


@mistake(entities, NOT_THREE)
def with_a_span(tags):
    return [(kind, (begin, end)) for kind, begin, end in entities(tags)]


@alternative(entities)
def with_an_expression(tags):
    numbers = {name: chr(0x100 + 2 * place) for place, name in enumerate(sorted({tag[2:] for tag in tags}))}
    text = "".join("." if tag == "O" else chr(ord(numbers[tag[2:]]) + (tag[0] == "I")) for tag in tags)
    names = {letter: name for name, letter in numbers.items()}
    spans = []
    for letter in numbers.values():
        inside = chr(ord(letter) + 1)
        spans += [(m.start(), m.end(), names[letter]) for m in re.finditer(f"{letter}{inside}*|{inside}+", text)]
    return [(name, begin, end) for begin, end, name in sorted(spans)]


@alternative(entities)
def by_groups(tags):
    number, before, numbered = 0, "O", []
    for tag in tags:
        if tag != f"I-{before[2:]}" or before == "O":
            number += 1
        numbered.append((number, tag[2:] if tag != "O" else None))
        before = tag
    found, place = [], 0
    for (_, kind), group in groupby(numbered):
        size = len(list(group))
        found += [] if kind is None else [(kind, place, place + size)]
        place += size
    return found


promised(
    entities,
    "The entities in a row of tags: for each its kind, the place where it begins, and the place after its end.",
    by=["entities with O between them", "the first tag, and the last one", "nothing but O, and nothing at all"],
)
promised(
    entities,
    "B-KIND begins an entity, also right after one of its kind; I-KIND goes on with one of that kind, O belongs to "
    "none.",
    by=["two of one kind side by side", "one kind after the other, without O", "entities of one word"],
)
promised(
    entities,
    "An I-KIND that follows on nothing of its kind begins an entity, too.",
    by=["an I after O, and at the beginning", "an I of another kind", "many tags, in any order"],
)
promised(
    entities,
    "tags: each O, or B or I, a dash and a kind, which may hold dashes itself; there may be none.",
    by=["names with a dash, and of one letter", "nothing but O, and nothing at all"],
)
promised(
    entities,
    "A list of tuples (kind, begin, end), in the order of the page.",
    by=["what comes back", "the tags afterwards"],
)
