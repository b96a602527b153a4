"""More mistakes of `reading_order`: lines that are not sorted, and results of another kind."""

from autograder.references import mistake
from autograder.references.layoutlm._reading_order import in_lines, middle, reading_order, right_belongs


@mistake(
    reading_order,
    "Within a line the right edges say the order. A wide word that begins first may end last: take the left edges.",
    keeps=0.8,
)
def by_right_edges(boxes):
    return in_lines(boxes, right_belongs, across=lambda box: box[2])


@mistake(
    reading_order,
    "Within a line the middles across say the order. A wide word that begins first may have its middle last: take the "
    "left edges.",
    keeps=0.8,
)
def by_middles_across(boxes):
    return in_lines(boxes, right_belongs, across=lambda box: box[0] + box[2])


@mistake(
    reading_order,
    "What comes back says of each word at which place it is read. Wanted is the other way round: which word is read "
    "first, second, and so on.",
)
def ranks(boxes):
    order = reading_order(boxes)
    return [order.index(place) for place in range(len(boxes))]


@mistake(reading_order, "The boxes themselves come back, in order. Wanted are their places, so that words can follow.")
def the_boxes(boxes):
    return [list(boxes[place]) for place in reading_order(boxes)]


@mistake(reading_order, "A list of lines comes back. Wanted is one list of places, line after line.")
def a_list_of_lines(boxes):
    lines, edge = [], None
    for place in sorted(range(len(boxes)), key=lambda place: middle(boxes[place])):
        if edge is None or middle(boxes[place]) > edge:
            lines.append([])
            edge = boxes[place][3]
        lines[-1].append(place)
    return [sorted(line, key=lambda place: boxes[place][0]) for line in lines]


@mistake(
    reading_order,
    "A page without words raises. It has an order, too: the empty list.",
    keeps=0.9,
)
def needs_a_word(boxes):
    first = min(range(len(boxes)), key=lambda place: middle(boxes[place]))
    return reading_order(boxes) if first is not None else []


@mistake(
    reading_order,
    "The last line is missing: it has been gathered, and nobody has added it to the result.",
)
def forgets_the_last_line(boxes):
    order, line, edge = [], [], None
    for place in sorted(range(len(boxes)), key=lambda place: middle(boxes[place])):
        if edge is not None and middle(boxes[place]) > edge:
            order += sorted(line, key=lambda place: boxes[place][0])
            line, edge = [], None
        edge = boxes[place][3] if edge is None else edge
        line.append(place)
    return order


@mistake(
    reading_order,
    "Equal boxes come back in another order than they came in. Python's `sorted` keeps it, as long as it compares "
    "nothing but the heights, or the left edges.",
    keeps=0.9,
)
def turns_equals_round(boxes):
    turned = in_lines(boxes[::-1], right_belongs)
    return [len(boxes) - 1 - place for place in turned]


@mistake(
    reading_order,
    "The bottom edge of a word is compared, not its middle: whatever reaches a little lower than the line's first word "
    "opens a new line.",
)
def bottom_against_bottom(boxes):
    return in_lines(boxes, lambda box, line: box[3] <= line[0][3])


@mistake(
    reading_order,
    "The page is read from left to right as a whole, as if all words stood in columns, or on one line. First come the "
    "lines.",
)
def one_line(boxes):
    return in_lines(boxes, lambda box, line: middle(box) >= line[0][1])


@mistake(
    reading_order,
    "The words are compared with the bottom edge of the page's first word, not with that of their own line's: below "
    "the first line every word is a line of its own.",
)
def with_the_first_line(boxes):
    ordered = sorted(range(len(boxes)), key=lambda place: middle(boxes[place]))
    lines = []
    for place in ordered:
        if lines and middle(boxes[place]) <= boxes[ordered[0]][3]:
            lines[-1].append(place)
        else:
            lines.append([place])
    return [place for line in lines for place in sorted(line, key=lambda place: boxes[place][0])]


@mistake(
    reading_order,
    "The line is measured by its leftmost word, not by the one with the highest middle, which opened it.",
    keeps=0.85,
)
def by_the_leftmost(boxes):
    return in_lines(boxes, lambda box, line: middle(box) <= min(line, key=lambda each: each[0])[3])


@mistake(
    reading_order,
    "The middle is rounded, as by `//`. Boxes may be fractions, and half a pixel can say to which line a word belongs.",
    keeps=0.6,
)
def rounded_middles(boxes):
    return in_lines(boxes, lambda box, line: (box[1] + box[3]) // 2 <= line[0][3], height=lambda box: middle(box) // 1)


@mistake(
    reading_order,
    "Where two words have the same box, one place comes twice and another is missing: the place was looked for by the "
    "box, as by `index`. Sort the places, not the boxes.",
    keeps=0.95,
)
def finds_the_first_twin(boxes):
    page = [tuple(box) for box in boxes]
    return [page.index(page[place]) for place in reading_order(boxes)]


@mistake(
    reading_order,
    "Across and down are exchanged: columns are gathered, and each is read from top to bottom. Top and bottom are the "
    "second and the fourth number of a box.",
)
def columns_for_lines(boxes):
    return reading_order([(top, left, bottom, right) for left, top, right, bottom in boxes])


@mistake(
    reading_order,
    "The middle is taken for top + bottom / 2, which lies far below the word. It is (top + bottom) / 2.",
)
def without_brackets(boxes):
    def low(box):
        return box[1] + box[3] / 2

    return in_lines(boxes, lambda box, line: low(box) <= line[0][3], height=low)


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
def sorts_by_tops(boxes):
    return in_lines(boxes, right_belongs, across=lambda box: box[1])


@mistake(reading_order, "The first word raises: there is no line yet that it could be compared with.")
def no_first_line(boxes):
    return in_lines(boxes, right_belongs) if not len(boxes) else [][-1]
