"""Plain slips in `LayoutEmbeddings`: one row left out, one number, one table for another."""

import torch

from autograder.references import mistake
from autograder.references.layoutlm._LayoutEmbeddings import LayoutEmbeddings, Parts

ONE_EDGE = "One edge of the box is missing from the sum: left, top, right and bottom have a row each."
ONE_TABLE = "One edge is looked up in the table of the other axis. Left and right belong to x, top and bottom to y."
NO_DIFFERENCE = (
    "The width is looked up at the right edge's number, or the height at the bottom's. They are differences: right − "
    "left and bottom − top."
)
ONE_FOR_BOTH = "Both sizes are the width, or both are the height. Right − left is the width, bottom − top the height."


def left_out(name, number):
    """The edges without one of them."""

    def edges(self, *edges):
        return Parts.edges(self, *edges) - getattr(self, f"{name}_position_embeddings")(edges[number])

    return edges


@mistake(LayoutEmbeddings, ONE_EDGE)
class NoLeft(Parts):
    edges = left_out("x", 0)


@mistake(LayoutEmbeddings, ONE_EDGE)
class NoTop(Parts):
    edges = left_out("y", 1)


@mistake(LayoutEmbeddings, ONE_EDGE)
class NoRight(Parts):
    edges = left_out("x", 2)


@mistake(LayoutEmbeddings, ONE_EDGE)
class NoBottom(Parts):
    edges = left_out("y", 3)


@mistake(LayoutEmbeddings, ONE_TABLE)
class LeftInY(Parts):
    def edges(self, left, top, right, bottom):
        y = self.y_position_embeddings
        return self.x_position_embeddings(right) + y(left) + y(top) + y(bottom)


@mistake(LayoutEmbeddings, ONE_TABLE)
class BottomInX(Parts):
    def edges(self, left, top, right, bottom):
        x = self.x_position_embeddings
        return self.y_position_embeddings(top) + x(left) + x(right) + x(bottom)


@mistake(LayoutEmbeddings, NO_DIFFERENCE)
class RightForWidth(Parts):
    def size(self, left, top, right, bottom):
        return super().size(0 * left, top, right, bottom)


@mistake(LayoutEmbeddings, NO_DIFFERENCE)
class BottomForHeight(Parts):
    def size(self, left, top, right, bottom):
        return super().size(left, 0 * top, right, bottom)


@mistake(LayoutEmbeddings, ONE_FOR_BOTH)
class TwiceTheWidth(Parts):
    def size(self, left, top, right, bottom):
        return super().size(left, left, right, right)


@mistake(LayoutEmbeddings, ONE_FOR_BOTH)
class TwiceTheHeight(Parts):
    def size(self, left, top, right, bottom):
        return super().size(top, top, bottom, bottom)


@mistake(
    LayoutEmbeddings, "A box is read as top, left, bottom, right. It is left, top, right, bottom: across comes first."
)
class DownFirst(Parts):
    def place(self, bbox):
        return super().place(bbox[..., [1, 0, 3, 2]])


@mistake(
    LayoutEmbeddings,
    "A width or a height is below 0, and no table has such a row: left − right instead of right − left, or top − "
    "bottom.",
)
class BelowZero(Parts):
    def size(self, left, top, right, bottom):
        return self.w_position_embeddings(left - right) + self.h_position_embeddings(bottom - top)


@mistake(LayoutEmbeddings, "Without token_type_ids all is segment 1. None means segment 0 throughout.")
class SegmentOne(Parts):
    def text(self, ids, types):
        return super().text(ids, torch.ones_like(ids) if types is None else types)


@mistake(LayoutEmbeddings, "The positions count the pages of the batch. They count the tokens, `input_ids.shape[1]`.")
class AsManyAsPages(Parts):
    def positions(self, ids):
        return torch.arange(ids.shape[0], device=ids.device)
