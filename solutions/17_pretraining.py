# %% [markdown]
# # Pretraining
#
# **Nobody has told this model what any word means. It has only read. How can one learn from nothing but text?**
#
# "Return the ▢ of the array." One word is covered by a blot, and still you have a guess: the *sum*, the *shape*, the
# *size*, and surely not the *weather*. You were never taught this sentence. You have read enough others to know what
# fits. A small model that has read three thousand docstrings was asked for the covered word at five moments of its
# training, and this is what it said.

# %%
import itertools
import math
import random
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder import check, suspects
from helpers import pretraining as pictures
from helpers.docstring_bert import MASK, config, docstring_bert, documents, figures, padded, pieces, row
from helpers.known_readers import Indifferent
from helpers.plots import lines
from helpers.widgets import choice, explore
from helpers.widgets import text as typed

# %%
pictures.moments(figures()["moments"], "Return the [MASK] of the array.")

# %% [markdown]
# ## 1 · Cover some words, and ask · core
#
# ### Exercise: `mask_tokens` ●●○ · 9 minutes · core
#
# <details><summary>Hint 1: a nudge</summary>
#
# …
#
# </details>


# %% exercise="mask_tokens"
def mask_tokens(
    input_ids: Tensor,
    special: Tensor,
    mask_id: int,
    vocab_size: int,
    generator: torch.Generator,
    probability: float | Tensor = 0.15,
) -> tuple[Tensor, Tensor]:
    """Covers some tokens, and says what the model is to find there.

    Not to be used: `transformers.DataCollatorForLanguageModeling`.

    Each token that is not special is chosen with the given probability, by itself. Of the chosen tokens, 80 % become
    [MASK], 10 % become a token drawn from the whole vocabulary, and 10 % stay.

    Args:
        input_ids: shape (..., length), int64.
        special: the same shape, boolean; True where nothing may be chosen.
        mask_id: the number of [MASK].
        vocab_size: tokens are numbered from 0 to vocab_size − 1.
        generator: the only source of random numbers; it goes on from call to call.
        probability: a number, or a tensor that holds one for each token.

    Returns:
        Two new tensors of the same shape, int64: the masked input, and the labels, which are the token that stood there
        where one was chosen, and −100 elsewhere.

    >>> ids, special = torch.tensor([2, 70, 80, 3]), torch.tensor([True, False, False, True])
    >>> mask_tokens(ids, special, 4, 4000, torch.Generator(), probability=1.0)[1]
    tensor([-100, 70, 80, -100])
    """
    # BEGIN SOLUTION
    chosen = (torch.rand(input_ids.shape, generator=generator, device=input_ids.device) < probability) & ~special
    fate = torch.rand(input_ids.shape, generator=generator, device=input_ids.device)
    anything = torch.randint(vocab_size, input_ids.shape, generator=generator, device=input_ids.device)
    masked = input_ids.masked_fill(chosen & (fate < 0.8), mask_id)
    masked = torch.where(chosen & (fate >= 0.9), anything, masked)
    return masked, input_ids.masked_fill(~chosen, -100)
    # END SOLUTION


# %% check="mask_tokens"
check(mask_tokens)

# %% [markdown]
# ## 2 · Whole words · core
#
# ### Exercise: `whole_word_mask` ●●○ · 7 minutes · core
#
# <details><summary>Hint 1: a nudge</summary>
#
# …
#
# </details>


# %% exercise="whole_word_mask"
def whole_word_mask(continues: Tensor, special: Tensor, probability: float, generator: torch.Generator) -> Tensor:
    """Chooses whole words: each with the given probability, by itself and however many pieces it has.

    Not to be used: `transformers.DataCollatorForLanguageModeling`.

    Args:
        continues: shape (..., length), boolean; True where a piece goes on with the word of the piece to its left. A
            row may begin with such a piece, which then is the rest of a word.
        special: the same shape, boolean; True where nothing may be chosen.
        generator: the only source of random numbers; it goes on from call to call.

    Returns:
        The same shape, boolean: True for all pieces of the chosen words.

    >>> continues = torch.tensor([False, False, True, True, False, False])
    >>> special = torch.tensor([True, False, False, False, False, True])
    >>> whole_word_mask(continues, special, 1.0, torch.Generator())
    tensor([False, True, True, True, True, False])
    """
    # BEGIN SOLUTION
    word = (~continues).cumsum(dim=-1)
    draws = (*continues.shape[:-1], continues.shape[-1] + 1)
    throws = torch.rand(draws, generator=generator, device=continues.device)
    return (throws.gather(-1, word) < probability) & ~special
    # END SOLUTION


# %% check="whole_word_mask"
check(whole_word_mask)

# %% [markdown]
# ## 3 · A · core
#
# ### Exercise: `MLMHead` ●●○ · 7 minutes · core
#
# <details><summary>Hint 1: a nudge</summary>
#
# …
#
# </details>


# %% exercise="MLMHead"
class MLMHead(nn.Module):
    """From what BERT knows about each place to a score for each token of the vocabulary.

    Not to be used: BERT's own heads from `transformers`.

    A linear layer of the same width, exact GELU, layer norm with an eps of 1e-12, and the decoder: a linear layer whose
    weight is the parameter of the embedding itself. They are called `dense`, `LayerNorm` and `decoder`; the decoder's
    bias begins as zeros.

    Args:
        embedding: shape (vocabulary, width), the table that turns tokens into vectors.

    >>> MLMHead(nn.Embedding(4000, 8))(torch.ones(2, 5, 8)).shape
    torch.Size([2, 5, 4000])
    """

    def __init__(self, embedding: nn.Embedding) -> None:
        # BEGIN SOLUTION
        super().__init__()
        vocabulary, width = embedding.weight.shape
        self.dense = nn.Linear(width, width)
        self.LayerNorm = nn.LayerNorm(width, eps=1e-12)
        self.decoder = nn.Linear(width, vocabulary)
        self.decoder.weight = embedding.weight
        nn.init.zeros_(self.decoder.bias)
        # END SOLUTION

    def forward(self, hidden_states: Tensor) -> Tensor:
        """From shape (..., width) to (..., vocabulary)."""
        # BEGIN SOLUTION
        return self.decoder(self.LayerNorm(F.gelu(self.dense(hidden_states))))
        # END SOLUTION


# %% check="MLMHead"
check(MLMHead)

# %% [markdown]
# ## 4 · B · core
#
# ### Exercise: `pretraining_loss` ●●○ · 6 minutes · core
#
# <details><summary>Hint 1: a nudge</summary>
#
# …
#
# </details>


# %% exercise="pretraining_loss"
def pretraining_loss(
    prediction_logits: Tensor, seq_relationship_logits: Tensor, labels: Tensor, next_sentence_label: Tensor
) -> Tensor:
    """What both heads have got wrong: the mean surprise, −log p, of the covered words, plus that of the pairs.

    Not to be used: `transformers.BertForPreTraining`.

    The mean is taken over what has a label; −100 means that there is none. A part of the loss in which nothing has a
    label is 0.

    Args:
        prediction_logits: shape (batch, length, vocabulary), floating point, the scores of the words.
        seq_relationship_logits: shape (batch, 2), the scores of “follows” and “does not follow”.
        labels: shape (batch, length), int64, the token that stood there, or −100.
        next_sentence_label: shape (batch,), int64; 0 where the second part follows the first, 1 where it does not, or
            −100.

    Returns:
        One number, through which gradients reach both heads.

    >>> labels = torch.tensor([[-100, 7, -100]])
    >>> pretraining_loss(torch.zeros(1, 3, 8), torch.zeros(1, 2), labels, torch.tensor([1]))
    tensor(2.7726)
    """

    # BEGIN SOLUTION
    def surprise(scores: Tensor, wanted: Tensor) -> Tensor:
        total = F.cross_entropy(scores.flatten(0, -2), wanted.flatten(), ignore_index=-100, reduction="sum")
        return total / (wanted != -100).sum().clamp(min=1)

    return surprise(prediction_logits, labels) + surprise(seq_relationship_logits, next_sentence_label)
    # END SOLUTION


# %% check="pretraining_loss"
check(pretraining_loss)

# %% [markdown]
# ## 5 · C · core
#
# ### Exercise: `fixed_masks` ●○○ · 4 minutes · core
#
# <details><summary>Hint 1: a nudge</summary>
#
# …
#
# </details>


# %% exercise="fixed_masks"
def fixed_masks(
    rows: Sequence[Tensor], mask: Callable[[Tensor, torch.Generator], tuple[Tensor, Tensor]], seed: int
) -> list[tuple[Tensor, Tensor]]:
    """Masks each row once and for all, so that every model is asked the same.

    Row number i, from 0, gets a `torch.Generator` of its own on the CPU, with the seed `seed + i`; so no row's mask
    depends on the other rows, and torch's own stream is left alone.

    Args:
        rows: each of shape (length,), int64.
        mask: from a row and a generator to the masked input and the labels.

    Returns:
        A list with what `mask` gives for each row.

    >>> rows = [torch.tensor([7, 8]), torch.tensor([9])]
    >>> fixed_masks(rows, lambda row, generator: (row * 0, row + generator.initial_seed()), seed=100)
    [(tensor([0, 0]), tensor([107, 108])), (tensor([0]), tensor([110]))]
    """
    # BEGIN SOLUTION
    return [mask(row, torch.Generator().manual_seed(seed + number)) for number, row in enumerate(rows)]
    # END SOLUTION


# %% check="fixed_masks"
check(fixed_masks)

# %% [markdown]
# ## 6 · D · core
#
# ### Exercise: `fill_mask` ●●○ · 7 minutes · core
#
# <details><summary>Hint 1: a nudge</summary>
#
# …
#
# </details>


# %% exercise="fill_mask"
def fill_mask(model: nn.Module, input_ids: Tensor, mask_id: int, most: int = 5) -> list[list[tuple[int, float]]]:
    """The likeliest tokens for each [MASK] of a text.

    Not to be used: `transformers.pipeline`.

    The model is asked without a graph and in evaluation mode, and is afterwards in the mode that it was in.

    Args:
        model: gives for tokens (batch, length) scores (batch, length, vocabulary).
        input_ids: shape (length,), int64.
        mask_id: the number of [MASK].
        most: how many tokens for each; where the vocabulary has fewer, all of them.

    Returns:
        For each [MASK], in the order of the text, a list of pairs: the token and its probability, plain numbers, the
        likeliest first.

    Raises:
        ValueError: there is no [MASK].

    >>> fill_mask(Indifferent(torch.tensor([0.0, 2.0, 1.0])), torch.tensor([5, 4, 5]), mask_id=4, most=2)
    [[(1, 0.6652409434318542), (2, 0.24472847580909729)]]
    """
    # BEGIN SOLUTION
    covered = input_ids == mask_id
    if not covered.any():
        raise ValueError("there is no [MASK] in this text")
    was = model.training
    model.eval()
    with torch.no_grad():
        shares = model(input_ids[None])[0][covered].softmax(dim=-1)
    model.train(was)
    best = shares.topk(min(most, shares.shape[-1]), dim=-1)
    rows = zip(best.indices.tolist(), best.values.tolist(), strict=True)
    return [list(zip(tokens, values, strict=True)) for tokens, values in rows]
    # END SOLUTION


# %% check="fill_mask"
check(fill_mask)

# %% [markdown]
# ## 7 · E · extra
#
# ### Exercise: `next_sentence_pairs` ●●○ · 8 minutes · extra
#
# <details><summary>Hint 1: a nudge</summary>
#
# …
#
# </details>


# %% exercise="next_sentence_pairs"
def next_sentence_pairs(documents: Sequence[Sequence[str]], generator: random.Random) -> list[tuple[str, str, int]]:
    """A pair of sentences for each sentence that another one follows in its document, in the order of the text.

    For half of them, by a toss for each, the second is the one that follows, and the label 0. For the others one of the
    other documents is drawn, each alike, then one of its sentences, each alike, and the label is 1.

    Args:
        documents: each a sequence of sentences; some may be empty, and are never drawn.
        generator: a `random.Random`, the only source of random numbers; it goes on from call to call.

    Returns:
        A list of triples: first sentence, second sentence, label.

    Raises:
        ValueError: fewer than two documents hold a sentence.

    >>> [first for first, _, _ in next_sentence_pairs([["a1", "a2", "a3"], ["b1"]], random.Random(0))]
    ['a1', 'a2']
    """
    # BEGIN SOLUTION
    filled = [number for number, document in enumerate(documents) if document]
    if len(filled) < 2:
        raise ValueError("at least two documents should hold a sentence")
    pairs = []
    for number in filled:
        others = [other for other in filled if other != number]
        for first, second in itertools.pairwise(documents[number]):
            label = generator.randrange(2)
            if label == 1:
                second = generator.choice(documents[generator.choice(others)])
            pairs.append((first, second, label))
    return pairs
    # END SOLUTION


# %% check="next_sentence_pairs"
check(next_sentence_pairs)

# %% [markdown]
# ## 8 · F · extra
#
# ### Exercise: `NSPHead` ●○○ · 4 minutes · extra
#
# <details><summary>Hint 1: a nudge</summary>
#
# …
#
# </details>


# %% exercise="NSPHead"
class NSPHead(nn.Module):
    """Whether the second part of a pair follows the first, told from the first token.

    Not to be used: BERT's own pooler and heads from `transformers`.

    A linear layer of the same width, tanh, and a linear layer with two outputs: `dense` and `seq_relationship`.

    Args:
        width: how many numbers a token has.

    >>> NSPHead(8)(torch.ones(2, 5, 8)).shape
    torch.Size([2, 2])
    """

    def __init__(self, width: int) -> None:
        # BEGIN SOLUTION
        super().__init__()
        self.dense = nn.Linear(width, width)
        self.seq_relationship = nn.Linear(width, 2)
        # END SOLUTION

    def forward(self, hidden_states: Tensor) -> Tensor:
        """From shape (batch, length, width) to (batch, 2)."""
        # BEGIN SOLUTION
        return self.seq_relationship(torch.tanh(self.dense(hidden_states[:, 0])))
        # END SOLUTION


# %% check="NSPHead"
check(NSPHead)

# %% [markdown]
# ## 9 · G · extra
#
# ### Exercise: `masked_batch` ●●○ · 6 minutes · extra
#
# <details><summary>Hint 1: a nudge</summary>
#
# …
#
# </details>


# %% exercise="masked_batch"
def masked_batch(
    rows: Sequence[list[int]], vocab_size: int, generator: torch.Generator, probability: float = 0.15
) -> dict[str, Tensor]:
    """Rows of tokens as one batch for pretraining: filled up with [PAD], some tokens covered, the labels beside them.

    Whoever was chosen has the old token as a label, whatever became of it; the label of all others is −100. Padding,
    [CLS] and [SEP] are never chosen.

    Args:
        rows: lists of tokens, from [CLS] to [SEP].
        vocab_size: random tokens are drawn below it.
        generator: draws in the order of the code that was found: who is chosen, their fate, random tokens for all
            places.

    Returns:
        A dict with `input_ids`, `attention_mask` (1 for tokens, 0 for padding) and `labels`, each of shape (batch,
        longest), int64.

    >>> masked_batch([[2, 70, 80, 3], [2, 90, 3]], 4000, torch.Generator(), 0.0)["input_ids"]
    tensor([[2, 70, 80, 3], [2, 90, 3, 0]])
    """
    # BEGIN SOLUTION
    longest = max(len(row) for row in rows)
    input_ids = torch.tensor([row + [0] * (longest - len(row)) for row in rows])
    labels, attention_mask = input_ids.clone(), (input_ids != 0).long()
    special = (input_ids == 0) | (input_ids == 2) | (input_ids == 3)
    chosen = (torch.rand(input_ids.shape, generator=generator) < probability) & ~special
    fate = torch.rand(input_ids.shape, generator=generator)
    anything = torch.randint(vocab_size, input_ids.shape, generator=generator)
    input_ids[chosen & (fate < 0.8)] = 4
    input_ids[chosen & (fate >= 0.9)] = anything[chosen & (fate >= 0.9)]
    labels[~chosen] = -100
    return {"input_ids": input_ids, "attention_mask": attention_mask, "labels": labels}
    # END SOLUTION


# %% check="masked_batch"
check(masked_batch)

# %% [markdown]
# ## 10 · H · extra
#
# ### Exercise: `loss_counterexample` ●●○ · 7 minutes · extra
#
# <details><summary>Hint 1: a nudge</summary>
#
# …
#
# </details>


# %% exercise="loss_counterexample"
def loss_counterexample() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Scores and labels on which each of the suspects is seen to be wrong.

    Returns:
        Scores of words, shape (batch, length, vocabulary), and of pairs, shape (batch, 2), float32, from −50 to 50;
        labels of words, shape (batch, length), and of pairs, shape (batch,), int64, at least one of each not −100. No
        size is above 8.
    """
    # BEGIN SOLUTION
    words = torch.zeros(2, 2, 3)
    words[0, 0, 0] = 40.0
    return words, torch.zeros(2, 2), torch.tensor([[1, -100], [0, 2]]), torch.tensor([1, 0])
    # END SOLUTION


# %% check="loss_counterexample"
check(loss_counterexample)

# %% [markdown]
# ## 11 · I · extra
#
# ### Exercise: `optimizer_steps` ●●○ · 5 minutes · extra
#
# <details><summary>Hint 1: a nudge</summary>
#
# …
#
# </details>


# %% exercise="optimizer_steps"
def optimizer_steps(
    examples: int, batch: int, accumulation: int = 1, epochs: float = 3.0, drop_last: bool = False
) -> int:
    """How many steps the optimizer takes in a training by Trainer.

    Several batches make one step; what is left at the end of an epoch makes a step of its own. A last step of which the
    epochs ask for a part only is taken as a whole.

    Args:
        examples: in an epoch, 1 or more.
        batch: examples that go through the model at once.
        accumulation: batches that make one step.
        epochs: above 0; it may be a fraction.
        drop_last: leave out the batch that is not full, in each epoch.

    Raises:
        ValueError: no batch is left.

    >>> optimizer_steps(100, 8, accumulation=4, epochs=3)
    12
    """
    # BEGIN SOLUTION
    batches = examples // batch if drop_last else math.ceil(examples / batch)
    if batches == 0:
        raise ValueError("with drop_last, there should be examples for one batch at least")
    return math.ceil(epochs * math.ceil(batches / accumulation))
    # END SOLUTION


# %% check="optimizer_steps"
check(optimizer_steps)

# %% [markdown]
# ## What you have built
#
# | yours | in transformers |
# |---|---|
# | `mask_tokens` | `DataCollatorForLanguageModeling` |
#
# **Read the real source.** `transformers/data/data_collator.py`: ….
#
# **Three questions to take home.**
#
# 1. …?
# 2. …?
# 3. …?
