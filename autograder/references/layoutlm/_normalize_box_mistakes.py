"""More mistakes of `normalize_box`: what is not refused, or refused without need."""

from autograder.references import mistake
from autograder.references.layoutlm._normalize_box import each, looked_at, must_be_on_the_page, normalize_box

NOTHING = (
    "A box that does not lie on the page is not refused. LayoutLM looks each number up in a table of 1,024 rows, and "
    "stumbles over what is below 0 or far above 1,000, or worse, does not."
)


def scaled(box, width, height):
    return each(box, (width, height, width, height))


def refuse(wrong, box, width, height):
    if wrong:
        raise ValueError(f"{box[0]}, {box[1]}, {box[2]}, {box[3]} on {width} by {height}")


@mistake(normalize_box, NOTHING, keeps=0.6)
def refuses_nothing(box, width, height):
    return scaled(box, width or 1, height or 1)


@mistake(
    normalize_box,
    "What lies outside the page is pulled back to its edge. Then nobody finds out that the page's size, or the box, is "
    "wrong. Refuse it.",
    keeps=0.85,
)
def pulls_back(box, width, height):
    refuse(not (width > 0 and height > 0 and box[0] <= box[2] and box[1] <= box[3]), box, width, height)
    sizes = (width, height, width, height)
    return scaled([min(max(edge, 0), size) for edge, size in zip(box, sizes, strict=True)], width, height)


@mistake(
    normalize_box,
    "A box that is turned round, its right edge left of its left one or its bottom above its top, is put right without "
    "a word. It is refused: something has gone wrong before.",
    keeps=0.85,
)
def turns_it_back(box, width, height):
    left, top, right, bottom = box
    box = [min(left, right), min(top, bottom), max(left, right), max(top, bottom)]
    return looked_at(box, width, height)


@mistake(
    normalize_box,
    "A box whose right edge lies left of its left one, or whose bottom lies above its top, is let through. Its width "
    "or height is below 0, and there is no such row in LayoutLM's table.",
    keeps=0.92,
)
def turned_is_fine(box, width, height):
    refuse(not (width > 0 and height > 0), box, width, height)
    sizes = (width, height, width, height)
    refuse(not all(0 <= edge <= size for edge, size in zip(box, sizes, strict=True)), box, width, height)
    return scaled(box, width, height)


@mistake(
    normalize_box,
    "A box is judged by its thousandths, so that one that is wrong by less than a thousandth gets through. "
    "Compare the box itself with the page.",
    keeps=0.95,
)
def judged_by_thousandths(box, width, height):
    refuse(not (width > 0 and height > 0), box, width, height)
    found = scaled(box, width, height)
    refuse(not (0 <= found[0] <= found[2] <= 1000 and 0 <= found[1] <= found[3] <= 1000), box, width, height)
    return found


@mistake(
    normalize_box,
    "An empty box is refused, one with left = right or top = bottom. It is allowed: LayoutLM has a row for a width of "
    "0.",
    keeps=0.85,
)
def refuses_empty(box, width, height):
    refuse(box[0] >= box[2] or box[1] >= box[3], box, width, height)
    return looked_at(box, width, height)


@mistake(
    normalize_box,
    "A box that touches an edge of the page is refused. 0 and 1,000 belong to the page.",
    keeps=0.85,
)
def refuses_the_edge(box, width, height):
    refuse(not (box[2] < width and box[3] < height), box, width, height)
    return looked_at(box, width, height)


@mistake(
    normalize_box,
    "A box that touches an edge of the page is refused. 0 and 1,000 belong to the page.",
    keeps=0.85,
)
def refuses_zero(box, width, height):
    refuse(box[0] <= 0 or box[1] <= 0, box, width, height)
    return looked_at(box, width, height)


@mistake(
    normalize_box,
    "NaN gets as far as `int`, whose error says nothing about the box or the page. It is neither smaller nor larger "
    "than anything, so that a test such as `left < 0` lets it pass. Ask for what is right, as by `0 <= left`, and "
    "refuse all else.",
    keeps=0.97,
)
def nan_passes(box, width, height):
    left, top, right, bottom = box
    refuse(width <= 0 or height <= 0 or left < 0 or top < 0, box, width, height)
    refuse(right > width or bottom > height or left > right or top > bottom, box, width, height)
    return scaled(box, width, height)


@mistake(
    normalize_box,
    "A page of width or height 0 is not refused with a ValueError: `ZeroDivisionError` says nothing about the page.",
    keeps=0.9,
)
def zero_pages(box, width, height):
    found = scaled(box, width, height)
    must_be_on_the_page(box, width, height)
    return found


@mistake(
    normalize_box,
    "Only left and top are looked at: a box that reaches beyond the right edge or below the bottom gets through.",
    keeps=0.85,
)
def looks_at_two(box, width, height):
    refuse(not (width > 0 and height > 0 and box[0] >= 0 and box[1] >= 0), box, width, height)
    refuse(not (box[0] <= box[2] and box[1] <= box[3]), box, width, height)
    return scaled(box, width, height)


@mistake(
    normalize_box,
    "Only right and bottom are looked at: a box that begins left of the page or above it gets through.",
    keeps=0.85,
)
def looks_at_the_far_ones(box, width, height):
    refuse(not (width > 0 and height > 0 and box[2] <= width and box[3] <= height), box, width, height)
    refuse(not (box[0] <= box[2] and box[1] <= box[3]), box, width, height)
    return scaled(box, width, height)


@mistake(
    normalize_box,
    "A box is compared with the other size of the page: right with the height, or bottom with the width. Across "
    "counts the width, down the height.",
    keeps=0.85,
)
def compares_with_the_other_size(box, width, height):
    must_be_on_the_page(box, height, width)
    return scaled(box, width, height)


@mistake(
    normalize_box,
    "The refusal does not say what was refused. With a hundred pages to go through, somebody will want to know the box "
    "and the page: put all six numbers into the message.",
    keeps=0.95,
)
def says_nothing(box, width, height):
    try:
        return looked_at(box, width, height)
    except ValueError:
        raise ValueError("this box is not on the page") from None


@mistake(
    normalize_box,
    "The refusal shows the box and not the page it should lie on. Which of the two is wrong, nobody can tell.",
    keeps=0.95,
)
def says_half(box, width, height):
    try:
        return looked_at(box, width, height)
    except ValueError:
        raise ValueError(f"{list(box)} is not on the page") from None


@mistake(normalize_box, "The box that was handed in holds other numbers afterwards. Make a new list.", keeps=0.92)
def writes_into_the_box(box, width, height):
    found = looked_at(box, width, height)
    if isinstance(box, list):
        box[:] = found
    return found


@mistake(normalize_box, "A tuple comes back, or another kind of thing. Promised is a list.", keeps=0.96)
def a_tuple(box, width, height):
    return tuple(looked_at(box, width, height))


NOT_LOOKED_AT = (
    "One of the four edges is not compared with the page's, so that a box that reaches beyond it there gets through. "
    "Left and top have a border, 0, and right and bottom have one."
)
TOUCHES = "A box that touches an edge of the page is refused. 0 and 1,000 belong to the page."
OTHER_ERROR = "What does not fit raises another error than ValueError, as `assert` does. Promised is a ValueError."


@mistake(normalize_box, NOT_LOOKED_AT, keeps=0.87)
def not_the_right(box, width, height):
    refuse(
        not (0 <= box[0] <= box[2] and 0 <= box[1] <= box[3] <= height and width > 0 and height > 0), box, width, height
    )
    return scaled(box, width, height)


@mistake(normalize_box, NOT_LOOKED_AT, keeps=0.87)
def not_the_top(box, width, height):
    refuse(
        not (0 <= box[0] <= box[2] <= width and box[1] <= box[3] <= height and width > 0 and height > 0),
        box,
        width,
        height,
    )
    return scaled(box, width, height)


@mistake(normalize_box, TOUCHES, keeps=0.9)
def refuses_the_right_edge(box, width, height):
    refuse(not box[2] < width, box, width, height)
    return looked_at(box, width, height)


@mistake(normalize_box, OTHER_ERROR, keeps=0.6)
def asserts(box, width, height):
    try:
        return looked_at(box, width, height)
    except ValueError as error:
        raise AssertionError(str(error)) from None


@mistake(
    normalize_box,
    "From a box or a page with fractions come floats, as 111.0, although they are cut off: `//` of floats is a float. "
    "`int` makes a whole number.",
    keeps=0.95,
)
def floors(box, width, height):
    return looked_at(box, width, height, lambda edge, size: 1000 * edge // size)


@mistake(
    normalize_box,
    "The factor 1000 / width is cut off, or rounded, before it is multiplied. Cut off last, when all is worked out.",
)
def cuts_the_factor(box, width, height):
    return looked_at(box, width, height, lambda edge, size: int(1000 / size) * edge)


@mistake(
    normalize_box,
    "Box and page are cut to whole numbers before they are divided. Fractions count until the end: only the result is "
    "cut off.",
    keeps=0.97,
)
def cuts_before(box, width, height):
    return looked_at(box, width, height, lambda edge, size: int(1000 * int(edge) / max(int(size), 1)))
