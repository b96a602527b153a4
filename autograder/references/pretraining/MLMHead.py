"""`MLMHead`: what is right, and what goes wrong."""

import torch
from torch import nn
from torch.nn import functional as F
from transformers import BertConfig
from transformers.models.bert import modeling_bert

from autograder.references import alternative, mistake, promised


class MLMHead(nn.Module):
    """The library's layers, tied by hand as its `tie_weights` does."""

    def __init__(self, embedding):
        super().__init__()
        tokens, width = embedding.weight.shape
        head = modeling_bert.BertLMPredictionHead(
            BertConfig(hidden_size=width, vocab_size=tokens, num_attention_heads=1)
        )
        self.dense, self.LayerNorm = head.transform.dense, head.transform.LayerNorm
        self.activation, self.decoder = head.transform.transform_act_fn, head.decoder
        self.decoder.weight = embedding.weight
        self.decoder.bias = head.bias

    def forward(self, hidden_states):
        return self.decoder(self.LayerNorm(self.activation(self.dense(hidden_states))))


class _Head(nn.Module):
    """In parts, each of which a wrong answer may take otherwise."""

    eps = 1e-12

    def __init__(self, embedding):
        super().__init__()
        tokens, width = embedding.weight.shape
        self.dense = nn.Linear(width, width)
        self.LayerNorm = nn.LayerNorm(width, eps=self.eps)
        self.decoder = nn.Linear(width, tokens)
        self.tie(embedding)
        self.begin()

    def tie(self, embedding):
        self.decoder.weight = embedding.weight

    def begin(self):
        nn.init.zeros_(self.decoder.bias)

    def act(self, x):
        return F.gelu(x)

    def transform(self, x):
        return self.LayerNorm(self.act(self.dense(x)))

    def forward(self, hidden_states):
        return self.decoder(self.transform(hidden_states))


class _Copied(_Head):
    def tie(self, embedding):
        with torch.no_grad():
            self.decoder.weight.copy_(embedding.weight)


NOT_TIED = (
    "The decoder has a table of its own, which only begins as a copy of the embedding, or not even that: when the "
    "table changes, the scores do not. Assign the parameter itself, `self.decoder.weight = embedding.weight`."
)


@mistake(MLMHead, NOT_TIED)
class CopiesTheTable(_Copied):
    pass


@mistake(MLMHead, NOT_TIED)
class HasItsOwnTable(_Head):
    def tie(self, embedding):
        pass


@mistake(MLMHead, NOT_TIED)
class MakesANewParameter(_Head):
    def tie(self, embedding):
        self.decoder.weight = nn.Parameter(embedding.weight.detach().clone())


@mistake(
    MLMHead,
    "The decoder's weight shares its memory with the table, but is a parameter of its own: gradients do not add up, "
    "and an optimizer steps twice. Assign the very same one, without `nn.Parameter(…)` or `.data`.",
)
class SharesTheMemory(_Head):
    def tie(self, embedding):
        self.decoder.weight = nn.Parameter(embedding.weight.data)


@mistake(
    MLMHead,
    "The norm's eps is not 1e-12, as BERT has it. For a vector whose numbers are nearly the same it decides; PyTorch "
    "takes 1e-5 if nothing is said.",
    keeps=0.9,
)
class EpsOfPyTorch(_Head):
    eps = 1e-5


@mistake(MLMHead, "There is no GELU between the dense layer and the norm.")
class WithoutGelu(_Head):
    def act(self, x):
        return x


OTHER_GELU = (
    "The activation is another one than GELU, or GELU by its approximation with tanh: BERT has the exact one, "
    "`F.gelu(x)`."
)


@mistake(MLMHead, OTHER_GELU)
class GeluByTanh(_Head):
    def act(self, x):
        return F.gelu(x, approximate="tanh")


@mistake(MLMHead, OTHER_GELU)
class ReluForGelu(_Head):
    def act(self, x):
        return F.relu(x)


@mistake(MLMHead, "The norm is left out, though it is there.")
class WithoutNorm(_Head):
    def transform(self, x):
        return F.gelu(self.dense(x)) + 0 * self.LayerNorm(x)


@mistake(MLMHead, "The norm comes before GELU. In BERT's head it is the other way round: dense, GELU, norm.")
class NormBeforeGelu(_Head):
    def transform(self, x):
        return F.gelu(self.LayerNorm(self.dense(x)))


@mistake(MLMHead, "GELU comes before the dense layer. The order is dense, GELU, norm.")
class GeluFirst(_Head):
    def transform(self, x):
        return self.LayerNorm(self.dense(F.gelu(x)))


@mistake(MLMHead, "The dense layer, GELU and the norm are left out: the vectors go straight to the decoder.")
class DecoderAlone(_Head):
    def transform(self, x):
        return x


@mistake(MLMHead, "The vectors that came in are added before the norm. This head has no such connection.")
class WithAResidual(_Head):
    def transform(self, x):
        return self.LayerNorm(self.act(self.dense(x)) + x)


@mistake(
    MLMHead,
    "The decoder has no bias, or does not use it. Each token has one: it can say how common a word is, whatever the "
    "text.",
)
class WithoutBias(_Head):
    def forward(self, hidden_states):
        return self.transform(hidden_states) @ self.decoder.weight.T


@mistake(
    MLMHead,
    "The bias does not begin as zeros: `nn.Linear` draws it at random. `nn.init.zeros_(self.decoder.bias)`.",
    keeps=0.95,
)
class RandomBias(_Head):
    def begin(self):
        pass


@mistake(
    MLMHead, "What comes out are probabilities, or their logarithms. It should be scores, as the decoder gives them."
)
class SoftmaxAtTheEnd(_Head):
    def forward(self, hidden_states):
        return super().forward(hidden_states).softmax(dim=-1)


@mistake(
    MLMHead, "What comes out are probabilities, or their logarithms. It should be scores, as the decoder gives them."
)
class LogSoftmaxAtTheEnd(_Head):
    def forward(self, hidden_states):
        return super().forward(hidden_states).log_softmax(dim=-1)


@mistake(
    MLMHead,
    "In training the scores are other ones than in evaluation, as with a dropout before the decoder. This head has "
    "none.",
    keeps=0.97,
)
class WithDropout(_Head):
    def transform(self, x):
        return F.dropout(super().transform(x), 0.1, self.training)


@mistake(
    MLMHead,
    "The table learns nothing from the scores: the weight was detached, or used without a gradient.",
)
class DetachedTable(_Head):
    def forward(self, hidden_states):
        return F.linear(self.transform(hidden_states), self.decoder.weight.detach(), self.decoder.bias)


@mistake(
    MLMHead,
    "The layers have other names than `dense`, `LayerNorm` and `decoder`. By these names weights are set, by the "
    "check and by whoever loads a trained model.",
)
class OtherNames(nn.Module):
    def __init__(self, embedding):
        super().__init__()
        tokens, width = embedding.weight.shape
        self.dense, self.norm = nn.Linear(width, width), nn.LayerNorm(width, eps=1e-12)
        self.decoder = nn.Linear(width, tokens)
        self.decoder.weight = embedding.weight
        nn.init.zeros_(self.decoder.bias)

    def forward(self, hidden_states):
        return self.decoder(self.norm(F.gelu(self.dense(hidden_states))))


@mistake(
    MLMHead,
    "The decoder was made without a bias, `bias=False`. Each token has one: it can say how common a word is, whatever "
    "the text.",
)
class MadeWithoutBias(nn.Module):
    def __init__(self, embedding):
        super().__init__()
        tokens, width = embedding.weight.shape
        self.dense, self.LayerNorm = nn.Linear(width, width), nn.LayerNorm(width, eps=1e-12)
        self.decoder = nn.Linear(width, tokens, bias=False)
        self.decoder.weight = embedding.weight

    def forward(self, hidden_states):
        return self.decoder(self.LayerNorm(F.gelu(self.dense(hidden_states))))


@alternative(MLMHead)
class Sized(_Head):
    """With the numbers that the table itself tells."""

    def __init__(self, embedding):
        nn.Module.__init__(self)
        self.LayerNorm = nn.LayerNorm(embedding.embedding_dim, eps=1e-12)
        self.decoder = nn.Linear(embedding.embedding_dim, embedding.num_embeddings, bias=True)
        self.decoder.weight, self.decoder.bias.data = embedding.weight, torch.zeros(embedding.num_embeddings)
        self.dense, self.gelu = nn.Linear(embedding.embedding_dim, embedding.embedding_dim), nn.GELU()

    def act(self, x):
        return self.gelu(x)


@alternative(MLMHead)
class ByHand(_Head):
    def forward(self, hidden_states):
        x = F.gelu(F.linear(hidden_states, self.dense.weight, self.dense.bias))
        x = F.layer_norm(x, x.shape[-1:], self.LayerNorm.weight, self.LayerNorm.bias, 1e-12)
        return torch.einsum("...w,tw->...t", x, self.decoder.weight) + self.decoder.bias


BATCH = ["a batch", "one token", "only the covered tokens"]
promised(
    MLMHead,
    "From what BERT knows about each place to a score for each token of the vocabulary.",
    by=BATCH,
)
promised(
    MLMHead,
    "A linear layer of the same width, exact GELU, layer norm with an eps of 1e-12, and the decoder: a linear layer "
    "whose weight is the parameter of the embedding itself.",
    by=["numbers around 0, in float64", "a vector whose numbers are nearly the same", "the table is the same object",
        "after the table has changed", "gradients of what is learned", "a step of an optimizer"],
)  # fmt: skip
promised(
    MLMHead,
    "They are called `dense`, `LayerNorm` and `decoder`; the decoder's bias begins as zeros.",
    by=["names and shapes of what is learned", "the bias at the beginning"],
)
promised(
    MLMHead,
    "embedding: shape (vocabulary, width), the table that turns tokens into vectors.",
    by=["names and shapes of what is learned", "as many tokens as numbers in a vector"],
)
promised(MLMHead, "From shape (..., width) to (..., vocabulary).", by=BATCH)
