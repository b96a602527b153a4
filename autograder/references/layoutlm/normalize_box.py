"""`normalize_box`: what is right, and what goes wrong."""

import math

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.layoutlm import _normalize_box_mistakes  # noqa: F401  (they register themselves)
from autograder.references.layoutlm._normalize_box import each, looked_at, must_be_on_the_page, normalize_box


@mistake(
    normalize_box,
    "All four numbers are in shares of the width. Top and bottom count down the page: they are divided by its height.",
)
def by_the_width(box, width, height):
    must_be_on_the_page(box, width, height)
    return each(box, [width] * 4)


@mistake(
    normalize_box,
    "All four numbers are in shares of the height. Left and right count across the page: they are divided by its "
    "width.",
)
def by_the_height(box, width, height):
    must_be_on_the_page(box, width, height)
    return each(box, [height] * 4)


@mistake(
    normalize_box,
    "Left and right are in shares of the height, top and bottom in shares of the width: the two sizes are exchanged.",
)
def exchanged(box, width, height):
    must_be_on_the_page(box, width, height)
    return each(box, (height, width, height, width))


@mistake(
    normalize_box,
    "The first two numbers are divided by the width and the last two by the height. A box is left, top, right, bottom: "
    "first and third go across.",
)
def in_pairs(box, width, height):
    must_be_on_the_page(box, width, height)
    return each(box, (width, width, height, height))


@mistake(normalize_box, "Shares of 1 come back, or nothing but 0 and 1. The page is 1,000 across and 1,000 down.")
def shares_of_one(box, width, height):
    return looked_at(box, width, height, lambda edge, size: edge / size)


@mistake(normalize_box, "Shares of 1 come back, or nothing but 0 and 1. The page is 1,000 across and 1,000 down.")
def cut_too_early(box, width, height):
    return looked_at(box, width, height, lambda edge, size: 1000 * int(edge / size))


@mistake(normalize_box, "The far edge of the page is not 1,000 but another number, as 100, 999, 1023 or 1024.")
def up_to_the_table(box, width, height):
    return looked_at(box, width, height, lambda edge, size: int(1023 * edge / size))


@mistake(normalize_box, "The far edge of the page is not 1,000 but another number, as 100, 999, 1023 or 1024.")
def up_to_999(box, width, height):
    return looked_at(box, width, height, lambda edge, size: min(999, int(1000 * edge / size)))


@mistake(normalize_box, "The far edge of the page is not 1,000 but another number, as 100, 999, 1023 or 1024.")
def up_to_1024(box, width, height):
    return looked_at(box, width, height, lambda edge, size: int(1024 * edge / size))


@mistake(
    normalize_box,
    "The numbers are rounded to the nearest. LayoutLM was trained with boxes whose fractions were cut off: `int`.",
    keeps=0.85,
)
def rounded(box, width, height):
    return looked_at(box, width, height, lambda edge, size: round(1000 * edge / size))


@mistake(
    normalize_box,
    "The numbers are rounded up. LayoutLM was trained with boxes whose fractions were cut off: `int`.",
    keeps=0.85,
)
def rounded_up(box, width, height):
    return looked_at(box, width, height, lambda edge, size: math.ceil(1000 * edge / size))


ON_SOME_PAGES = (
    "On some pages a number is one too small, and their far edge is at 999, as where 1000 / width is worked out first: "
    "it is not exact, and what is missing is cut off. Multiply by 1000, then divide."
)


@mistake(normalize_box, ON_SOME_PAGES, keeps=0.97)
def factors_first(box, width, height):
    return looked_at(box, width, height, lambda edge, size: int(edge * (1000 / size)))


@mistake(normalize_box, ON_SOME_PAGES, keeps=0.97)
def by_the_thousandth(box, width, height):
    return looked_at(box, width, height, lambda edge, size: int(edge / (size / 1000)))


@mistake(
    normalize_box,
    "The fractions are kept. A box has to be whole numbers: each is a row of a table.",
    keeps=0.6,
)
def fractions_kept(box, width, height):
    return looked_at(box, width, height, lambda edge, size: 1000 * edge / size)


@mistake(
    normalize_box,
    "The third and fourth number are the size of the box. Right and bottom are wanted, counted from the page's corner.",
)
def its_size(box, width, height):
    left, top, right, bottom = looked_at(box, width, height)
    return [left, top, right - left, bottom - top]


@mistake(
    normalize_box,
    "The third and fourth number are taken for the size of the box, and left and top are added. They are right and "
    "bottom already.",
)
def from_a_size(box, width, height):
    left, top, right, bottom = looked_at(box, width, height)
    return [left, top, left + right, top + bottom]


@mistake(
    normalize_box,
    "The numbers come back in another order. It stays left, top, right, bottom.",
)
def other_order(box, width, height):
    left, top, right, bottom = looked_at(box, width, height)
    return [left, right, top, bottom]


@alternative(normalize_box)
def step_by_step(box, width, height):
    x0, y0, x1, y1 = box
    if width <= 0 or height <= 0 or width != width or height != height:
        raise ValueError(f"page {width} x {height}, box {x0, y0, x1, y1}")
    if any(math.isnan(edge) for edge in box) or min(box) < 0 or x1 > width or y1 > height or x1 < x0 or y1 < y0:
        raise ValueError(f"box {x0, y0, x1, y1} does not lie on the page of {width} x {height}")
    return [
        math.floor(x0 * 1000 / width),
        math.floor(y0 * 1000 / height),
        math.floor(x1 * 1000 / width),
        math.floor(y1 * 1000 / height),
    ]


@alternative(normalize_box)
def as_transformers_does(box, width, height):
    must_be_on_the_page(box, width, height)
    return [
        int(1000 * (box[0] / width)),
        int(1000 * (box[1] / height)),
        int(1000 * (box[2] / width)),
        int(1000 * (box[3] / height)),
    ]


PAGES = ["a page that is wider than high", "a page that is higher than wide", "a small page, and a huge one"]
promised(normalize_box, "A box in thousandths of its page, as LayoutLM wants it.", by=[*PAGES, "the whole page"])
promised(
    normalize_box,
    "Each number is `int(1000 * x / width)` or `int(1000 * y / height)`: cut off, not rounded.",
    by=["just below a whole number", "pages and boxes with fractions", "up to the far edges of four pages"],
)
promised(
    normalize_box,
    "Where a fraction falls just short of a whole number because floats are rounded, either number is right.",
    by=["pages and boxes with fractions"],
)
promised(
    normalize_box,
    "box: left, top, right and bottom, counted from the upper left corner of the page; whole numbers or not.",
    by=[*PAGES, "pages and boxes with fractions"],
)
promised(
    normalize_box,
    "It may have no width or no height (left = right, top = bottom), and it may reach the page's edges.",
    by=["an empty box", "the whole page"],
)
promised(normalize_box, "width, height: of the page, in the same unit; not infinite.", by=PAGES)
promised(
    normalize_box, "A new list of four Python integers from 0 to 1000.", by=["what comes back", "the box afterwards"]
)
promised(
    normalize_box,
    "ValueError: the page has no size; the box does not lie within the page; its right edge lies left of its left one, "
    "or its bottom above its top; or one of the six is not a number.",
    by=[
        "a page without a size",
        "outside the page",
        "a hair outside",
        "turned round",
        "something that is not a number",
    ],
)
promised(normalize_box, "The message shows all six numbers.", by=["what the refusal says"])

RETURN = "return [int(1000 * edge{} size) for edge, size in zip(box, (width, height, width, height), strict={})]"
equivalent(normalize_box, RETURN.format(" /", True), RETURN.format(" //", True), "a floor is what `int` cuts off to")
equivalent(normalize_box, RETURN.format(" /", True), RETURN.format(" /", False), "a box has four numbers")
for name in ("width", "height"):
    asked = "if not (fits and width > 0 and height > 0):"
    equivalent(
        normalize_box,
        asked,
        asked.replace(f"{name} > 0", f"{name} != 0"),
        "what fits lies between 0 and the page's size",
    )
