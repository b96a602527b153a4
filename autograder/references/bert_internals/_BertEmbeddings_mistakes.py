"""Mistakes of `BertEmbeddings`."""

import torch
from torch import nn
from torch.nn import functional as F

from autograder.references import mistake
from autograder.references.bert_internals._BertEmbeddings import BertEmbeddings, Embeddings
from autograder.references.bert_internals._shared import DROPS_ALWAYS


@mistake(
    BertEmbeddings,
    "LayerNorm's eps is 1e-5, which torch takes when none is given. BERT's is in the configuration, layer_norm_eps.",
)
class EmbedsWithOwnEps(Embeddings):
    eps = 1e-5


@mistake(BertEmbeddings, "The sum is not normalised: a LayerNorm comes after it.")
class EmbedsWithoutNorm(Embeddings):
    def finish(self, total):
        return self.dropout(total)


@mistake(BertEmbeddings, "The words are normalised before positions and segments are added. First add all three.")
class EmbedsNormFirst(Embeddings):
    def forward(self, input_ids, token_type_ids=None):
        words = self.LayerNorm(self.word_embeddings(input_ids))
        return self.dropout(words + self.total(input_ids, token_type_ids) - self.word_embeddings(input_ids))


@mistake(
    BertEmbeddings,
    "Without token_type_ids no segment is added. No segment means segment 0: row 0 of the table, which is not zero.",
)
class EmbedsNoSegment(Embeddings):
    def total(self, ids, types):
        if types is None:
            return self.word_embeddings(ids) + self.position_embeddings(self.positions(ids))
        return super().total(ids, types)


@mistake(
    BertEmbeddings,
    "token_type_ids changes nothing: every token counts as segment 0. Look up the segment of each token in its table.",
)
class EmbedsOneSegment(Embeddings):
    def total(self, ids, types):
        return super().total(ids, None)


@mistake(BertEmbeddings, "The positions count from 1. BERT's first token stands at position 0.")
class EmbedsFromOne(Embeddings):
    def positions(self, ids):
        return super().positions(ids) + 1


@mistake(BertEmbeddings, "The positions count the sentences of the batch. They count the tokens, ids.shape[1].")
class EmbedsByBatch(Embeddings):
    def positions(self, ids):
        return torch.arange(ids.shape[0], device=ids.device).unsqueeze(-1)


@mistake(BertEmbeddings, "The words are multiplied by √hidden_size, as in the first Transformer. BERT does not.")
class EmbedsScaled(Embeddings):
    def total(self, ids, types):
        return super().total(ids, types) + self.word_embeddings(ids) * (self.LayerNorm.normalized_shape[0] ** 0.5 - 1)


@mistake(BertEmbeddings, "Numbers are dropped before the LayerNorm. Dropout should come last.", keeps=0.85)
class EmbedsDropsFirst(Embeddings):
    def finish(self, total):
        return self.LayerNorm(self.dropout(total))


@mistake(BertEmbeddings, "Nothing is dropped: in training, some numbers of the result must become 0.", keeps=0.85)
class EmbedsNeverDrops(Embeddings):
    def finish(self, total):
        return self.LayerNorm(total)


@mistake(BertEmbeddings, DROPS_ALWAYS)
class EmbedsDropsAlways(Embeddings):
    def finish(self, total):
        return F.dropout(self.LayerNorm(total), self.dropout.p)


@mistake(
    BertEmbeddings,
    "The row of the padding learns: tell the table of words with padding_idx=config.pad_token_id.",
    keeps=0.85,
)
class EmbedsLearnsPadding(Embeddings):
    def row_of_padding(self, config):
        return None


@mistake(
    BertEmbeddings,
    "A buffer of positions is saved with the model. Today's checkpoints have none: persistent=False, or make it anew.",
    keeps=0.97,
)
class EmbedsSavesPositions(Embeddings):
    def __init__(self, config):
        super().__init__(config)
        self.register_buffer("position_ids", torch.arange(config.max_position_embeddings).expand(1, -1))


@mistake(
    BertEmbeddings,
    "Positions are saved with the model, as a buffer. Nothing but the three tables and LayerNorm is to be saved: "
    "persistent=False, or make them anew.",
    keeps=0.97,
)
class EmbedsSavesFlatPositions(Embeddings):
    def __init__(self, config):
        super().__init__(config)
        self.register_buffer("position_ids", torch.arange(config.max_position_embeddings))


@mistake(
    BertEmbeddings,
    "The row that learns nothing is always row 0. Which one is the padding's, the configuration says: pad_token_id.",
    keeps=0.85,
)
class EmbedsPaddingAtZero(Embeddings):
    def row_of_padding(self, config):
        return 0


@mistake(
    BertEmbeddings,
    "A pad_token_id of 0 is taken for none: 0 is false, and a row like any other. Hand it on as it is.",
    keeps=0.85,
)
class EmbedsZeroIsNone(Embeddings):
    def row_of_padding(self, config):
        return config.pad_token_id or None


@mistake(
    BertEmbeddings,
    "padding_idx is given to positions or segments too, whose row then never learns. It belongs to the words alone.",
)
class EmbedsPaddingEverywhere(Embeddings):
    def __init__(self, config):
        super().__init__(config)
        self.position_embeddings.padding_idx = self.token_type_embeddings.padding_idx = config.pad_token_id


@mistake(BertEmbeddings, "The positions skip the padding, as RoBERTa counts them. BERT counts every token.")
class EmbedsSkipsPadding(Embeddings):
    def positions(self, ids):
        return ((ids != 0).cumsum(-1) - 1).clamp(min=0)


@mistake(
    BertEmbeddings,
    "The positions are missing from the sum: look up position 0, 1, 2 … in their table, and add that, too.",
)
class EmbedsNoPositions(Embeddings):
    def total(self, ids, types):
        types = torch.zeros_like(ids) if types is None else types
        return self.word_embeddings(ids) + self.token_type_embeddings(types)


@mistake(BertEmbeddings, "Each table's rows are normalised by themselves. First add the three, then normalise the sum.")
class EmbedsNormsEach(Embeddings):
    def forward(self, input_ids, token_type_ids=None):
        types = torch.zeros_like(input_ids) if token_type_ids is None else token_type_ids
        positions = self.position_embeddings(self.positions(input_ids))
        parts = (self.word_embeddings(input_ids), positions, self.token_type_embeddings(types))
        return self.dropout(sum(self.LayerNorm(part) for part in parts))


@mistake(
    BertEmbeddings,
    "The rate is not hidden_dropout_prob. The configuration has two rates: the other one is for attention's weights.",
    keeps=0.85,
)
class EmbedsOtherRate(Embeddings):
    def __init__(self, config):
        super().__init__(config)
        self.dropout = nn.Dropout(config.attention_probs_dropout_prob)


@mistake(
    BertEmbeddings,
    "With a rate of 0 numbers are dropped all the same. Perhaps `or` takes 0 for none given; it is a rate: "
    "nothing is dropped.",
    keeps=0.93,
)
class EmbedsZeroRate(Embeddings):
    def __init__(self, config):
        super().__init__(config)
        self.dropout = nn.Dropout(config.hidden_dropout_prob or 0.1)


@mistake(
    BertEmbeddings,
    "Numbers are dropped twice, before the LayerNorm and after it. Once is enough, at the very end.",
    keeps=0.93,
)
class EmbedsDropsTwice(Embeddings):
    def finish(self, total):
        return self.dropout(self.LayerNorm(self.dropout(total)))


@mistake(
    BertEmbeddings,
    "No segment is added, with token_type_ids or without: a row of that table is missing.",
)
class EmbedsWithoutSegments(Embeddings):
    def total(self, ids, types):
        return self.word_embeddings(ids) + self.position_embeddings(self.positions(ids))


@mistake(
    BertEmbeddings,
    "Ids that are a view, as a transposed batch, raise an error. Perhaps `view` is called on them; `reshape` copies "
    "where it must, and here neither is needed.",
    keeps=0.97,
)
class EmbedsByView(Embeddings):
    def forward(self, input_ids, token_type_ids=None):
        return super().forward(input_ids.view(-1).view(input_ids.shape), token_type_ids)
