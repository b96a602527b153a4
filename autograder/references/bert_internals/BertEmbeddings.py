"""`BertEmbeddings`: other ways that are right, and what is promised."""

import torch
from torch.nn import functional as F

from autograder.references import alternative, promised
from autograder.references.bert_internals import _BertEmbeddings_mistakes, _BertEmbeddings_slips_mistakes  # noqa: F401  (they register themselves)
from autograder.references.bert_internals._BertEmbeddings import BertEmbeddings, Embeddings


@alternative(BertEmbeddings)
class EmbedsStepByStep(Embeddings):
    def total(self, ids, types):
        total = F.embedding(ids, self.word_embeddings.weight, padding_idx=self.word_embeddings.padding_idx)
        total = total + self.position_embeddings.weight[: ids.shape[1]]
        return total + self.token_type_embeddings.weight[0 if types is None else types]


@alternative(BertEmbeddings)
class EmbedsWithBuffers(Embeddings):
    def __init__(self, config):
        super().__init__(config)
        self.register_buffer("position_ids", torch.arange(config.max_position_embeddings)[None], persistent=False)

    def positions(self, ids):
        return self.position_ids[:, : ids.shape[1]].expand_as(ids)


BATCH = ["one token", "a batch", "as many tokens as there are positions"]


promised(
    BertEmbeddings,
    "Word, position and segment of each token, added, normalised, with dropout.",
    by=[*BATCH, "two sentences in one input", "in training, with dropout"],
)


promised(
    BertEmbeddings,
    "config: vocab_size, max_position_embeddings, type_vocab_size, hidden_size, pad_token_id (the row of the words "
    "that gets no gradient), layer_norm_eps, hidden_dropout_prob.",
    by=["names and shapes of what is saved", "gradients, with padding", "another eps", "in training, with dropout"],
)


promised(
    BertEmbeddings,
    "Three `nn.Embedding`: `word_embeddings`, `position_embeddings`, `token_type_embeddings`; an `nn.LayerNorm`: "
    "`LayerNorm`.",
    by=["names and shapes of what is saved"],
)


promised(BertEmbeddings, "Nothing else is saved in the `state_dict`.", by=["names and shapes of what is saved"])


promised(BertEmbeddings, "Embeds.", by=BATCH)


promised(BertEmbeddings, "input_ids: int64, shape (batch, token); at most max_position_embeddings tokens.", by=BATCH)


promised(
    BertEmbeddings,
    "token_type_ids: int64, shape (batch, token), the segment of each token.",
    by=["two sentences in one input"],
)


promised(BertEmbeddings, "None means segment 0 throughout.", by=BATCH)


promised(BertEmbeddings, "Shape (batch, token, hidden_size).", by=[*BATCH, "the docstring's example"])
