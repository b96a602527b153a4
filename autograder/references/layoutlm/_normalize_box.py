"""`normalize_box`: the oracle, and what answers are made of."""

from fractions import Fraction


def normalize_box(box, width, height):
    """By fractions, which do not round."""
    must_be_on_the_page(box, width, height)
    return [int(1000 * Fraction(edge) / Fraction(size)) for edge, size in zip(box, (width, height) * 2, strict=True)]


def must_be_on_the_page(box, width, height):
    left, top, right, bottom = box
    fits = 0 <= left <= right <= width and 0 <= top <= bottom <= height and width > 0 and height > 0
    if not fits:
        raise ValueError(f"{left}, {top}, {right}, {bottom} on {width} by {height}")


def each(box, sizes, step=lambda edge, size: int(1000 * edge / size)):
    """What most mistakes do with a box that was looked at: another size, another step."""
    return [step(edge, size) for edge, size in zip(box, sizes, strict=True)]


def looked_at(box, width, height, step=lambda edge, size: int(1000 * edge / size)):
    must_be_on_the_page(box, width, height)
    return each(box, (width, height, width, height), step)
