"""More mistakes of `LayoutEmbeddings`: tables of another size or name, and rows that should not learn."""

import torch
from torch import nn

from autograder.references import mistake
from autograder.references.layoutlm._LayoutEmbeddings import LayoutEmbeddings, Parts


@mistake(
    LayoutEmbeddings,
    "The row of the padding learns: tell the table of words with padding_idx=config.pad_token_id.",
    keeps=0.9,
)
class LearnsPadding(Parts):
    def row_of_padding(self, config):
        return None


@mistake(
    LayoutEmbeddings,
    "The row that learns nothing is always row 0. Which one is the padding's, the configuration says: pad_token_id.",
    keeps=0.9,
)
class PaddingAtZero(Parts):
    def row_of_padding(self, config):
        return 0


@mistake(
    LayoutEmbeddings,
    "A pad_token_id of 0 is taken for none: 0 is false, and a row like any other. Hand it on as it is.",
    keeps=0.9,
)
class ZeroIsNone(Parts):
    def row_of_padding(self, config):
        return config.pad_token_id or None


@mistake(
    LayoutEmbeddings,
    "padding_idx is given to a table of the boxes, or to positions or segments, whose row then never learns. Box 0 is "
    "a place like any other: padding_idx belongs to the words alone.",
    keeps=0.9,
)
class PaddingEverywhere(Parts):
    def __init__(self, config):
        super().__init__(config)
        for letter in "xyhw":
            getattr(self, f"{letter}_position_embeddings").padding_idx = config.pad_token_id


@mistake(
    LayoutEmbeddings,
    "The tables of the boxes have as many rows as there are positions in the text. How many they have, "
    "max_2d_position_embeddings says.",
)
class TablesAsLongAsTexts(Parts):
    def __init__(self, config):
        super().__init__(config)
        for letter in "xyhw":
            self.add_module(
                f"{letter}_position_embeddings", nn.Embedding(config.max_position_embeddings, config.hidden_size)
            )


@mistake(
    LayoutEmbeddings,
    "The tables of the boxes have 1,001 rows, or 1,024, whatever the configuration says: max_2d_position_embeddings.",
)
class TablesOfAThousand(Parts):
    def __init__(self, config):
        super().__init__(config)
        for letter in "xyhw":
            self.add_module(f"{letter}_position_embeddings", nn.Embedding(1024, config.hidden_size))


@mistake(
    LayoutEmbeddings,
    "Left and right have a table each, or top and bottom. LayoutLM looks both edges up in one: x for left and right, "
    "y for top and bottom.",
)
class TablesForEachEdge(Parts):
    def __init__(self, config):
        super().__init__(config)
        size = config.max_2d_position_embeddings, config.hidden_size
        self.right_position_embeddings, self.lower_position_embeddings = nn.Embedding(*size), nn.Embedding(*size)

    def edges(self, left, top, right, bottom):
        across = self.x_position_embeddings(left) + self.right_position_embeddings(right)
        return across + self.y_position_embeddings(top) + self.lower_position_embeddings(bottom)


@mistake(
    LayoutEmbeddings,
    "The tables have other names than LayoutLM's, so that its weights cannot be loaded: x_position_embeddings and so "
    "on.",
    keeps=0.66,
)
class OtherNames(Parts):
    def __init__(self, config):
        super().__init__(config)
        for letter in "xyhw":
            self.add_module(f"{letter}_embeddings", self._modules.pop(f"{letter}_position_embeddings"))

    def __getattr__(self, name):
        return super().__getattr__(name.replace("x_position", "x").replace("y_position", "y").replace("h_position", "h")
            .replace("w_position", "w"))  # fmt: skip


@mistake(
    LayoutEmbeddings,
    "The LayerNorm has another name than LayoutLM's, as `layer_norm` or `norm`: its weights cannot be loaded.",
)
class OtherNormName(Parts):
    def __init__(self, config):
        super().__init__(config)
        self.layer_norm = self._modules.pop("LayerNorm")

    def finish(self, total):
        return self.dropout(self.layer_norm(total))


@mistake(
    LayoutEmbeddings,
    "Positions are saved with the model, as a buffer. Nothing but the seven tables and LayerNorm is to be saved: "
    "persistent=False, or make them anew.",
    keeps=0.97,
)
class SavesPositions(Parts):
    def __init__(self, config):
        super().__init__(config)
        self.register_buffer("position_ids", torch.arange(config.max_position_embeddings).expand(1, -1))


@mistake(
    LayoutEmbeddings,
    "Boxes are taken to share their rows with others: what a box adds depends on the whole batch, or on the first "
    "page's boxes. Each token has its own.",
)
class FirstPagesBoxes(Parts):
    def place(self, bbox):
        return super().place(bbox[:1])


@mistake(
    LayoutEmbeddings,
    "The numbers of a box are changed before they are looked up, as by dividing or cutting them off. They are rows: "
    "look them up as they are.",
)
class Coarse(Parts):
    def edges(self, left, top, right, bottom):
        return super().edges(left // 2 * 2, top // 2 * 2, right // 2 * 2, bottom // 2 * 2)


@mistake(
    LayoutEmbeddings,
    "Left and top are looked up in one table, right and bottom in the other. Left and right belong to x, top and "
    "bottom to y.",
)
class ATableForEachCorner(Parts):
    def edges(self, left, top, right, bottom):
        return super().edges(left, right, top, bottom)


@mistake(
    LayoutEmbeddings,
    "The numbers of a box are taken along the wrong dimension, as by `bbox[:, 0]`, which is the first token of each "
    "page. The box is the last dimension: `bbox[..., 0]`.",
)
class AlongTheTokens(Parts):
    def place(self, bbox):
        left, top, right, bottom = (bbox[:, number] for number in range(4))
        return self.edges(left, top, right, bottom) + self.size(left, top, right, bottom)


@mistake(LayoutEmbeddings, "What the box adds is scaled, as by a mean of its rows. The rows are added as they are.")
class MeanOfTheBox(Parts):
    def place(self, bbox):
        return super().place(bbox) / 6


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
class NoTop(Parts):
    edges = left_out("y", 1)


@mistake(LayoutEmbeddings, ONE_EDGE)
class NoRight(Parts):
    edges = left_out("x", 2)


@mistake(LayoutEmbeddings, ONE_TABLE)
class LeftInY(Parts):
    def edges(self, left, top, right, bottom):
        y = self.y_position_embeddings
        return self.x_position_embeddings(right) + y(left) + y(top) + y(bottom)


@mistake(LayoutEmbeddings, NO_DIFFERENCE)
class RightForWidth(Parts):
    def size(self, left, top, right, bottom):
        return super().size(0 * left, top, right, bottom)


@mistake(LayoutEmbeddings, ONE_FOR_BOTH)
class TwiceTheWidth(Parts):
    def size(self, left, top, right, bottom):
        return super().size(left, left, right, right)


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
