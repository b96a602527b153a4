"""More mistakes of `LayoutEmbeddings`: what BERT's embeddings have, too."""

import torch
from torch import nn
from torch.nn import functional as F

from autograder.references import mistake
from autograder.references.layoutlm._LayoutEmbeddings import LayoutEmbeddings, Parts


@mistake(LayoutEmbeddings, "The words are missing from the sum.")
class NoWords(Parts):
    def text(self, ids, types):
        return super().text(ids, types) - self.word_embeddings(ids)


@mistake(
    LayoutEmbeddings,
    "The positions in the text are missing from the sum. A LayoutLM has both: the place in the text and the place on "
    "the page.",
)
class NoPositions(Parts):
    def text(self, ids, types):
        types = torch.zeros_like(ids) if types is None else types
        return self.word_embeddings(ids) + self.token_type_embeddings(types)


@mistake(LayoutEmbeddings, "The positions count from 1. The first token stands at position 0.")
class FromOne(Parts):
    def positions(self, ids):
        return (super().positions(ids) + 1) % self.position_embeddings.num_embeddings


@mistake(LayoutEmbeddings, "The positions count the pages of the batch. They count the tokens, `input_ids.shape[1]`.")
class ByBatch(Parts):
    def positions(self, ids):
        return torch.arange(ids.shape[0], device=ids.device).unsqueeze(-1)


@mistake(
    LayoutEmbeddings,
    "Without token_type_ids no segment is added. No segment means segment 0: row 0 of the table, which is not zero.",
)
class NoSegment(Parts):
    def text(self, ids, types):
        if types is None:
            return self.word_embeddings(ids) + self.position_embeddings(self.positions(ids))
        return super().text(ids, types)


@mistake(
    LayoutEmbeddings,
    "token_type_ids changes nothing: every token counts as segment 0. Look up the segment of each token in its table.",
)
class OneSegment(Parts):
    def text(self, ids, types):
        return super().text(ids, None)


@mistake(LayoutEmbeddings, "The sum is not normalised: a LayerNorm comes after it.")
class NoNorm(Parts):
    def finish(self, total):
        return self.dropout(total)


@mistake(LayoutEmbeddings, "Part of the sum is added after the LayerNorm. First add all nine rows, then normalise.")
class BoxesAfterTheNorm(Parts):
    def forward(self, input_ids, bbox, token_type_ids=None):
        return self.dropout(self.LayerNorm(self.text(input_ids, token_type_ids)) + self.place(bbox))


@mistake(LayoutEmbeddings, "Each part is normalised by itself. First add all nine rows, then normalise the sum.")
class NormsEach(Parts):
    def forward(self, input_ids, bbox, token_type_ids=None):
        return self.dropout(self.LayerNorm(self.text(input_ids, token_type_ids)) + self.LayerNorm(self.place(bbox)))


@mistake(
    LayoutEmbeddings,
    "The rows are averaged, or the sum is scaled, before the LayerNorm: that shows where the numbers are small. Add "
    "them.",
    keeps=0.85,
)
class Averages(Parts):
    def finish(self, total):
        return super().finish(total / 9)


@mistake(
    LayoutEmbeddings,
    "LayerNorm's eps is 1e-5, which torch takes when none is given. LayoutLM's is in the configuration, "
    "layer_norm_eps.",
    keeps=0.9,
)
class OwnEps(Parts):
    eps = 1e-5


@mistake(LayoutEmbeddings, "Numbers are dropped before the LayerNorm. Dropout should come last.", keeps=0.9)
class DropsFirst(Parts):
    def finish(self, total):
        return self.LayerNorm(self.dropout(total))


@mistake(LayoutEmbeddings, "Nothing is dropped: in training, some numbers of the result must become 0.", keeps=0.9)
class NeverDrops(Parts):
    def finish(self, total):
        return self.LayerNorm(total)


@mistake(
    LayoutEmbeddings,
    "Numbers are dropped in evaluation, too, as with `F.dropout(x, p)`, which does not know whether the module trains.",
)
class DropsAlways(Parts):
    def finish(self, total):
        return F.dropout(self.LayerNorm(total), self.dropout.p)


@mistake(
    LayoutEmbeddings,
    "The rate is not hidden_dropout_prob. The configuration has two rates: the other one is for attention's weights.",
    keeps=0.9,
)
class OtherRate(Parts):
    def __init__(self, config):
        super().__init__(config)
        self.dropout = nn.Dropout(config.attention_probs_dropout_prob)


@mistake(
    LayoutEmbeddings,
    "With a rate of 0 numbers are dropped all the same. Perhaps `or` takes 0 for none given; it is a rate: nothing is "
    "dropped.",
    keeps=0.95,
)
class ZeroRate(Parts):
    def __init__(self, config):
        super().__init__(config)
        self.dropout = nn.Dropout(config.hidden_dropout_prob or 0.1)


@mistake(
    LayoutEmbeddings,
    "The rate of the dropout is always the same, 0.1 or 0.5. The configuration says it: hidden_dropout_prob.",
    keeps=0.9,
)
class OwnRate(Parts):
    def __init__(self, config):
        super().__init__(config)
        self.dropout = nn.Dropout(0.1)
