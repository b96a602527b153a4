"""`reading_order`: what is right, and what goes wrong."""

from autograder.references import alternative, mistake, promised
from autograder.references.layoutlm import _reading_order_mistakes  # noqa: F401  (they register themselves)
from autograder.references.layoutlm._reading_order import in_lines, middle, reading_order, right_belongs

BY_TOP = (
    "Words on one line come in another order where one stands a little higher than its neighbour: they are sorted by "
    "their height first, and no two heights are quite the same. Gather the words of a line, then go from left to right."
)


@mistake(reading_order, BY_TOP)
def by_top_and_left(boxes):
    return sorted(range(len(boxes)), key=lambda place: (boxes[place][1], boxes[place][0]))


@mistake(reading_order, BY_TOP)
def by_middle_and_left(boxes):
    return sorted(range(len(boxes)), key=lambda place: (middle(boxes[place]), boxes[place][0]))


@mistake(
    reading_order,
    "The page is read from left to right as a whole, as if all words stood in columns, or on one line. First come the "
    "lines.",
)
def by_left_and_top(boxes):
    return sorted(range(len(boxes)), key=lambda place: (boxes[place][0], boxes[place][1]))


@mistake(
    reading_order,
    "The lines are cut by a fixed grid, as by rounding the heights. Two words of one line that lie on both sides of a "
    "border are torn apart, and small lines melt.",
)
def on_a_grid(boxes):
    return sorted(range(len(boxes)), key=lambda place: (round(middle(boxes[place]) / 10), boxes[place][0]))


@mistake(
    reading_order,
    "The lines are cut by a fixed grid, as by rounding the heights. Two words of one line that lie on both sides of a "
    "border are torn apart, and small lines melt.",
)
def tops_on_a_grid(boxes):
    return sorted(range(len(boxes)), key=lambda place: (int(boxes[place][1]) // 10, boxes[place][0]))


@mistake(
    reading_order,
    "How far a line reaches is a fixed number of pixels, whatever size the letters are. The first word's own bottom "
    "edge says it.",
)
def ten_pixels(boxes):
    return in_lines(boxes, lambda box, line: middle(box) - middle(line[0]) <= 10)


@mistake(
    reading_order,
    "A word joins a line as soon as its box overlaps with that of the line's first word. Where lines are set close, "
    "their boxes overlap. It is the middle that has to lie above the bottom edge.",
)
def by_overlap(boxes):
    return in_lines(boxes, lambda box, line: box[1] <= line[0][3])


@mistake(
    reading_order,
    "A word is compared with the last word of the line, not with the first. On a crooked page each is near the one "
    "before, and two lines run into one.",
    keeps=0.8,
)
def from_word_to_word(boxes):
    return in_lines(boxes, lambda box, line: middle(box) <= line[-1][3])


@mistake(
    reading_order,
    "A line reaches as far as the lowest of its words so far. A tall word then pulls in the line below. The first "
    "word's bottom edge holds for the whole line.",
    keeps=0.9,
)
def as_far_as_the_lowest(boxes):
    return in_lines(boxes, lambda box, line: middle(box) <= max(each[3] for each in line))


@mistake(
    reading_order,
    "The words are gone through by their top edges. Large letters begin higher than small ones beside them: take the "
    "middle.",
)
def goes_by_tops(boxes):
    return in_lines(boxes, right_belongs, height=lambda box: box[1])


@mistake(
    reading_order,
    "The words are gone through by their bottom edges. Take the middle.",
)
def goes_by_bottoms(boxes):
    return in_lines(boxes, right_belongs, height=lambda box: box[3])


@mistake(
    reading_order,
    "A word whose middle lies exactly on the bottom edge of the line's first word opens a new line. It is not below "
    "that edge, so it still belongs: `<=`.",
    keeps=0.9,
)
def not_at_the_edge(boxes):
    return in_lines(boxes, lambda box, line: middle(box) < line[0][3])


@mistake(reading_order, "Within a line the words run from right to left.")
def from_the_right(boxes):
    return in_lines(boxes, right_belongs, across=lambda box: -box[0])


@mistake(reading_order, "The lines run from bottom to top. y counts downwards: the smallest comes first.")
def from_the_bottom(boxes):
    lines = []
    for place in sorted(range(len(boxes)), key=lambda place: -middle(boxes[place])):
        if lines and middle(boxes[place]) >= boxes[lines[-1][0]][1]:
            lines[-1].append(place)
        else:
            lines.append([place])
    return [place for line in lines for place in sorted(line, key=lambda place: boxes[place][0])]


@alternative(reading_order)
def with_two_loops(boxes):
    order = sorted(range(len(boxes)), key=lambda n: boxes[n][1] + boxes[n][3])
    result, line, edge = [], [], float("-inf")
    for n in order:
        if boxes[n][1] + boxes[n][3] > 2 * edge:
            result += sorted(line, key=lambda m: boxes[m][0])
            line, edge = [], boxes[n][3]
        line.append(n)
    return result + sorted(line, key=lambda m: boxes[m][0])


@alternative(reading_order)
def with_line_numbers(boxes):
    heights = [(top + bottom) / 2 for _, top, _, bottom in boxes]
    number, edge, line_of = 0, None, {}
    for height, place in sorted((height, place) for place, height in enumerate(heights)):
        if edge is None or height > edge:
            number, edge = number + 1, boxes[place][3]
        line_of[place] = number
    places = sorted(line_of, key=lambda place: (line_of[place], boxes[place][0], heights[place], place))
    return list(places)


promised(
    reading_order,
    "The order in which words are read: line by line from the top, each line from left to right.",
    by=["several lines", "lines that begin further and further right", "one line"],
)
promised(
    reading_order,
    "The word with the highest middle opens a line.",
    by=["large letters beside small ones", "words that dance on the line"],
)
promised(
    reading_order,
    "To this line belong all words whose middle, (top + bottom) / 2, is not below the bottom edge of that first word.",
    by=[
        "boxes of neighbouring lines that overlap",
        "exactly at the bottom edge, and just below it",
        "a crooked line",
        "the leftmost word is not the highest",
    ],
)
promised(
    reading_order,
    "Of the others, the one with the highest middle opens the next line, and so on.",
    by=["a crooked line", "a flat word opens the line", "a tall word at the end of a line"],
)
promised(
    reading_order,
    "Within a line, left edges say the order.",
    by=["words within words", "one line"],
)
promised(reading_order, "Words with the same box keep the order in which they came.", by=["equal boxes"])
promised(
    reading_order,
    "Where only the middles are equal, or only the left edges, either order is right.",
    by=["large letters beside small ones", "words within words"],
)
promised(
    reading_order,
    "boxes: left, top, right and bottom of each word, y counting downwards, in any unit; there may be none.",
    by=["one word", "no words", "a page in thousandths, and one of fractions", "tiny lines, and huge ones"],
)
promised(
    reading_order,
    "A list of the places 0 … n−1 in `boxes`, in the order of reading.",
    by=["what comes back", "the boxes afterwards"],
)
