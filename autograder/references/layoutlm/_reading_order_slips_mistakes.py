"""Plain slips in `reading_order`: one edge, one sign, one name."""

from autograder.references import mistake
from autograder.references.layoutlm._reading_order import in_lines, middle, reading_order, right_belongs


@mistake(
    reading_order,
    "Bottom edges are taken instead of middles: a word that reaches a little lower comes later, or opens a new line. "
    "What counts is its middle.",
)
def bottoms_for_middles(boxes):
    return in_lines(boxes, lambda box, line: box[3] <= line[0][3], height=lambda box: box[3])


@mistake(
    reading_order,
    "The words are gone through from left to right, or by their size, instead of from the top. A middle is (top + "
    "bottom) / 2: the second and the fourth number.",
)
def middles_across(boxes):
    return in_lines(boxes, lambda box, line: (box[0] + box[2]) / 2 <= line[0][3], height=lambda box: box[0] + box[2])


@mistake(
    reading_order,
    "The words are gone through from left to right, or by their size, instead of from the top. A middle is (top + "
    "bottom) / 2: the second and the fourth number.",
)
def half_heights(boxes):
    return in_lines(boxes, lambda box, line: (box[3] - box[1]) / 2 <= line[0][3], height=lambda box: box[3] - box[1])


@mistake(
    reading_order,
    "The words are gone through as they came, so that a line that was scanned late is read late. Begin with the "
    "highest middle: sort by it first.",
)
def as_they_came(boxes):
    return in_lines(boxes, right_belongs, height=lambda box: 0)


@mistake(
    reading_order,
    "What is below the line joins it, and what lies in it opens a new one: the comparison is the wrong way round.",
)
def turned_comparison(boxes):
    return in_lines(boxes, lambda box, line: middle(box) >= line[0][3])


@mistake(
    reading_order,
    "A word is compared with another number of the line's first word than its bottom edge, which is the last of the "
    "four.",
)
def against_the_right_edge(boxes):
    return in_lines(boxes, lambda box, line: middle(box) <= line[0][2])


@mistake(
    reading_order,
    "Within a line the words come in the order of their heights, or as they were given. Sort each line by its left "
    "edges.",
)
def sorts_places(boxes):
    return in_lines(list(boxes), right_belongs, across=lambda box: [box is each for each in boxes].index(True))


@mistake(
    reading_order,
    "Within a line the words come in the order of their heights, or as they were given. Sort each line by its left "
    "edges.",
)
def sorts_by_tops(boxes):
    return in_lines(boxes, right_belongs, across=lambda box: box[1])


@mistake(reading_order, "The places count from 1. Python's count from 0, and these are to be used as indices.")
def from_one(boxes):
    return [place + 1 for place in reading_order(boxes)]


@mistake(reading_order, "The first word raises: there is no line yet that it could be compared with.")
def no_first_line(boxes):
    return in_lines(boxes, right_belongs) if not len(boxes) else [][-1]
