"""`reading_order_counterexample`: pages that tell all suspects apart, and pages that do not."""

import torch

from autograder.references import alternative, mistake, promised


def made(*boxes):
    return (torch.tensor(boxes, dtype=torch.float32),)


def reading_order_counterexample():
    return made(
        [300, 100, 340, 140],  # opens the first line, which reaches to 140
        [100, 116, 500, 140],  # begins further left and ends further right; more than ten lower
        [200, 122, 240, 154],  # its middle is at 138
        [50, 130, 90, 170],  # its box overlaps with the first word's, and its middle, at 150, is below it
    )


TOP = (
    "Who sorts by the top edge is right on this page. Let a word that stands further left hang lower than its "
    "neighbour, as on a page that is a little crooked."
)
TENS = (
    "Who rounds to tens is right on this page. Put two words of one line on both sides of a border, with middles such "
    "as 120 and 128, the lower one further left."
)
OVERLAP = (
    "Who takes in whatever overlaps is right on this page. Set two lines so close that their boxes touch, and let the "
    "lower line begin further left."
)
LAST = (
    "Who compares with the last word of the line is right on this page. Let the last word of a line end lower than the "
    "first, and the next word's middle lie between these two edges."
)
TEN = (
    "Who takes in whatever is at most ten lower is right on this page. Take letters so large that a word more than ten "
    "lower still belongs, and put it further left."
)
RIGHT = (
    "Who sorts a line by its right edges is right on this page. In a line, put a narrow word above a wide one, so that "
    "who begins first does not end first."
)


def not_seen(*sentences):
    """Two are enough to go on with."""
    return " ".join(sentences[:2])


@mistake(reading_order_counterexample, not_seen(TENS, OVERLAP, LAST, TEN, RIGHT))
def straight_lines():
    return made([300, 100, 340, 120], [100, 100.5, 140, 120.5], [120, 140, 160, 160], [30, 140.5, 60, 160.5])


@mistake(reading_order_counterexample, not_seen(OVERLAP, LAST, RIGHT))
def one_line_of_two():
    return made([300, 100, 340, 140], [100, 115, 140, 155])


@mistake(reading_order_counterexample, not_seen(TOP, TENS, OVERLAP, LAST, TEN, RIGHT))
def a_column():
    return made([100, 100, 200, 120], [90, 150, 200.5, 170], [80, 200, 201, 220])


@mistake(reading_order_counterexample, RIGHT, keeps=0.9)
def nobody_within_another():
    return made([300, 100, 340, 140], [100, 116, 160, 140], [200, 122, 240, 154], [50, 130, 90, 170])


@mistake(reading_order_counterexample, not_seen(OVERLAP, LAST, TEN))
def lines_far_apart():
    return made([300, 100, 340, 140], [100, 116, 500, 140], [50, 330, 90, 370])


@mistake(reading_order_counterexample, not_seen(LAST, TEN), keeps=0.7)
def no_word_hangs_low():
    return made([300, 100, 340, 140], [100, 116, 500, 139], [50, 130, 90, 170])


@mistake(reading_order_counterexample, TEN, keeps=0.9)
def ten_pixels_do():
    return made([300, 100, 340, 120], [100, 102, 500, 119], [200, 108, 240, 126], [50, 113, 90, 133])


@mistake(reading_order_counterexample, not_seen(TENS, OVERLAP, LAST, TEN))
def small_and_far():
    return made([300, 100, 340, 116], [100, 104, 500, 118], [50, 150, 90, 166], [20, 154, 40, 168])


@mistake(reading_order_counterexample, LAST, keeps=0.9)
def nobody_ends_lower():
    return made([300, 100, 340, 140], [100, 116, 500, 140], [200, 122, 240, 140], [50, 130, 90, 170])


@mistake(reading_order_counterexample, OVERLAP, keeps=0.9)
def nothing_overlaps():
    return made([300, 100, 340, 140], [100, 116, 500, 140], [200, 122, 240, 154], [50, 140.5, 90, 150.5])


@mistake(reading_order_counterexample, not_seen(OVERLAP, RIGHT), keeps=0.7)
def nothing_overlaps_and_nobody_within():
    return made([300, 100, 340, 140], [100, 116, 160, 140], [200, 122, 240, 154], [50, 140.5, 90, 150.5])


@alternative(reading_order_counterexample)
def with_more_words():
    return made(
        [300, 100, 340, 140], [100, 116, 500, 140], [200, 122, 240, 154], [50, 130, 90, 170], [10, 400, 40, 420],
        [60, 402, 80, 424],
    )  # fmt: skip


@alternative(reading_order_counterexample)
def twice_as_large():
    return made([600, 200, 680, 280], [200, 232, 990, 282], [400, 244, 480, 308], [100, 262, 180, 342])


promised(
    reading_order_counterexample,
    "A page on which each of the suspects is seen to be wrong.",
    by=[
        "sorts by the top edge, then by the left",
        "rounds the middles to tens",
        "takes in whatever overlaps with the first word",
        "compares with the last word of the line",
        "takes in whatever is at most ten lower",
        "sorts a line by its right edges",
    ],
)
NO_INPUT = "who returns something else is told what is wanted, and no suspect counts as told apart"
promised(
    reading_order_counterexample,
    "A tuple of one: boxes, shape (words, 4), float32, 2 to 12 words; left, top, right and bottom from 0 to 1000, "
    "left < right and top < bottom.",
    by=NO_INPUT,
)
promised(
    reading_order_counterexample,
    "No two words have the same left edge, and no two the same middle (top + bottom) / 2.",
    by=NO_INPUT,
)
