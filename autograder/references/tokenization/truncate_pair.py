"""`truncate_pair`: what is right, and what goes wrong."""

from autograder.references import alternative, mistake, promised
from autograder.references.tokenization import (  # they register themselves
    _truncate_pair_further,  # noqa: F401
    _truncate_pair_slips,  # noqa: F401
)
from autograder.references.tokenization._truncate_pair import SPECIALS, must_be_room, shortened, truncate_pair

ODD_ONE = (
    "Where both texts are cut and the room is odd, the last place goes to the other text. It belongs to the one that "
    "was longer, and of two equally long ones to the second."
)
ONE_SIDE = (
    "One of the texts is cut although the other one is longer. Take from the longer one, until both are of one length; "
    "from there on in turn."
)


def parts(first, second, one, other):
    return first[: max(0, one)], second[: max(0, other)]


@mistake(
    truncate_pair,
    "Special tokens are not counted: with [CLS] and two [SEP], three more than max_length come together.",
)
def no_special_tokens(first, second, max_length):
    return shortened(first, second, max_length, room=lambda max_length: max_length)


@mistake(
    truncate_pair,
    "Too few special tokens are counted, as for a single text. A pair has three, [CLS] and two [SEP].",
)
def two_special_tokens(first, second, max_length):
    return shortened(first, second, max_length, room=lambda max_length: max_length - 2)


@mistake(truncate_pair, "One place is left free, or more. A pair has three special tokens, and all other places count.")
def four_special_tokens(first, second, max_length):
    return shortened(first, second, max_length, room=lambda max_length: max_length - 4)


@mistake(truncate_pair, "Nothing is cut.")
def cuts_nothing(first, second, max_length):
    must_be_room(max_length)
    return first, second


@mistake(truncate_pair, ONE_SIDE)
def only_the_first(first, second, max_length):
    return shortened(first, second, max_length, from_first=lambda one, other, longer: True)


@mistake(truncate_pair, ONE_SIDE)
def only_the_second(first, second, max_length):
    return shortened(first, second, max_length, from_first=lambda one, other, longer: False)


@mistake(truncate_pair, "The shorter text is cut. It is the longer one that loses its end.")
def the_shorter(first, second, max_length):
    return shortened(first, second, max_length, from_first=lambda one, other, longer: one < other)


@mistake(
    truncate_pair,
    "Tokens are taken from both texts in turn, or in proportion, however unequal they are. Take from the longer one "
    "until they are equal.",
)
def in_turn(first, second, max_length):
    must_be_room(max_length)
    one, other, turn = len(first), len(second), 0
    while one + other > max_length - SPECIALS:
        if (turn % 2 == 0 and one) or not other:
            one -= 1
        else:
            other -= 1
        turn += 1
    return parts(first, second, one, other)


@mistake(truncate_pair, ODD_ONE, keeps=0.9)
def of_equals_the_second_is_cut(first, second, max_length):
    return shortened(first, second, max_length, from_first=lambda one, other, longer: one > other)


@mistake(truncate_pair, ODD_ONE, keeps=0.9)
def of_equals_the_first_is_cut(first, second, max_length):
    return shortened(first, second, max_length, from_first=lambda one, other, longer: one >= other)


@mistake(truncate_pair, ODD_ONE, keeps=0.9)
def the_odd_one_to_the_shorter(first, second, max_length):
    return shortened(
        first, second, max_length, from_first=lambda one, other, longer: one > other or (one == other and longer)
    )


@mistake(
    truncate_pair,
    "The beginning of a text is cut off. A text loses its end.",
)
def cuts_the_beginning(first, second, max_length):
    return shortened(first, second, max_length, cut=lambda tokens, size: tokens[len(tokens) - size :])


@mistake(
    truncate_pair,
    "Too small a max_length is not refused. Below 3 there is no room for [CLS] and two [SEP].",
    keeps=0.9,
)
def refuses_nothing(first, second, max_length):
    return shortened(first, second, max_length, check=lambda max_length: None)


@mistake(
    truncate_pair,
    "The caller's lists are shorter afterwards, as with `pop`. Hand back new ones, or slices.",
    keeps=0.9,
)
def pops(first, second, max_length):
    one, other = shortened(first, second, max_length)
    del first[len(one) :]
    del second[len(other) :]
    return first, second


@mistake(truncate_pair, "Special tokens are put in. What comes back are the two lists, cut.")
def adds_special_tokens(first, second, max_length):
    one, other = shortened(first, second, max_length)
    return ["[CLS]", *one, "[SEP]"], [*other, "[SEP]"]


@alternative(truncate_pair)
def token_by_token(first, second, max_length):
    return shortened(first, second, max_length)


@alternative(truncate_pair)
def at_once(first, second, max_length):
    if max_length < 3:
        raise ValueError("no room")
    room = max_length - 3
    if len(first) + len(second) <= room:
        return list(first), list(second)
    half = room // 2
    if len(first) > len(second):
        other = min(len(second), half)
        return first[: room - other], second[:other]
    one = min(len(first), half)
    return first[:one], second[: room - one]


promised(
    truncate_pair,
    "Two texts cut so that they fit into `max_length` places, together with [CLS] and a [SEP] behind each.",
    by=["only the first is too long", "just enough room", "one too many", "more than enough room"],
)
promised(
    truncate_pair,
    "The longer one loses its last tokens, until both are equally long; then both lose theirs.",
    by=["only the second is too long", "both are too long", "many lengths"],
)
promised(
    truncate_pair,
    "If the room for both is odd then, the text that was longer keeps one token more, and of two that were equally "
    "long the second.",
    by=["an odd room, the first longer", "an odd room, the second longer", "an odd room, both of one length"],
)
promised(
    truncate_pair,
    "first, second: tokens; the lists stay as they are, and may be empty.",
    by=["the lists afterwards", "one of them is empty"],
)
promised(
    truncate_pair,
    "max_length: places in all, special tokens included.",
    by=["just enough room", "room for nothing, and for one"],
)
promised(truncate_pair, "The two lists, in this order.", by=["many lengths", "only the first is too long"])
promised(
    truncate_pair,
    "ValueError: max_length is below 3.",
    by=["less than the special tokens", "room for nothing, and for one"],
)
