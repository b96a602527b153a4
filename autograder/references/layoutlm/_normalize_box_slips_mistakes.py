"""Plain slips in `normalize_box`: one edge, one sign, one name."""

from autograder.references import mistake
from autograder.references.layoutlm._normalize_box import each, looked_at, must_be_on_the_page, normalize_box
from autograder.references.layoutlm._normalize_box_mistakes import refuse, scaled

NOT_LOOKED_AT = (
    "One of the four edges is not compared with the page's, so that a box that reaches beyond it there gets through. "
    "Left and top have a border, 0, and right and bottom have one."
)
EMPTY = (
    "An empty box is refused, one with left = right or top = bottom. It is allowed: LayoutLM has a row for a width of "
    "0."
)
TOUCHES = "A box that touches an edge of the page is refused. 0 and 1,000 belong to the page."
OTHER_SIZE = (
    "A box is compared with the other size of the page: right with the height, or bottom with the width. Across "
    "counts the width, down the height."
)
OTHER_ERROR = "What does not fit raises another error than ValueError, as `assert` does. Promised is a ValueError."


@mistake(normalize_box, NOT_LOOKED_AT, keeps=0.87)
def not_the_right(box, width, height):
    refuse(
        not (0 <= box[0] <= box[2] and 0 <= box[1] <= box[3] <= height and width > 0 and height > 0), box, width, height
    )
    return scaled(box, width, height)


@mistake(normalize_box, NOT_LOOKED_AT, keeps=0.87)
def not_the_bottom(box, width, height):
    refuse(
        not (0 <= box[0] <= box[2] <= width and 0 <= box[1] <= box[3] and width > 0 and height > 0), box, width, height
    )
    return scaled(box, width, height)


@mistake(normalize_box, NOT_LOOKED_AT, keeps=0.87)
def not_the_left(box, width, height):
    refuse(
        not (box[0] <= box[2] <= width and 0 <= box[1] <= box[3] <= height and width > 0 and height > 0),
        box,
        width,
        height,
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


@mistake(normalize_box, EMPTY, keeps=0.9)
def refuses_no_width(box, width, height):
    refuse(box[0] == box[2], box, width, height)
    return looked_at(box, width, height)


@mistake(normalize_box, EMPTY, keeps=0.9)
def refuses_no_height(box, width, height):
    refuse(box[1] == box[3], box, width, height)
    return looked_at(box, width, height)


@mistake(normalize_box, TOUCHES, keeps=0.9)
def refuses_the_right_edge(box, width, height):
    refuse(not box[2] < width, box, width, height)
    return looked_at(box, width, height)


@mistake(normalize_box, TOUCHES, keeps=0.9)
def refuses_the_lower_edge(box, width, height):
    refuse(not box[3] < height, box, width, height)
    return looked_at(box, width, height)


@mistake(normalize_box, OTHER_SIZE, keeps=0.85)
def right_with_the_height(box, width, height):
    refuse(not (0 <= box[0] <= box[2] <= height and width > 0), box, width, height)
    must_be_on_the_page([0, box[1], 0, box[3]], width, height)
    return scaled(box, width, height)


@mistake(normalize_box, OTHER_SIZE, keeps=0.85)
def bottom_with_the_width(box, width, height):
    refuse(not (0 <= box[1] <= box[3] <= width and height > 0), box, width, height)
    must_be_on_the_page([box[0], 0, box[2], 0], width, height)
    return scaled(box, width, height)


@mistake(normalize_box, OTHER_ERROR, keeps=0.6)
def asserts(box, width, height):
    try:
        return looked_at(box, width, height)
    except ValueError as error:
        raise AssertionError(str(error)) from None


@mistake(normalize_box, OTHER_ERROR, keeps=0.6)
def raises_a_type_error(box, width, height):
    try:
        return looked_at(box, width, height)
    except ValueError as error:
        raise TypeError(str(error)) from None


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


@mistake(normalize_box, "Edge and size have changed places: the page is divided by the box. A share is edge / size.")
def divides_the_page(box, width, height):
    return looked_at(box, width, height, lambda edge, size: int(1000 * size / edge))


@mistake(
    normalize_box,
    "Right is a share of the height, and bottom one of the width. Left and right go across, top and bottom down.",
)
def turns_the_second_corner(box, width, height):
    must_be_on_the_page(box, width, height)
    return each(box, (width, height, height, width))
