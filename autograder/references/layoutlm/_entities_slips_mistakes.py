"""Plain slips in `entities`: one name, one place, a part of a name for the whole."""

from autograder.references import mistake
from autograder.references.layoutlm._entities import entities, walked

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


@mistake(entities, PART, keeps=0.95)
def the_same_last_part(tags):
    return walked(tags, lambda tag, kind: tag[0] == "I" and tag.split("-")[-1] == kind.split("-")[-1])


@mistake(entities, PART, keeps=0.95)
def the_same_first_part(tags):
    return walked(tags, lambda tag, kind: tag[0] == "I" and tag.split("-")[1] == kind.split("-")[0])


@mistake(entities, PART, keeps=0.95)
def the_same_ending(tags):
    return walked(tags, lambda tag, kind: tag[0] == "I" and tag.endswith(kind))


@mistake(entities, PART, keeps=0.95)
def somewhere_in_it(tags):
    return walked(tags, lambda tag, kind: tag[0] == "I" and kind in tag)


@mistake(entities, PART, keeps=0.95)
def the_same_beginning(tags):
    return walked(tags, lambda tag, kind: tag.startswith(f"I-{kind}"))


@mistake(entities, CUT, keeps=0.95)
def the_first_part_of_the_name(tags):
    return walked(tags, name=lambda tag: tag.split("-")[1])


@mistake(entities, CUT, keeps=0.95)
def replaces(tags):
    return walked(tags, name=lambda tag: tag.replace("B-", "").replace("I-", ""))


@mistake(entities, CUT)
def strips_letters(tags):
    return walked(tags, name=lambda tag: tag.lstrip("BI-"))


@mistake(entities, CUT)
def strips_letters_first(tags):
    return walked(
        tags,
        lambda tag, kind: tag[0] == "I" and tag.lstrip("BI-") == kind,
        name=lambda tag: tag.lstrip("BI-"),
    )


@mistake(entities, IN_FRONT)
def from_the_dash(tags):
    return [(f"-{kind}", begin, end) for kind, begin, end in entities(tags)]


@mistake(entities, IN_FRONT)
def after_the_first_letter(tags):
    return [(kind[1:], begin, end) for kind, begin, end in entities(tags)]


@mistake(entities, "The names are in lower case. A kind stays as it is written.")
def in_lower_case(tags):
    return [(kind.lower(), begin, end) for kind, begin, end in entities(tags)]


@mistake(entities, "All places are one too large: they count from 1. Python's count from 0.")
def from_one(tags):
    return [(kind, begin + 1, end + 1) for kind, begin, end in entities(tags)]


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
def without_an_end(tags):
    return [(kind, begin) for kind, begin, _ in entities(tags)]


@mistake(entities, NOT_THREE)
def with_a_span(tags):
    return [(kind, (begin, end)) for kind, begin, end in entities(tags)]


@mistake(entities, "A dict comes back, which keeps one entity of each kind. Promised is a list.")
def a_dict(tags):
    return {kind: (begin, end) for kind, begin, end in entities(tags)}


@mistake(entities, "The entities come in the order of their names. They stay in that of the page.")
def by_name(tags):
    return sorted(entities(tags))


@mistake(entities, "The first entity is missing.")
def without_the_first(tags):
    return entities(tags)[1:]


@mistake(entities, "Lists come back, or another kind of thing. Promised is a list of tuples.", keeps=0.97)
def a_tuple(tags):
    return tuple(entities(tags))
