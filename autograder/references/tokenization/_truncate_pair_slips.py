"""More mistakes of `truncate_pair`: a comparison or a half that is another one."""

from autograder.references import mistake
from autograder.references.tokenization._truncate_pair import SPECIALS, must_be_room, shortened, truncate_pair

ODD_ONE = (
    "Where both texts are cut and the room is odd, the last place goes to the other text. It belongs to the one that "
    "was longer, and of two equally long ones to the second."
)


def shares(
    first, second, max_length, shorter, longer=lambda one, other: one > other, rest=lambda room, short: room - short
):
    """At once: how many the shorter one keeps, and which one that is."""
    must_be_room(max_length)
    room = max_length - SPECIALS
    short = shorter(len(first), len(second), room)
    if longer(len(first), len(second)):
        return first[: rest(room, short)], second[:short]
    return first[:short], second[: rest(room, short)]


@mistake(
    truncate_pair,
    "The shorter text is never cut, and of the longer one too little is left, or it is cut from the wrong end. Of the "
    "shorter one at most half of the room is left.",
)
def shorter_is_never_cut(first, second, max_length):
    return shares(first, second, max_length, lambda one, other, room: min(one, other))


@mistake(truncate_pair, ODD_ONE, keeps=0.95)
def half_rounded_up(first, second, max_length):
    return shares(first, second, max_length, lambda one, other, room: min(one, other, (room + 1) // 2))


@mistake(truncate_pair, ODD_ONE, keeps=0.95)
def of_equals_the_first(first, second, max_length):
    return shares(
        first,
        second,
        max_length,
        lambda one, other, room: min(one, other, room // 2),
        longer=lambda one, other: not one < other,
    )


@mistake(
    truncate_pair, "Both are cut to the length of the shorter one, though there is room. The longer one gets the rest."
)
def both_as_the_shorter(first, second, max_length):
    return shares(
        first, second, max_length, lambda one, other, room: min(one, other, room // 2), rest=lambda room, short: short
    )


@mistake(truncate_pair, "The two lists come back in the opposite order.")
def other_order(first, second, max_length):
    return shortened(first, second, max_length)[::-1]


@mistake(
    truncate_pair,
    "A max_length of 3 is refused, or one that leaves room for one token. It is enough for the special tokens, and "
    "nothing is left of the texts.",
    keeps=0.95,
)
def only_above_three(first, second, max_length):
    if not max_length > SPECIALS:
        raise ValueError("max_length should be above 3")
    return shortened(first, second, max_length)
