# %% [markdown]
# # Pretraining
#
# **Nobody has told this model what any word means. It has only read. How can one learn from nothing but text?**
#
# "Return the ▢ of the array." One word is covered by a blot, and still you have a guess: the *sum*, the *shape*, the
# *size*, and surely not the *weather*. You may never have seen this sentence, but you have read enough others. A small
# model that has read three thousand docstrings was asked for the covered word at five moments of its training, and this
# is what it said:

# %%
import itertools
import math
import random
from collections.abc import Callable, Sequence
from copy import deepcopy

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim.lr_scheduler import LambdaLR

from autograder import check, suspects
from helpers import docstring_bert as bert
from helpers import pretraining as pictures
from helpers.docstring_bert import CLS, MASK, SEP, VOCABULARY, read, special, stacked, written
from helpers.plots import likeliest
from helpers.style import Picture
from helpers.widgets import choice, explore
from helpers.widgets import text as typed

# %%
torch.set_num_threads(1)  # our models are so small that a second core would only be in the way
pictures.moments(bert.figures()["moments"], "Return the [MASK] of the array.")

# %% [markdown]
# *The picture: five panels with five guesses each, on one scale. Before the first step all have 0.00. After 100 steps
# the full stop leads with 0.02, then comes "the". After 500 steps it is "of" with 0.08 and "the" with 0.06, and after
# 2,000 "bottom" with 0.07, with "rectangle" and "left" among the others. After 7,500 steps "shape" has 0.18, and behind
# it come "indices", "copy" and "number".*
#
# It began with noise. Then it knew which words are frequent, then that a *thing* belongs between "the" and "of", and at
# last what an array may have. Nobody sat down and wrote the right answers beside three thousand docstrings. They stood
# there already: if you cover a word of a text, you have a question *and* its answer. So every text in the world is full
# of exercises, and a model that does enough of them has to find out a good deal about language. This is called
# **pretraining**, because what we want the model for comes later, and with covered words it is **masked language
# modeling** (MLM). BERT was made in this way ([Devlin et al. 2018](https://arxiv.org/abs/1810.04805)).
#
# In this lesson we write all that stands around a BERT while it learns. At the end yours begins from nothing, reads for
# half a minute, and is asked for our word at five moments.
#
# At the end you will be able to
#
# - cover words as BERT does, single pieces or whole words, and say why one in ten stays in plain view;
# - build the head that turns vectors into words, and the loss, so that both equal `BertForPreTraining`;
# - ask every model the same questions, so that two numbers can be compared;
# - pretrain a small BERT, and ask it for a covered word;
# - as extras: teach it which sentence comes next, mend a masking function, catch six wrong losses with one input, and
#   say what each of Trainer's arguments does.
#
# About 60 minutes for the core, 99 with the extras. You need BERT's parts ([lesson
# 16](../16_bert_internals/16_bert_internals.ipynb)), its tokens ([lesson 15](../15_tokenization/15_tokenization.ipynb))
# and a training loop ([lesson 10](../10_training/10_training.ipynb)).

# %% [markdown]
# ## 1 · Cover some words, and ask · core
#
# Let us take one sentence and do it by hand. We go through its tokens, throw a die for each, and cover it with a chance
# of 15 in 100. Two things stand beside each token: what the model gets to see, and the **label**, which is what it
# should say there. Where nothing is covered there is no question, and the label is −100, the number that
# `F.cross_entropy` leaves out ([lesson 08](../08_layers/08_layers.ipynb)).

# %%
sentence = read("Return the sum of the array elements over the given axis.")
chance = random.Random(3)
for token, word in zip(sentence.tolist(), written(sentence), strict=True):
    covered = token not in (CLS, SEP) and chance.random() < 0.15
    print(f"{word:10} the model sees {'[MASK]' if covered else word:10} label {token if covered else -100}")

# %% [markdown]
# [CLS] and [SEP] stand in every row, so there is nothing to learn from covering them, and the same goes for padding.
# Why 15 in 100? If we cover one word in a hundred, the model has to read a whole page for one question. If we cover
# half of them, there is hardly anything left to guess from. What is best in between was found by trying.
#
# But our way has a catch. The model is being trained for something: later somebody will show it ordinary text, without
# a single [MASK] in it. If it is only ever asked at a [MASK], it may learn to think hard there and to doze everywhere
# else. So BERT's authors did not cover all of the chosen tokens. 80 % of them become [MASK]. 10 % become a token that
# is drawn from the whole vocabulary. And 10 % stay as they are, but are asked about all the same. Why the random ones,
# if a tenth stays? If every visible word that we ask about were right, copying it would always do. So some are wrong,
# and the model must check even what it sees.
#
# It is like a teacher who now and then asks about a word that stands on the board for all to see, and now and then
# about one that is misspelt on purpose. A class that is asked like that looks at every word. (The comparison breaks
# where the class begins to notice the teacher's face. For the model a word that stays looks exactly like one that was
# never chosen, and that is the point.)
#
# **Predict first.** A text has 2,000 tokens, none of them special, and 15 % are chosen. How many of them will be
# [MASK], how many another token, and how many stand there as before, with a label?
#
# <details><summary>The answer</summary>
#
# About 300 are chosen: 240 become [MASK], 30 another token, and 30 stay. Of the 1,730 words that the model sees as they
# were, it is asked about 30, and it cannot know which.
#
# </details>
#
# ### Exercise: `mask_tokens` ●●○ · 9 minutes · core
#
# No loop this time, but throws for all tokens at once. To be able to say exactly which tokens are chosen, we let
# `probability` also be a tensor with one number for each token; you need not do anything for that. (Two right answers
# choose different tokens, so the check counts. It looks at 20,000 tokens, and lets a share be off by about 0.02. A
# right answer fails with a chance below one in a million.)
#
# <details><summary>Hint 1: a nudge</summary>
#
# `torch.rand(input_ids.shape, generator=generator)` throws once for each token. A throw lies below 0.15 with a chance
# of 0.15. You need such throws twice: for who is chosen, and for what becomes of them.
#
# </details>
# <details><summary>Hint 2: are too many tokens random, and too few [MASK]?</summary>
#
# Let one throw decide about all three fates: below 0.8 it is [MASK], from 0.9 on another token, and in between nothing
# happens. With a throw of its own for each fate, the second one also hits tokens that are [MASK] already.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# chosen = (torch.rand(...) < probability) & ~special
# fate = torch.rand(...)
# anything = torch.randint(vocab_size, ...)
# masked = input_ids.masked_fill(chosen & ..., mask_id)
# masked = torch.where(chosen & ..., anything, masked)
# return masked, input_ids.masked_fill(..., -100)
# ```
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
    [MASK], 10 % become a token drawn from the whole vocabulary, which may be the old one or [MASK], and 10 % stay.

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
    tensor([-100,   70,   80, -100])
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
# **See it.** The same sentence, masked six times. Blue was covered, orange is another token, green was chosen and
# stayed.

# %%
generator = torch.Generator().manual_seed(0)
masked = [mask_tokens(sentence, special(sentence), MASK, VOCABULARY, generator) for _ in range(6)]
pictures.covered(masked, "chosen: blue covered, orange another token, green stayed")

# %% [markdown]
# <details><summary>What to see</summary>
#
# All three fates stand in the first row: "the" is covered, "sum" was chosen and stayed, and the full stop has become
# "cannot". In the last row a "the" has become "03". The other four rows have one or two covered words each.
#
# </details>
#
# > **You may read that** in BERT's training some words are replaced by [MASK], and the model has to guess them. Count
# > it, over all the docstrings that we train on:

# %%
texts = [read(" ".join(text)) for text in bert.documents("train")]
everything = stacked(texts)  # one tensor, filled up with padding
inputs, labels = mask_tokens(everything, special(everything), MASK, VOCABULARY, torch.Generator().manual_seed(0))
asked = labels != -100
print(f"{len(texts):,} docstrings, {(~special(everything)).sum():,} tokens, {asked.sum():,} of them chosen")
shares = {"[MASK]": inputs == MASK, "as before": inputs == labels}
for name, where in shares.items():
    print(f"{name:10} {(where & asked).sum() / asked.sum():.3f}")
print(f"{'another':10} {1 - sum((where & asked).sum() / asked.sum() for where in shares.values()):.3f}")

# %% [markdown]
# > One in five is *not* covered, and here is what that does. We show our trained model texts that it has never seen, in
# > which some words are not what they were, and ask at words in plain view: how much does it believe what it sees?

# %%
reader = bert.WordScores(bert.docstring_bert()).eval()  # our trained model, but it gives the scores of words alone
unseen = [read(" ".join(text), longest=48) for text in bert.documents("test")[::4]]
shown = stacked(unseen[::2])
generator = torch.Generator().manual_seed(0)
wrong = (torch.rand(shown.shape, generator=generator) < 0.03) & ~special(shown)
# 0 to 4 are the special tokens
swapped = torch.where(wrong, torch.randint(5, VOCABULARY, shown.shape, generator=generator), shown)
with torch.no_grad():
    believed = reader(swapped).softmax(dim=-1).gather(-1, swapped[..., None])[..., 0]
print(f"a word that is right: {believed[~wrong & ~special(shown)].mean():.2f}")
print(f"a word that does not belong there: {believed[wrong].mean():.2f}")

# %% [markdown]
# > It was not told which words we had changed. It reads every word with some suspicion, and a good deal more where the
# > word does not fit. That agrees with its training, where one question in ten was a word like that. How much it helps
# > in the end is disputed. In BERT's own comparison (appendix C.2) a model that was only ever asked at [MASK] did about
# > as well after finetuning, and clearly worse only where its vectors were used as they were, and [Wettig et al.
# > 2022](https://arxiv.org/abs/2202.08005) found that [MASK] alone is enough.
#
# ## 2 · Whole words · core
#
# So far we have covered tokens, and a token is not always a word. Our vocabulary has 4,000 pieces. A word that is not
# among them is written in several, and all but the first begin with ##:

# %%
long_words = read("Compute the pseudoinverse of an orthonormal matrix.")
print(written(long_words))
print(bert.continues(long_words).int().tolist())

# %% [markdown]
# If only the middle of a long word is covered, the question is too easy. One can finish the word without having
# understood the sentence, just as you can finish *pseudo▢verse* without knowing what that is. So half a year after BERT
# its authors published models for which a word was covered with all its pieces or not at all. This is **whole-word
# masking**.
#
# By hand: the second line above is 1 where a piece goes on with a word. Each 0 begins one. If we count the zeros from
# the left, each piece gets the number of its word. Now we throw once for each *word* and not for each piece, and look
# up for each piece what its word has thrown.
#
# ### Exercise: `whole_word_mask` ●●○ · 6 minutes · core
#
# It only says which tokens are chosen. A word of four pieces should be chosen as often as a word of one.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Counting along a row is `cumsum`. What has to be counted are pieces that do *not* go on.
#
# </details>
# <details><summary>Hint 2: are long words chosen too often?</summary>
#
# If a word goes as soon as one of its pieces was hit, four pieces have four chances. Do not throw for pieces. Throw for
# words, and let each piece look up the throw of its word: `throws.gather(-1, word)`.
#
# </details>
# <details><summary>Hint 3: <code>index … is out of bounds</code>?</summary>
#
# A row of n pieces has up to n words, and counted from 1 the last one has the number n. So there have to be n + 1
# throws.
#
# </details>


# %% exercise="whole_word_mask"
def whole_word_mask(continues: Tensor, special: Tensor, probability: float, generator: torch.Generator) -> Tensor:
    """Chooses whole words: each with the given probability, by itself and however many pieces it has.

    Not to be used: `transformers.DataCollatorForLanguageModeling`.

    Args:
        continues: shape (..., length), boolean; True where a piece goes on with the word of the piece to its left. A
            row without [CLS] may begin with such a piece: the rest of a word, which is chosen as a word by itself.
        special: the same shape, boolean; True where nothing may be chosen.
        probability: of each word, from 0 to 1.
        generator: the only source of random numbers; it goes on from call to call.

    Returns:
        The same shape, boolean: True for all pieces of the chosen words.

    >>> continues = torch.tensor([False, False, True, True, False, False])
    >>> special = torch.tensor([True, False, False, False, False, True])
    >>> whole_word_mask(continues, special, 1.0, torch.Generator())
    tensor([False,  True,  True,  True,  True, False])
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
# **See it.** Both functions together: the words that were chosen get a probability of 1, all others 0.

# %%
generator = torch.Generator().manual_seed(1)
masked = []
for _ in range(5):
    chosen = whole_word_mask(bert.continues(long_words), special(long_words), 0.3, generator).float()
    masked.append(mask_tokens(long_words, special(long_words), MASK, VOCABULARY, generator, probability=chosen))
pictures.covered(masked, "three words in ten are chosen: blue covered, orange another token, green stayed")

# %% [markdown]
# <details><summary>What to see</summary>
#
# No word is cut. In the first row "pseudoinverse" was chosen, with all its three pieces. Two of them are covered and
# the last has become "tit": a word is chosen as a whole, but what becomes of it is decided for each piece. In the
# second row it is "orthonormal" with its four pieces, in the third the "verse" of "pseudoinverse" stays in plain view,
# and in the fourth "the" and the full stop do.
#
# </details>
#
# > **You may read that** in transformers this is one flag, `whole_word_mask=True`. What does the library do?

# %%
from helpers.library_masks import library_words

for line in library_words("Compute the pseudoinverse, then sort it."):
    print(line)

# %% [markdown]
# > Two things are not what one expects. It takes everything between two spaces for a word, so that a comma belongs to
# > the word in front of it. And with this flag there is no 80/10/10 any more: whatever is chosen becomes [MASK]. It
# > does say so, in a warning that most people never read.
#
# ## 3 · From vectors to words · core
#
# Covering is done; now the model has to answer. BERT gives a vector for each place, here of 192 numbers, and we want a
# score for each of 4,000 pieces. That is a matrix of 192 by 4,000, more than a quarter of all the weights of our model.
#
# But look at the other end. Where the text comes in, there is a table with a row of 192 numbers for each of 4,000
# pieces, the embedding. Suppose that its row for "sum" is (2, 0) and the one for "shape" (1, 2). If the model wants to
# say "sum", it would be natural to give a vector that points where the row of "sum" points. The dot product of (2, 0)
# with the two rows is 4 and 2, so "sum" wins. With (1, 2) it is 2 and 5, and "shape" wins. So the table that turns
# words into vectors can turn vectors into words as well. We use it twice, as *one* parameter. This is called **tying**
# ([lesson 06](../06_modules/06_modules.ipynb)). The table then learns from both ends, also about words that are rarely
# seen.
#
# In front of it BERT has one more linear layer with GELU and a norm, so that its vectors need not be dot products of
# anything. Behind it each word has a bias, which can say how common the word is, whatever the text.
#
# ### Exercise: `MLMHead` ●●○ · 6 minutes · core
#
# <details><summary>Hint 1: a nudge</summary>
#
# `embedding.weight` has the shape (vocabulary, width). `nn.Linear(width, vocabulary).weight` has the very same shape.
#
# </details>
# <details><summary>Hint 2: "the table has changed, the scores have not"?</summary>
#
# Then there are two tables. `copy_` or `clone()` gives the decoder one of its own. An assignment makes one parameter of
# both: `self.decoder.weight = embedding.weight`.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# super().__init__()
# vocabulary, width = embedding.weight.shape
# self.dense = nn.Linear(...)
# self.LayerNorm = nn.LayerNorm(width, eps=...)
# self.decoder = nn.Linear(...)
# self.decoder.weight = ...
# nn.init.zeros_(self.decoder.bias)
# ```
#
# and `forward` is `decoder(LayerNorm(gelu(dense(…))))`.
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
# **See it.** Your head takes the place of the one in our trained `BertForPreTraining`, with its weights.

# %%
trained = bert.docstring_bert()
theirs, embedding = trained.cls.predictions, trained.bert.embeddings.word_embeddings
head = MLMHead(embedding)
head.load_state_dict({
    **{f"dense.{name}": value for name, value in theirs.transform.dense.state_dict().items()},
    **{f"LayerNorm.{name}": value for name, value in theirs.transform.LayerNorm.state_dict().items()},
    **{f"decoder.{name}": value for name, value in theirs.decoder.state_dict().items()},
})  # fmt: skip
hidden = trained.bert(sentence[None]).last_hidden_state
scores = head(hidden)
print("vectors", tuple(hidden.shape), "scores", tuple(scores.shape))
print("the same as the library's:", torch.allclose(scores, theirs(hidden), atol=1e-4))
weights = sum(value.numel() for value in trained.parameters())
print(f"{weights:,} weights, of which the table has {embedding.weight.numel():,}")

# %% [markdown]
# ## 4 · What it costs to be wrong · core
#
# Say that the covered word was "sum" and the model gave it a probability of 0.25. Its **surprise** is −log 0.25 = 1.39.
# With 0.9 it would have been 0.11, and with 0.001 it is 6.91. The loss is the mean surprise over all places with a
# label. (This is the cross-entropy of [lesson 08](../08_layers/08_layers.ipynb).)
#
# Before we train anything: what would somebody pay who has learned nothing? We can say that all 4,000 pieces are
# equally likely, everywhere. Or we count how often each piece occurs, and say that, everywhere:

# %%
cost = -pictures.unigram(texts, VOCABULARY).log()  # surprise, if each piece is as likely as it was frequent
in_unseen = torch.cat([row[1:-1] for row in unseen])
print(f"all alike:    {math.log(VOCABULARY):.2f}, the logarithm of 4,000")
counted = torch.cat([row[1:-1] for row in texts])
print(f"by frequency: {cost[in_unseen].mean():.2f}, and {cost[counted].mean():.2f} on the texts that were counted")
print(f"our trained model: {bert.figures()['held out']['loss']:.2f}, on other tokens, so not quite to be compared")

# %% [markdown]
# Remember 8.29 and 6.42. A model that gets from the first to the second has learned which words are frequent, and no
# more. Only what comes below the second has to do with the sentence.
#
# BERT was trained to answer a second question at the same time: is the second half of the text the one that followed
# the first in the original, or one from somewhere else? We come to that in section 7. For now we need to know that
# there are two scores for each row, with a label of their own, and that the two losses are added. In transformers the
# scores of the words are called `prediction_logits`, and those two `seq_relationship_logits`.
#
# One case is worth a thought. What if nothing has a label, because no token of a short batch was chosen, or no row is a
# pair? A mean of nothing is 0 / 0. We want it to be 0, since there is nothing to learn.
#
# ### Exercise: `pretraining_loss` ●●○ · 6 minutes · core
#
# <details><summary>Hint 1: a nudge</summary>
#
# Both parts are the same function of scores and labels. Write it once.
#
# </details>
# <details><summary>Hint 2: <code>Expected target size …</code>?</summary>
#
# `F.cross_entropy` takes the second dimension for the classes. Flatten batch and length into one: `scores.flatten(0,
# -2)` and `labels.flatten()`.
#
# </details>
# <details><summary>Hint 3: "a part without any label"?</summary>
#
# `reduction="sum"` adds up what has a label, and is 0 where nothing has. Then divide by `(labels != -100).sum()`, or by
# 1 where that is 0: `clamp(min=1)`.
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
# **See it.** Beside the loss that `BertForPreTraining` computes itself, on a batch with labels, and on one without.

# %%
batch = bert.padded(
    [bert.row("Return the sum.", "It is taken over an axis.", 0), bert.row("Open the file.", "A cat sat.", 1)]
)
inputs, labels = mask_tokens(batch.input_ids, batch.special, MASK, VOCABULARY, torch.Generator().manual_seed(4))
for name, wanted in (("with labels", labels), ("without", torch.full_like(labels, -100))):
    with torch.no_grad():
        said = trained(
            inputs, batch.attention_mask, batch.token_type_ids, labels=wanted, next_sentence_label=batch.next_label
        )
    mine = pretraining_loss(said.prediction_logits, said.seq_relationship_logits, wanted, batch.next_label)
    print(f"{name:12} the library {said.loss:.4f}, yours {mine:.4f}")

# %% [markdown]
# On the second batch the library's loss is NaN, not a number. One step of an optimizer with that, and all weights are.
# With a batch of 32 rows it never comes up, which is why it is hardly ever noticed.
#
# ## 5 · The same questions each time · core
#
# We want to see whether a model gets better, so we keep some texts aside, mask them, and compute the loss. With it one
# often reports the **perplexity**, which is exp of the loss: 200 means as unsure as between 200 words that are equally
# likely. Let us ask our trained model five times. Its weights do not change.


# %%
def perplexity_of(pairs: list[tuple[Tensor, Tensor]]) -> float:
    """exp of the mean surprise at all places with a label, for pairs of masked input and labels."""
    inputs, labels = stacked([one for one, _ in pairs]), stacked([one for _, one in pairs], fill=-100)
    asked = labels != -100
    with torch.no_grad():
        scores = reader(inputs, asked)  # where nothing is asked, no scores are needed
    return math.exp(F.cross_entropy(scores, labels[asked]).item())


def mask(row: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    return mask_tokens(row, special(row), MASK, VOCABULARY, generator)


few, generator = unseen[::4], torch.Generator().manual_seed(0)
fresh = [perplexity_of([mask(row, generator) for row in few]) for _ in range(5)]
questions = 0.15 * sum(len(row) - 2 for row in few)
print(f"{len(few)} docstrings, about {questions:.0f} questions")
print("perplexity, five times:", [round(each, 1) for each in fresh])

# %% [markdown]
# The same model on the same texts, and the numbers differ by a lot. Each time other words were covered, and some words
# are harder than others. If a change in the training moves the perplexity from one of these numbers to another, we have
# learned nothing. More text would make the jumps smaller. But to compare two models we need not wait for that: the
# masks are made **once**, and then every model gets the same ones, today and in a month.
#
# It is tempting to seed one generator and to go through the texts. Let us do that, and then once more without the first
# text.


# %%
def in_turn(rows: Sequence[Tensor]) -> list[Tensor]:
    one_for_all = torch.Generator().manual_seed(0)
    return [mask_tokens(row, special(row), MASK, VOCABULARY, one_for_all)[0] for row in rows]


before, after = in_turn(few)[1:], in_turn(few[1:])
changed = sum(not torch.equal(*pair) for pair in zip(before, after, strict=True))
print(f"masked in another way: {changed} of {len(after)} texts")

# %% [markdown]
# The mask of the tenth text depended on how much was drawn for the first nine. So each row gets a generator of its own.
#
# ### Exercise: `fixed_masks` ●○○ · 3 minutes · core
#
# <details><summary>Hint 1: a nudge</summary>
#
# `torch.Generator().manual_seed(5)` makes a generator and gives it back.
#
# </details>
# <details><summary>Hint 2: is "torch's own stream" wrong?</summary>
#
# `torch.manual_seed` sets torch's own stream of random numbers, from which everything else draws, too. An evaluation in
# the middle of a training would then change the training.
#
# </details>


# %% exercise="fixed_masks"
def fixed_masks(
    rows: Sequence[Tensor], mask: Callable[[Tensor, torch.Generator], tuple[Tensor, Tensor]], seed: int
) -> list[tuple[Tensor, Tensor]]:
    """Masks each row once and for all, so that every model is asked the same.

    Row number i, from 0, gets a new `torch.Generator` of its own on the CPU, with the seed `seed + i`; so no row's mask
    depends on the other rows, and torch's own stream is left alone, also while it masks.

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
# **See it.** Five evaluations with masks that are drawn anew, and five with yours.

# %%
fixed = [perplexity_of(fixed_masks(few, mask, seed=0)) for _ in range(5)]
pictures.repeated({"masks drawn anew": fresh, "fixed masks": fixed}, ylabel="perplexity")

# %% [markdown]
# *The picture: with masks that are drawn anew, the perplexity jumps between 146 and 272. With fixed masks it is 253 all
# five times. That is not the right value, either: it is one draw, too, and a high one. But it is the same for all.*
#
# > **You may read that** a perplexity of 50 is better than one of 80. It depends on the question. Let us ask the same
# > model in three ways, each with ten sets of masks:


# %%
def covering(probability: float) -> Callable[[Tensor, torch.Generator], tuple[Tensor, Tensor]]:
    return lambda row, generator: mask_tokens(row, special(row), MASK, VOCABULARY, generator, probability)


def whole(row: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    chosen = whole_word_mask(bert.continues(row), special(row), 0.15, generator)
    return mask_tokens(row, special(row), MASK, VOCABULARY, generator, chosen.float())


for name, each in {
    "15 % of the tokens": covering(0.15),
    "50 % of the tokens": covering(0.5),
    "15 % of the words": whole,
}.items():
    ten = [perplexity_of(fixed_masks(unseen[::2], each, seed=1000 * number)) for number in range(10)]
    middle = math.exp(sum(map(math.log, ten)) / len(ten))  # exp of the mean loss
    print(f"{name:20} {middle:.0f}, the first of ten alone {ten[0]:.0f}, all from {min(ten):.0f} to {max(ten):.0f}")

# %% [markdown]
# > With half of the tokens covered there is less to guess from, and that is the hardest. Whole words come a little
# > above single pieces, but a single set of masks can say something else: by the first one alone, whole words would be
# > the hardest of all. So perplexities compare only with the same masks, on the same texts, in the same pieces. This
# > one is also of another kind than the perplexity of [lesson 14](../14_generation/14_generation.ipynb). There the
# > model saw only what stands to the left, and every token counted. Here it sees both sides, and a few places count,
# > one in ten of them in plain view.
#
# ## 6 · It reads for half a minute · core
#
# Before it learns we need a way to ask. That is what the button *Compute* does beside many a model on the hub: it puts
# the text into the model, looks at the scores at [MASK], and shows the likeliest words.
#
# Two habits belong to asking. The model may be in the middle of its training, where dropout makes every answer another
# one, so it has to be in evaluation mode while we ask, and back where it was afterwards. And no graph is needed.
#
# To try it out, here is a model with three words that says the same wherever it is asked:

# %%
from helpers.known_readers import Indifferent

print(Indifferent(torch.tensor([0.0, 2.0, 1.0]))(torch.tensor([[5, 4, 5]])))

# %% [markdown]
# ### Exercise: `fill_mask` ●●○ · 7 minutes · core
#
# <details><summary>Hint 1: a nudge</summary>
#
# `input_ids == mask_id` says where the questions are. The model wants a batch, `input_ids[None]`, and gives one back.
#
# </details>
# <details><summary>Hint 2: "training afterwards"?</summary>
#
# Keep `was = model.training` before you call `model.eval()`, and call `model.train(was)` at the end.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# covered = ...
# if not covered.any():
#     raise ValueError(...)
# was = model.training
# model.eval()
# with torch.no_grad():
#     shares = model(input_ids[None])[0][covered].softmax(dim=-1)
# model.train(was)
# best = shares.topk(min(...), dim=-1)
# ```
#
# Then a list for each row of `best`: `zip(best.indices.tolist(), best.values.tolist())` goes through both at once.
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

    >>> places = fill_mask(Indifferent(torch.tensor([0.0, 2.0, 1.0])), torch.tensor([5, 4, 5]), mask_id=4, most=2)
    >>> [[(token, round(share, 3)) for token, share in place] for place in places]
    [[(1, 0.665), (2, 0.245)]]
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
# Now everything is there. Our model is BERT with a single layer and 128 numbers a token, since that learns fastest in
# the time that we have, and your head stands on it. Where nothing was asked, no scores are computed, which saves most
# of the work: `at` says where. What `bert.tiny_bert()` brings is BERT itself, untrained.


# %%
class TinyBert(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.trunk = bert.tiny_bert()  # the model without a head
        self.words = MLMHead(self.trunk.embeddings.word_embeddings)

    def forward(self, input_ids: Tensor, at: Tensor | None = None) -> Tensor:
        hidden = self.trunk(input_ids, attention_mask=(input_ids != 0).long()).last_hidden_state
        return self.words(hidden if at is None else hidden[at])


def surprise(model: nn.Module, inputs: Tensor, labels: Tensor) -> Tensor:
    at = labels != -100
    no_pair = torch.tensor([-100])  # none of our rows is a pair, so that this part of the loss is 0
    return pretraining_loss(model(inputs, at)[None], torch.zeros(1, 2), labels[at][None], no_pair)


QUESTION = "Return the [MASK] of the array."
MOMENTS = {0: "0 steps", 65: "65 steps", 325: "325 steps", 780: "780 steps", 1300: "1,300 steps"}
moments: dict[str, nn.Module] = {}  # what the training will leave behind: the model at each of them

# %% [markdown]
# The learning rate rises during the first tenth of the steps and then falls to zero, in straight lines ([lesson
# 10](../10_training/10_training.ipynb)). This **warmup** protects the beginning, when all weights are random and Adam's
# averages rest on a handful of gradients. Texts are cut off after 32 tokens, and we cover 30 % instead of 15, because
# our time is short and twice as many questions teach more ([Wettig et al. 2022](https://arxiv.org/abs/2202.08005) found
# that a large BERT learns better with 40). The questions of the evaluation keep their 15 %.
#
# **Predict first.** The model begins with random weights. What will be its first loss? And at which height will the
# quick part of the fall be over?
#
# <details><summary>The answer</summary>
#
# Whoever knows nothing says about the same for all pieces, which costs log 4,000 = 8.29, or a little more: random
# scores are not quite equal, and to be unequal for no reason costs. The easiest thing to learn is how frequent each
# piece is, so the curve comes down quickly to the line of those who only count, and has to work for everything below.
#
# </details>

# %%
STEPS, WARM_UP = 1300, 130

torch.manual_seed(0)
model = TinyBert()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
schedule = LambdaLR(optimizer, lambda step: min((step + 1) / WARM_UP, (STEPS - step) / (STEPS - WARM_UP)))
generator = torch.Generator().manual_seed(0)
exam = fixed_masks([row[:32] for row in unseen], mask, seed=0)
exam_inputs, exam_labels = stacked([one for one, _ in exam]), stacked([one for _, one in exam], fill=-100)

history, since = [], []
rows = bert.batches([row[:32] for row in texts], size=16, seed=0)
for step in range(STEPS + 1):
    if step % 65 == 0:
        with torch.no_grad():
            held_out = surprise(model, exam_inputs, exam_labels).item()
        history.append({"step": step, "held out": held_out, **({"train": sum(since) / len(since)} if since else {})})
        since = []
    if step in MOMENTS:
        moments[MOMENTS[step]] = deepcopy(model)
    if step < STEPS:
        batch = next(rows)
        inputs, labels = mask_tokens(batch, special(batch), MASK, VOCABULARY, generator, probability=0.3)
        loss = surprise(model, inputs, labels)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        since.append(loss.item())

asked = exam_labels[exam_labels != -100]
nothing_learned = {"all alike": math.log(VOCABULARY), "by frequency": cost[asked].mean().item()}
print(f"held out: {history[0]['held out']:.2f} at first, {history[-1]['held out']:.2f} now,", end=" ")
print(f"{nothing_learned['by frequency']:.2f} for those who only count")
pictures.curve(history, nothing_learned)

# %% [markdown]
# <details><summary>What to see</summary>
#
# The curve of what is held out begins a little above the line of "all alike" and is down at the line of those who only
# count after about 130 steps. From there on it goes down slowly, to 5.7, which is clearly below 6.4. In training the
# surprise ends lower, at 5.1, although more is covered there. Partly that is because it has seen these texts several
# times, and partly because they are easier: counted by frequency, too, they cost 0.2 less, for the counts are theirs.
#
# </details>
#
# And now to the question that we began with. Here is your own model at five moments.


# %%
def words_for(model: nn.Module | None, text: str) -> list[tuple[str, float]]:
    if model is None:
        raise NotImplementedError("the training above has not run yet: it needs your answers of sections 1 to 5")
    return [(written(torch.tensor([token]))[0], share) for token, share in fill_mask(model, read(text), MASK)[0]]


likeliest({name: words_for(moments.get(name), QUESTION) for name in MOMENTS.values()}, QUESTION)

# %% [markdown]
# <details><summary>What to see</summary>
#
# Before the first step the guesses are pieces by chance, all with 0.00. After 65 steps they are the full stop and
# "the", after 325 "the" and "of". After 780 steps "array" is second, and at the end it leads with 0.04. It is not sure
# of anything yet, and its best guess repeats a word that stands in the sentence. But a thing leads now, and one that
# these texts are about. Behind it "the" and "return" show how far it still has to go. (On another processor the last
# digits may differ, and with them the order of words that are close.)
#
# </details>
#
# **Explore.** Ask what you like, with one [MASK] in it. Your model, at any of the five moments, stands beside one of
# four layers that has read for a quarter of an hour. Can you find a question at which yours is as good? And does it
# look at the far end of the sentence?


# %%
def asked_at(text: str, moment: str) -> Picture:
    return likeliest(
        {f"yours after {moment}": words_for(moments.get(moment), text), "four layers": words_for(reader, text)}
    )


explore(
    asked_at,
    "Which word is covered?",
    text=typed("Return [MASK] if the file is open.", label="text"),
    moment=choice(list(MOMENTS.values()), MOMENTS[1300], label="moment"),
)

# %% [markdown]
# <details><summary>What to see</summary>
#
# For "Return a [MASK] with the same shape as the input tensor." both have "array" and "new" at the top. At the far end
# yours hardly looks: after "the" it mostly says "array", also for "Open the [MASK] and read all lines from the file.",
# where the larger one says "path" and "file". For "The [MASK] of the figure in inches." the larger one says "width",
# "bottom", "height", and yours "the". Both can be quite wrong, too: "Raise an [MASK] if the input is not valid." gives
# "iterable", "array", "self" with the larger one, and "return", "array" with yours, but no error. Still, three of the
# larger one's first four guesses begin with a vowel, as "an" demands.
#
# </details>
#
# So how can one learn from nothing but text? By covering what one knows and asking for it. No word was ever explained.
# "Sum" is what stands where sums stand, and for a surprising amount of what we want from language that is enough. It is
# also where it ends. The model has never added anything up. It knows the word's company and not the thing.
#
# ## 7 · Which sentence comes next? · extra
#
# BERT had its second task because its authors thought of questions and answers, where two texts belong together. The
# data come for free again. Take two sentences that follow each other, and call that 0. Take a sentence and one from
# somewhere else, and call that 1. This is **next-sentence prediction** (NSP).
#
# "From somewhere else" deserves care. If the second sentence comes from the same text, it may be the right one after
# all, or nearly so, and the model is punished for being right. So it is drawn from *another* document.
#
# ### Exercise: `next_sentence_pairs` ●●○ · 8 minutes · extra
#
# <details><summary>Hint 1: a nudge</summary>
#
# `itertools.pairwise(document)` gives each sentence with the one that follows. `generator.randrange(2)` is a toss, and
# `generator.choice(…)` takes one of several.
#
# </details>
# <details><summary>Hint 2: do long documents come up too often?</summary>
#
# Draw a document first, and then one of its sentences. If you draw among all sentences at once, a document with a
# hundred of them comes up a hundred times as often as one with a single sentence.
#
# </details>
# <details><summary>Hint 3: "what never happens" counts some pairs?</summary>
#
# Make a list of the numbers of all other documents, `other != number`, without those that are empty. Compare numbers
# and not texts: two documents may be equal.
#
# </details>


# %% exercise="next_sentence_pairs"
def next_sentence_pairs(documents: Sequence[Sequence[str]], generator: random.Random) -> list[tuple[str, str, int]]:
    """A pair of sentences for each sentence that another one follows in its document, in the order of the text.

    For half of them, by a toss for each, the second is the one that follows, and the label 0. For the others one of the
    other documents is drawn, each alike, then one of its sentences, each alike, and the label is 1.

    Args:
        documents: each a sequence of sentences; some may be empty, and are never drawn, and two may say the same.
        generator: a `random.Random`, the only source of random numbers; it goes on from call to call.

    Returns:
        A list of triples: first sentence, second sentence, label.

    Raises:
        ValueError: fewer than two documents hold a sentence, whether or not there would be a pair.

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
# The answer comes from the first token. [CLS] means nothing by itself. It looks at all others, and whatever the model
# wants to say about the row as a whole has to be put there. So the head is a linear layer with tanh, the pooler of
# [lesson 16](../16_bert_internals/16_bert_internals.ipynb), and one more with two scores.
#
# ### Exercise: `NSPHead` ●○○ · 4 minutes · extra
#
# <details><summary>Hint 1: a nudge</summary>
#
# The first token of each row is `hidden_states[:, 0]`.
#
# </details>
# <details><summary>Hint 2: is the shape (batch, length, 2)?</summary>
#
# Then all tokens have gone through. Take the first one before the linear layers.
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
# **See it.** Your head gets the weights of our trained model, and your function makes pairs of texts that it has not
# read. How often is it right? A wrong sentence may be one that a docstring opens with, or a later one. And what if we
# cover the first sentence, so that there is nothing to compare with?

# %%
head = NSPHead(192)
pooler, following = trained.bert.pooler.dense, trained.cls.seq_relationship
head.dense.load_state_dict(pooler.state_dict())
head.seq_relationship.load_state_dict(following.state_dict())


def says_other(pairs: Sequence[tuple[str, str, int]]) -> Tensor:
    batch = bert.padded([bert.row(*pair) for pair in pairs])
    with torch.no_grad():
        found = trained.bert(batch.input_ids, batch.attention_mask, batch.token_type_ids).last_hidden_state
        return head(found).argmax(dim=-1) == 1


documents = bert.documents("test")
openings = {document[0] for document in documents}  # sentences that a docstring begins with
pairs = random.Random(1).sample(next_sentence_pairs(documents, random.Random(0)), 300)
other = torch.tensor([label == 1 for *_, label in pairs])
opens = torch.tensor([second in openings for _, second, _ in pairs])
hidden = [("[MASK] " * 5, second, label) for _, second, label in pairs]  # the first sentence is not shown
right = {}
for name, given in (("both sentences shown", pairs), ("the first one covered", hidden)):
    said = says_other(given)
    right[name] = {
        "it follows": (~said)[~other].float().mean().item(),
        "an opening from elsewhere": said[other & opens].float().mean().item(),
        "a later sentence from elsewhere": said[other & ~opens].float().mean().item(),
    }
    print(f"{name}: {(said == other).float().mean():.2f} of all answers are right")
pictures.answers(right)

# %% [markdown]
# <details><summary>What to see</summary>
#
# With both sentences shown, 0.92 of the openings from elsewhere are found, and 0.68 of the later sentences. With the
# first one covered it still finds 0.82 of the openings, but only 0.38 of the later sentences. For pairs that do follow
# it makes no difference: 0.69 with both, 0.71 without the first. And of all answers, 76 in 100 are right with both
# sentences, and 69 in 100 without the first.
#
# </details>
#
# > **You may read that** next-sentence prediction teaches a model how sentences belong together. Most of what ours
# > knows is cheaper than that. "Return the …" opens a docstring and hardly ever follows another sentence, so the second
# > part alone gives it away. Seeing the first helps most with a later sentence, where there is no such clue. BERT's own
# > pairs had such a clue, too: a passage from another article is mostly about another subject.
# > [RoBERTa](https://arxiv.org/abs/1907.11692) left the task out, read longer stretches of text instead, and got
# > better. Most have followed, and so did we. The classes are still there, for one task each, or for both:

# %%
from transformers import BertForMaskedLM, BertForNextSentencePrediction, BertForPreTraining

ids = torch.tensor([[CLS, 70, MASK, SEP]])
for kind in (BertForMaskedLM, BertForNextSentencePrediction, BertForPreTraining):
    said = kind(bert.config()).eval()(ids)
    print(f"{kind.__name__:30} { ({name: tuple(value.shape) for name, value in said.items()}) }")

# %% [markdown]
# ## 8 · A masking function that somebody left behind · extra
#
# This was found in an old project. It fills rows up with padding and masks them, all in one. Training with it ended
# after the first batch, with `index out of range in self`.


# %%
def batch_as_found(
    rows: Sequence[list[int]], vocab_size: int, generator: torch.Generator, probability: float = 0.15
) -> dict[str, Tensor]:
    longest = max(len(row) for row in rows)
    input_ids = torch.tensor([row + [0] * (longest - len(row)) for row in rows])
    labels, attention_mask = input_ids, (input_ids != 0).long()
    special = (input_ids == 0) | (input_ids == 2) | (input_ids == 3)  # padding, [CLS], [SEP]
    chosen = (torch.rand(input_ids.shape, generator=generator) < probability) & ~special
    fate = torch.rand(input_ids.shape, generator=generator)
    anything = torch.randint(vocab_size, input_ids.shape, generator=generator)
    other = chosen & (fate >= 0.9)
    input_ids[chosen & (fate < 0.8)] = 4  # [MASK]
    input_ids[other] = anything[other]
    labels[input_ids != 4] = -100
    return {"input_ids": input_ids, "attention_mask": attention_mask, "labels": labels}


found = batch_as_found([[2, 70, 80, 90, 3], [2, 60, 3]], 4000, torch.Generator().manual_seed(5), 0.5)
for name, value in found.items():
    print(f"{name:15} {value.tolist()}")

# %% [markdown]
# ### Exercise: `masked_batch` ●●○ · 6 minutes · extra
#
# **Find and mend the bugs.** Copy the body to begin with. There are two. With the first one mended, the training runs
# and the loss falls, and nothing looks wrong any more. Leave the draws in their order, so that your answer can be
# compared.
#
# <details><summary>Hint 1: the first bug</summary>
#
# Why is there a −100 in `input_ids`? How many tensors does `labels, attention_mask = input_ids, …` make?
#
# </details>
# <details><summary>Hint 2: the second bug</summary>
#
# Let all be chosen, `probability=1.0`, in a long row. How many labels are there? In section 1 we said which tokens are
# asked about.
#
# </details>


# %% exercise="masked_batch"
def masked_batch(
    rows: Sequence[list[int]], vocab_size: int, generator: torch.Generator, probability: float = 0.15
) -> dict[str, Tensor]:
    """Rows of tokens as one batch for pretraining: filled up with [PAD], some tokens covered, the labels beside them.

    Where a token was chosen, it is the label, whatever became of it; everywhere else the label is −100. Padding, [CLS]
    and [SEP] are never chosen.

    Args:
        rows: lists of tokens, from [CLS] to [SEP]; a pair has one more [SEP] in between.
        vocab_size: random tokens are drawn below it.
        generator: draws in the order of the code that was found: who is chosen, their fate, random tokens for all
            places.

    Returns:
        A dict with `input_ids`, `attention_mask` (1 for tokens, 0 for padding) and `labels`, each of shape (batch,
        longest), int64.

    >>> masked_batch([[2, 70, 80, 3], [2, 90, 3]], 4000, torch.Generator(), 0.0)["input_ids"]
    tensor([[ 2, 70, 80,  3],
            [ 2, 90,  3,  0]])
    """
    # BEGIN SOLUTION
    longest = max(len(row) for row in rows)
    input_ids = torch.tensor([row + [0] * (longest - len(row)) for row in rows])
    labels, attention_mask = input_ids.clone(), (input_ids != 0).long()
    special = (input_ids == 0) | (input_ids == 2) | (input_ids == 3)
    chosen = (torch.rand(input_ids.shape, generator=generator) < probability) & ~special
    fate = torch.rand(input_ids.shape, generator=generator)
    anything = torch.randint(vocab_size, input_ids.shape, generator=generator)
    other = chosen & (fate >= 0.9)
    input_ids[chosen & (fate < 0.8)] = 4
    input_ids[other] = anything[other]
    labels[~chosen] = -100
    return {"input_ids": input_ids, "attention_mask": attention_mask, "labels": labels}
    # END SOLUTION


# %% check="masked_batch"
check(masked_batch)

# %% [markdown]
# **Predict first.** A thousand words, and all are chosen. About how many have a label in the function as it was found,
# and what does the label say? How many have one in yours?
#
# <details><summary>The answer</summary>
#
# As it was found, the 800 that became [MASK], and the label says [MASK]: input and labels are one tensor. With the
# first bug mended it would be the same 800, with the right word. In yours all 1,000 have one.
#
# </details>

# %%
thousand = [[2, *[70] * 1000, 3]]
for name, function in {"as found": batch_as_found, "yours": masked_batch}.items():
    made = function(thousand, 4000, torch.Generator().manual_seed(0), 1.0)
    labels, at_mask = made["labels"], made["input_ids"] == 4
    print(f"{name:8} labels: {(labels != -100).sum()}, of which {(labels == 4).sum()} say [MASK]", end=" ")
    print(f"and {(at_mask & (labels == 70)).sum()} ask for the word at a [MASK]")

# %% [markdown]
# With the second bug the other 200 would have been shown, changed or unchanged, but never asked about, so that we would
# have been back at a model that is asked at [MASK] alone.
#
# ## 9 · Tell them apart · extra
#
# The loss looks harmless: a mean over whatever has a label. Here are six that somebody wrote, each right on some
# batches. (`mean_surprise` is the mean over what has a label.)

# %%
suspects("loss_counterexample")

# %% [markdown]
# ### Exercise: `loss_counterexample` ●●○ · 7 minutes · extra
#
# Find one batch on which each of the six is seen to be wrong. It can be tiny: two rows of two places and three words.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Begin with zeros everywhere. Then all words are equally likely, and every mean is the same whatever is left out of it.
# So make *one* of the labels much harder than the others.
#
# </details>
# <details><summary>Hint 2: a millionth?</summary>
#
# A score of 40 for another word than the label leaves the label a probability of e⁻⁴⁰, which is far less than a
# millionth.
#
# </details>
# <details><summary>Hint 3: two of them are still right?</summary>
#
# One row with one label and one with two tells the mean of rows apart, and three labels beside two pairs the common
# mean. The hard one should stand at the first place, in a row whose second part does not follow, and one of the easy
# labels should be 0.
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

# %%
pictures.lineup(loss_counterexample())

# %% [markdown]
# *The picture, for the answer of this lesson: the library has 14.759. Two of the suspects have 21.242, one 17.433, one
# 6.031 and two 1.792, so each is off by several.*
#
# ## 10 · What Trainer's arguments do · extra
#
# Our loop had thirty lines. transformers brings one that is finished, `Trainer`, which is told what to do by
# `TrainingArguments`, with more than a hundred fields. You meet it in [lesson
# 18](../18_finetuning/18_finetuning.ipynb). Here we take the fields that stand in every example, one by one, and see
# what changes when *one* of them is set. (`ran` trains a linear layer with a norm on 24 examples, in a folder that is
# gone afterwards. Then it predicts 10 that were held out, and it writes down what happened.)

# %%
from helpers.trainer_runs import accepts, ran

plain = ran()
for arguments, look in [
    ({"num_train_epochs": 1}, "steps"),
    ({"per_device_train_batch_size": 5}, "train_batches"),
    ({"per_device_eval_batch_size": 4}, "eval_batches"),
    ({"eval_strategy": "steps", "eval_steps": 3}, "evaluated"),
    ({"logging_steps": 2}, "logged"),
    ({"save_steps": 4}, "files"),
    ({"learning_rate": 0.1}, "rates"),
    ({"warmup_steps": 3}, "rates"),
    ({"weight_decay": 0.1}, "decays"),
    ({"adam_epsilon": 0.001}, "epsilon"),
    ({"prediction_loss_only": True}, "predictions"),
]:
    print(*(f"{name}={value!r}" for name, value in arguments.items()))
    print(f"    {look}, nothing set: {plain.told(look)}")
    print(f"    {look}, with it: {ran(**arguments).told(look)}")

# %% [markdown]
# (`files` are those in `output_dir`, `evaluated` and `logged` are the steps after which it happened, and `decays` says
# how many weights shrink by how much.)
#
# | field | what it does |
# |---|---|
# | `output_dir` | where checkpoints go |
# | `per_device_train_batch_size` | how many examples a device gets at once in training |
# | `per_device_eval_batch_size` | the same in evaluation |
# | `num_train_epochs` | how often all examples are seen; it may be a fraction |
# | `save_steps` | a checkpoint after each so many steps, and at the end |
# | `logging_steps` | after each so many steps, the mean loss since the last time |
# | `eval_steps` | an evaluation after each so many, with `eval_strategy="steps"`; else there is none |
# | `learning_rate` | the rate at its highest, from where it falls to zero |
# | `warmup_steps` | how many steps it takes to get there |
# | `weight_decay` | of the matrix alone: biases and norms are left out by Trainer itself |
# | `adam_epsilon` | the number that keeps Adam from dividing by 0 |
# | `prediction_loss_only` | keeps the loss, not what was predicted: 4,000 scores a token fill the memory |
#
# > **You may read that** `max_grad_norm` is 0 by default, that `do_train` says whether there is a training, and that
# > one sets `overwrite_output_dir`, `evaluation_strategy`, `warmup_ratio` and `logging_dir`. Run each:

# %%
print(f"first gradient: {plain.norms[0]:.2f}, with max_grad_norm=0: {ran(max_grad_norm=0).norms[0]:.2f}")
for wish in (True, False):
    called, not_called = ran(do_train=wish), ran(train=False, do_train=wish)
    print(f"do_train={wish!s:5} steps with trainer.train(): {called.steps}, without: {not_called.steps}")
print(f"do_eval=True: evaluated after the steps {ran(do_eval=True).evaluated}")
gone = {"overwrite_output_dir": True, "evaluation_strategy": "steps", "warmup_ratio": 0.1, "logging_dir": "logs"}
for name, value in {**gone, "eval_strategy": "steps"}.items():
    print(f"{name}: {accepts(name, value)}")
print(f"warmup_steps=0.3: the rates are {ran(warmup_steps=0.3).told('rates')}")

# %% [markdown]
# > The default is 1.0: gradients are clipped to that length unless one says 0, which means never. `do_train` and
# > `do_eval` are not read by Trainer at all. They are there for scripts, which ask `if args.do_train:` themselves;
# > whether there is a training depends on whether you call `train()`. The four names are gone. A file that is there is
# > overwritten, the evaluation is asked for by `eval_strategy`, and below 1 `warmup_steps` is a share of all steps.
#
# All schedules count in *steps of the optimizer*, so before one sets `warmup_steps` one has to know how many there will
# be. With `gradient_accumulation_steps` several batches make one step ([lesson 10](../10_training/10_training.ipynb)).
# By hand, for 100 examples in batches of 8, 4 batches a step and 3 epochs: 13 batches, the last one of 4 examples. They
# make 3 steps of 4 batches, and one batch is left. At the end of an epoch Trainer does not wait for more. So there are
# 4 steps an epoch, and 12 in all.
#
# ### Exercise: `optimizer_steps` ●●○ · 5 minutes · extra
#
# <details><summary>Hint 1: a nudge</summary>
#
# There are three places to round, in this order: batches of an epoch, steps of an epoch, steps of all epochs. Only at
# the first one may it be down.
#
# </details>
# <details><summary>Hint 2: "left over, in several epochs"?</summary>
#
# Do not multiply the batches by the epochs first: what is left of one epoch is not kept for the next.
#
# </details>


# %% exercise="optimizer_steps"
def optimizer_steps(
    examples: int, batch: int, accumulation: int = 1, epochs: float = 3.0, drop_last: bool = False
) -> int:
    """How many steps the optimizer takes in a training by Trainer.

    Several batches make one step; what is left at the end of an epoch makes a step of its own. The epochs are
    multiplied in floats and rounded up, as `math.ceil(epochs * steps)`: 2.2 epochs of 25 steps are 56.

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
# **See it.** Beside Trainer's own count.

# %%
for batch_size, accumulation, epochs, drop in (
    (8, 1, 3.0, False),
    (5, 2, 3.0, False),
    (5, 2, 3.0, True),
    (7, 3, 0.5, False),
):
    theirs = ran(
        per_device_train_batch_size=batch_size, gradient_accumulation_steps=accumulation, num_train_epochs=epochs,
        dataloader_drop_last=drop,
    ).steps  # fmt: skip
    print(f"24 examples: yours {optimizer_steps(24, batch_size, accumulation, epochs, drop)}, Trainer {theirs}")

# %% [markdown]
# ## What you have built
#
# | yours | in transformers |
# |---|---|
# | `mask_tokens` | `DataCollatorForLanguageModeling` |
# | `whole_word_mask` | the same with `whole_word_mask=True`, which never leaves a token as it is |
# | `MLMHead` | `BertLMPredictionHead`, in `BertForMaskedLM` and `BertForPreTraining` |
# | `pretraining_loss` | `BertForPreTraining(…, labels=…, next_sentence_label=…).loss` |
# | `fixed_masks` | a `map` over the evaluation data, once |
# | `fill_mask` | `pipeline("fill-mask")` |
# | `next_sentence_pairs` | nothing any more; `TextDatasetForNextSentencePrediction` did it until it was taken out |
# | `NSPHead` | the pooler and `seq_relationship`, in `BertForNextSentencePrediction` |
# | `masked_batch` | a data collator |
# | `optimizer_steps` | `trainer.state.max_steps` |
#
# **Who uses it.** What you have trained is a trunk that has read. [Lesson 18](../18_finetuning/18_finetuning.ipynb)
# puts another head on such a trunk and goes on training for a task; it takes a larger one, which has read more than
# half a minute. [Lesson 19](../19_representations/19_representations.ipynb) looks at what its layers know.
#
# **Read the real source.** `transformers/data/data_collator.py`: `torch_mask_tokens` is your first exercise, with two
# draws where yours has one `fate`. Why is the second chance 0.5? `transformers/models/bert/modeling_bert.py`: the heads
# from `BertPredictionHeadTransform` on, and `_tied_weights_keys`, where it says what is tied.
# `transformers/trainer.py`: `set_initial_training_values` counts the steps.
#
# **Sources.** [Devlin et al. 2018](https://arxiv.org/abs/1810.04805), *BERT*. [Liu et al.
# 2019](https://arxiv.org/abs/1907.11692), *RoBERTa*. [Wettig et al. 2022](https://arxiv.org/abs/2202.08005), *Should
# You Mask 15% in Masked Language Modeling?* [Salazar et al. 2019](https://arxiv.org/abs/1910.14659), on
# pseudo-perplexities. [Taylor 1953](https://doi.org/10.1177/107769905303000401), *Cloze Procedure*, where people filled
# the gaps.
#
# **At scale.** BERT-base has 110 million weights and took a million steps of 256 rows, nine tenths of them with 128
# tokens a row and the last tenth with 512. That makes 43 billion tokens, from 3.3 billion words, in four days on 16 TPU
# chips. RoBERTa took the same shape, ten times the text, 8,192 rows of 512 a step, and masks that are drawn anew each
# time instead of ten that were drawn beforehand; it was still getting better when they stopped. Scores for its 50,000
# pieces at every place of such a batch would be 211 billion numbers, so they are computed where something is asked, as
# we did. And since 85 % of the places teach nothing, ELECTRA asks at each place whether the word was swapped, and gets
# as far with a quarter of the computing.
#
# **Three questions to take home.**
#
# 1. Our evaluation covers other words in each text, but the same ones for each model. What would be gained, and what
#    would it cost, to cover *every* word of the texts once, one at a time? (exp of the mean surprise is then called the
#    *pseudo-perplexity*.)
# 2. The table of embeddings is tied, and has a row for [MASK]. Which scores could the decoder give to [MASK] itself,
#    and when would it ever be right to say so?
# 3. A model that has learned with whole words covered has a higher loss than one that has learned with single pieces,
#    each on its own kind of questions. How would you find out which of the two has understood more?
