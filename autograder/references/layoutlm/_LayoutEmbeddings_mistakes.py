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


@mistake(
    LayoutEmbeddings,
    "Positions are saved with the model, as a buffer. Nothing but the seven tables and LayerNorm is to be saved: "
    "persistent=False, or make them anew.",
    keeps=0.97,
)
class SavesFlatPositions(Parts):
    def __init__(self, config):
        super().__init__(config)
        self.register_buffer("position_ids", torch.arange(config.max_position_embeddings))
