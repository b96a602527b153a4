"""Still more mistakes of `truncate_pair`: halves, proportions, and one text only."""

from math import floor

from autograder.references import mistake
from autograder.references.tokenization._truncate_pair import SPECIALS, must_be_room, shortened, truncate_pair

HALVES = (
    "Both texts are cut to half of the room, though one of them needs less: what it leaves free is lost. The longer "
    "one gets it."
)
IN_TURN = (
    "Tokens are taken from both texts in turn, or in proportion, however unequal they are. Take from the longer one "
    "until they are equal."
)
ONE_SIDE = (
    "One of the texts is cut although the other one is longer. Take from the longer one, until both are of one length; "
    "from there on in turn."
)
WRONG_PART = (
    "The parts of the two are exchanged: the shorter text is given what the longer one should keep, or is whole."
)


def split_up(sentence, share, keeps=0.5, early=True):
    """`share`: from both lengths and the room to how many each keeps; `early`: nothing is cut where both fit."""

    def answer(first, second, max_length):
        must_be_room(max_length)
        room = max_length - SPECIALS
        if early and len(first) + len(second) <= room:
            return list(first), list(second)
        one, other = share(len(first), len(second), room)
        return first[:one], second[:other]

    mistake(truncate_pair, sentence, keeps=keeps)(answer)


split_up(HALVES, lambda one, other, room: (room // 2, room // 2), keeps=0.9)
split_up(HALVES, lambda one, other, room: (room // 2, room - room // 2), keeps=0.9)
split_up(HALVES, lambda one, other, room: (room - room // 2, room // 2), keeps=0.9)
split_up(
    HALVES,
    lambda one, other, room: (room - room // 2, room // 2) if one > other else (room // 2, room - room // 2),
    keeps=0.9,
)
for rounded in (floor, round):
    split_up(IN_TURN, lambda one, other, room, rounded=rounded: (
        rounded(room * one / (one + other)), room - rounded(room * one / (one + other))
    ), keeps=0.9)  # fmt: skip
split_up(ONE_SIDE, lambda one, other, room: (max(0, room - other), other) if one > other else (
    one, max(0, room - one)
), keeps=0.9)  # fmt: skip
split_up(
    "Each text is cut to the whole length by itself. Both together have to fit, with three special tokens.",
    lambda one, other, room: (room + SPECIALS, room + SPECIALS),
    early=False,
)


@mistake(truncate_pair, IN_TURN, keeps=0.9)
def in_turn_from_the_second(first, second, max_length):
    must_be_room(max_length)
    one, other, turn = len(first), len(second), 0
    while one + other > max_length - SPECIALS:
        if (turn % 2 == 0 and other) or not one:
            other -= 1
        else:
            one -= 1
        turn += 1
    return first[:one], second[:other]


def shares_of(one, other, room):
    """What the longer and what the shorter keep."""
    short = min(one, other, room // 2)
    return room - short, short


split_up(WRONG_PART, lambda one, other, room: shares_of(one, other, room), keeps=0.9, early=False)


@mistake(truncate_pair, "What is cut off comes back, and what should stay is gone.")
def what_is_cut_off(first, second, max_length):
    one, other = shortened(first, second, max_length)
    return first[len(one) :], second[len(other) :]


@mistake(truncate_pair, "Too much room: special tokens are added to max_length. They take places from it.")
def specials_in_addition(first, second, max_length):
    return shortened(first, second, max_length, room=lambda max_length: max_length + SPECIALS)
