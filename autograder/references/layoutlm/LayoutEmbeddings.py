"""`LayoutEmbeddings`: what is right, and what goes wrong."""

import torch
from torch import nn
from torch.nn import functional as F

from autograder.references import alternative, mistake, promised
from autograder.references.layoutlm import (  # they register themselves
    _LayoutEmbeddings_mistakes,  # noqa: F401
    _LayoutEmbeddings_text_mistakes,  # noqa: F401
)
from autograder.references.layoutlm._LayoutEmbeddings import LayoutEmbeddings, Parts


@mistake(
    LayoutEmbeddings,
    "The boxes change nothing: only the words, their positions and segments are added. Each box adds six rows.",
)
class TextOnly(Parts):
    def place(self, bbox):
        return 0.0


@mistake(
    LayoutEmbeddings,
    "Only left and top of a box are looked up. The right and the bottom edge belong to it, too, from the same two "
    "tables.",
)
class OneCorner(Parts):
    def edges(self, left, top, right, bottom):
        return self.x_position_embeddings(left) + self.y_position_embeddings(top)


@mistake(
    LayoutEmbeddings,
    "The width and the height of a box are missing. They have tables of their own.",
)
class NoSize(Parts):
    def size(self, left, top, right, bottom):
        return 0.0


@mistake(LayoutEmbeddings, "The height of a box is missing from the sum.")
class NoHeight(Parts):
    def size(self, left, top, right, bottom):
        return self.w_position_embeddings(right - left)


@mistake(LayoutEmbeddings, "The width of a box is missing from the sum.")
class NoWidth(Parts):
    def size(self, left, top, right, bottom):
        return self.h_position_embeddings(bottom - top)


@mistake(
    LayoutEmbeddings,
    "Width and height are looked up in each other's table: right − left is the width, bottom − top the height.",
)
class SizesExchanged(Parts):
    def size(self, left, top, right, bottom):
        return self.w_position_embeddings(bottom - top) + self.h_position_embeddings(right - left)


@mistake(
    LayoutEmbeddings,
    "The edges are looked up in each other's table: left and right belong to x, top and bottom to y.",
)
class EdgesExchanged(Parts):
    def edges(self, left, top, right, bottom):
        return super().edges(top, left, bottom, right)


@mistake(
    LayoutEmbeddings,
    "A box is read as left, right, top, bottom. It is left, top, right, bottom: two corners.",
)
class ReadInAnotherOrder(Parts):
    def edges(self, left, top, right, bottom):
        return super().edges(left, right, top, bottom)

    def size(self, left, top, right, bottom):
        return self.w_position_embeddings((top - left).abs()) + self.h_position_embeddings((bottom - right).abs())


@mistake(
    LayoutEmbeddings,
    "All four edges are looked up in one table. x and y have a table each: 90 from the left is not 90 from the top.",
)
class OneTable(Parts):
    def edges(self, left, top, right, bottom):
        return sum(self.x_position_embeddings(edge) for edge in (left, top, right, bottom))


@mistake(
    LayoutEmbeddings,
    "The third and the fourth number of a box are looked up as its width and height. They are right and bottom: take "
    "the differences.",
)
class EdgesForSizes(Parts):
    def size(self, left, top, right, bottom):
        return self.w_position_embeddings(right) + self.h_position_embeddings(bottom)


@mistake(
    LayoutEmbeddings,
    "Right and bottom are looked up in the tables of width and height, and the sizes nowhere. Edges belong to x and y, "
    "differences to w and h.",
)
class FourRows(Parts):
    def place(self, bbox):
        left, top, right, bottom = bbox.unbind(-1)
        return (
            self.x_position_embeddings(left)
            + self.y_position_embeddings(top)
            + self.w_position_embeddings(right)
            + self.h_position_embeddings(bottom)
        )


@mistake(
    LayoutEmbeddings,
    "The middle of a box is looked up, not its two edges. LayoutLM adds the row of the left and that of the right "
    "edge.",
)
class Middles(Parts):
    def edges(self, left, top, right, bottom):
        return self.x_position_embeddings((left + right) // 2) + self.y_position_embeddings((top + bottom) // 2)


@mistake(
    LayoutEmbeddings,
    "An empty box counts as one of size 1, or sizes are off by one: a width of 0 has row 0.",
)
class SizeAtLeastOne(Parts):
    def size(self, left, top, right, bottom):
        return self.w_position_embeddings((right - left).clamp(min=1)) + self.h_position_embeddings(
            (bottom - top).clamp(min=1)
        )


@alternative(LayoutEmbeddings)
class ByLoops(Parts):
    def forward(self, input_ids, bbox, token_type_ids=None):
        total = self.word_embeddings(input_ids) + self.position_embeddings.weight[: input_ids.shape[-1]]
        total = total + self.token_type_embeddings.weight[0 if token_type_ids is None else token_type_ids]
        for table, column in (("x", 0), ("y", 1), ("x", 2), ("y", 3)):
            total = total + getattr(self, f"{table}_position_embeddings")(bbox[..., column])
        for table, column in (("w", 0), ("h", 1)):
            total = total + getattr(self, f"{table}_position_embeddings")(bbox[..., column + 2] - bbox[..., column])
        return F.dropout(self.LayerNorm(total), self.dropout.p, self.training)


@alternative(LayoutEmbeddings)
class ByPairs(Parts):
    def place(self, bbox):
        corners = bbox.unflatten(-1, (2, 2))
        across, down = self.x_position_embeddings(corners[..., 0]), self.y_position_embeddings(corners[..., 1])
        wide, high = (corners[:, :, 1] - corners[:, :, 0]).unbind(-1)
        return across.sum(-2) + down.sum(-2) + self.w_position_embeddings(wide) + self.h_position_embeddings(high)


@alternative(LayoutEmbeddings)
class WithABuffer(Parts):
    def __init__(self, config):
        super().__init__(config)
        self.position_ids = nn.Buffer(torch.arange(config.max_position_embeddings)[None], persistent=False)

    def positions(self, ids):
        return self.position_ids[:, : ids.shape[1]]


BATCH = ["one token", "a batch", "as many tokens as there are positions", "a page as LayoutLM reads it"]
BOXES = ["a batch", "the box moves by one", "the box grows by one", "an empty box, and the largest one"]
promised(
    LayoutEmbeddings,
    "A vector for each piece of a page, from what it is and where it stands: nine rows of seven tables, added, "
    "normalised, with dropout.",
    by=[*BATCH, "in training, with dropout"],
)
promised(
    LayoutEmbeddings,
    "config: vocab_size, max_position_embeddings, max_2d_position_embeddings, type_vocab_size, hidden_size, "
    "pad_token_id (the row of the words that gets no gradient), layer_norm_eps, hidden_dropout_prob.",
    by=["names and shapes of what is saved", "gradients, with padding", "another eps", "in training, with dropout"],
)
promised(
    LayoutEmbeddings,
    "Seven `nn.Embedding`: `word_embeddings`, `position_embeddings`, `token_type_embeddings`, and of "
    "max_2d_position_embeddings rows each `x_position_embeddings` (for the left and the right edge), "
    "`y_position_embeddings` (top and bottom), `w_position_embeddings` (right − left) and `h_position_embeddings` "
    "(bottom − top); an `nn.LayerNorm`: `LayerNorm`.",
    by=["names and shapes of what is saved", *BOXES, "gradients", "all words in one box"],
)
promised(LayoutEmbeddings, "Nothing else is saved in the `state_dict`.", by=["names and shapes of what is saved"])
promised(LayoutEmbeddings, "Embeds.", by=BATCH)
promised(LayoutEmbeddings, "input_ids: int64, shape (batch, token); at most max_position_embeddings tokens.", by=BATCH)
promised(
    LayoutEmbeddings,
    "bbox: int64, shape (batch, token, 4): left, top, right, bottom.",
    by=BOXES,
)
promised(
    LayoutEmbeddings,
    "token_type_ids: int64, shape (batch, token), the segment of each token.",
    by=["segments"],
)
promised(LayoutEmbeddings, "None means segment 0 throughout.", by=BATCH)
promised(LayoutEmbeddings, "Shape (batch, token, hidden_size).", by=[*BATCH, "the docstring's example"])
