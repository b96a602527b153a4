# %% [markdown]
# # Data
#
# **A model reads a thousand texts of different lengths. How much of its work goes into padding?**
#
# Our texts are docstrings, the sentences that programmers write at the top of their functions to say what they do. They
# lie on every machine with Python on it, and they are real: some say all they have to say in five words, and one of
# ours goes on for 618. A model reads them as numbers, one for each word, and it likes to read many at once. But a batch
# is a tensor, and a tensor has straight edges. So we fill the short texts up with something that means nothing, until
# all are equally long.
#
# Here are a thousand of them. Let us cut or fill up each of them to 128 words, and count.

# %%
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from math import ceil
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import (
    DataLoader,
    Dataset,
    IterableDataset,
    RandomSampler,
    Sampler,
    TensorDataset,
    default_collate,
    get_worker_info,
)

from autograder import check, suspects
from helpers import data as pictures
from helpers import workers
from helpers.corpus import docstrings, words
from helpers.widgets import choice, explore, slider

# %%
texts = [each.text for each in docstrings("train")[::3]][:1000]
lengths = [min(len(words(text)), 128) for text in texts]
print(f"{sum(lengths):,} words stand at {128 * len(texts):,} positions")
print(f"{1 - sum(lengths) / (128 * len(texts)):.0%} of what the model reads is padding")
pictures.lengths(lengths, 128)

# %% [markdown]
# Three quarters of the work goes into nothing. The picture shows why: half of the texts have 21 words or fewer, but
# the long ones set the width for all.
#
# In this lesson we win that work back, in four steps, each of them a few lines that every training run has somewhere.
# At the end, five ways to hand the texts over run a race, and we check whether they all lead to the same reading.
#
# At the end you will be able to
#
# - hand texts to a `DataLoader` and say what each of its arguments does;
# - pad and mask a batch so that no padding reaches a result or a loss;
# - sort texts into batches, or pack them into rows, and say what it saves;
# - as extras: share a stream among worker processes, split without a leak, and resume in the middle of an epoch.
#
# About 60 minutes for the core, 107 with the extras. You need tensors ([lesson 01](../01_tensors/01_tensors.ipynb))
# and masks ([lesson 03](../03_products_and_masks/03_products_and_masks.ipynb)).

# %% [markdown]
# ## 1 · One text at a time · core
#
# Before a model can read a word, the word needs a number. We count all words and let the most frequent one be number
# 0, the next one number 1, and so on.

# %%
counted = Counter(word for text in texts for word in words(text))
number = {word: place for place, (word, _) in enumerate(counted.most_common())}


def encode(text: str) -> list[int]:
    return [number[word] for word in words(text)][:128]


print(len(number), "different words;", [f"{place} {word}" for word, place in number.items()][:6])
print(texts[1], encode(texts[1]), sep="\n")
encoded = [torch.tensor(encode(text)) for text in texts]

# %% [markdown]
# (The last line keeps all texts as tensors, cut to 128 words. The pictures below use them, so that they do not depend
# on your answers.)
#
# With a thousand texts we can encode them all in advance and keep them, as we just did. With a hundred million they
# do not fit into memory, so we want something that looks like such a list but makes each item when it is asked for.
# In PyTorch this is called a **Dataset**, and there is very little to it: it can say how long it is, and it can give
# item number i. Python spells these two `__len__` and `__getitem__`.
#
# ### Exercise: `Lines` ●○○ · 4 minutes · core
#
# Texts that are encoded one at a time, when somebody asks.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Keep the two things that you are given. All the work happens in `__getitem__`, and it is one line.
#
# </details>
# <details><summary>Hint 2: does a text without words come out as <code>float32</code>?</summary>
#
# In an empty list, `torch.tensor` finds nothing that would tell it the dtype. Name it: `dtype=torch.int64`.
#
# </details>
# <details><summary>Hint 3: does a <code>for</code> loop not end?</summary>
#
# A class without `__iter__` is asked for item 0, 1, 2 and so on, until an `IndexError` comes. A list raises it by
# itself. `texts[index % len(texts)]` never would.
#
# </details>


# %% exercise="Lines"
class Lines(Dataset):
    """Texts as a dataset: item i is the i-th text, as the numbers of its words.

    Args:
        texts: any sequence of texts. Only a text that is asked for is taken out of it.
        encode: from a text to a list of whole numbers. It is called when an item is asked for, each time anew, and
            never before.

    An item is an int64 tensor of shape (words,), also for a text without words. Negative indices count from the end.
    An index beyond either end raises IndexError, so that a `for` loop over the dataset ends.

    >>> lines = Lines(["a cat", "a"], lambda text: [len(word) for word in text.split()])
    >>> len(lines), lines[0], lines[-1]
    (2, tensor([1, 3]), tensor([1]))
    """

    def __init__(self, texts: Sequence[str], encode: Callable[[str], list[int]]) -> None:
        # BEGIN SOLUTION
        self.texts = texts
        self.encode = encode
        # END SOLUTION

    def __len__(self) -> int:
        # BEGIN SOLUTION
        return len(self.texts)
        # END SOLUTION

    def __getitem__(self, index: int) -> Tensor:
        # BEGIN SOLUTION
        return torch.tensor(self.encode(self.texts[index]), dtype=torch.int64)
        # END SOLUTION


# %% check="Lines"
check(Lines)

# %% [markdown]
# **See it.** Our model for this lesson is small. It looks up a vector for each word and each position, lets the words
# of a text look at one another once (attention), and sends each of them through a small network. It is not trained,
# since we are after its speed and not after its taste. Here it reads your lines one by one.

# %%
reader = pictures.Reader(vocabulary=len(number), longest=128)
with torch.inference_mode():
    for line in islice(Lines(texts, encode), 3):
        vectors = reader(line[None], torch.arange(len(line))[None], torch.ones(1, len(line), len(line), dtype=bool))
        print(len(line), "words →", tuple(vectors.shape))

# %% [markdown]
# One text at a time there is no padding, and nothing is wasted. So why should we not stop here? Because each call has
# a fixed price, whatever comes in. We measure it, on your machine: the same texts of 20 words, in batches of 1, 2, 4
# and so on.

# %%
pictures.price_of_calls(reader)

# %% [markdown]
# In batches the same work takes half the time or less, and on a GPU, which has thousands of units to keep busy, a
# small fraction of it. So batches it is.

# %% [markdown]
# ## 2 · One shape for all · core
#
# Two texts, of 3 and of 5 words, do not stack. Either we cut the long one, or we fill up the short one: this is
# called **padding**. It can be done in front ("pre") or behind ("post"), and so can cutting.
#
# Does the side matter? With a mask that hides the padding, and positions that begin at the first word, it does not. But
# a model that writes the next word appends it to the end of the row, so the end had better be a word: while they write,
# such models are padded in front. And in a long review the verdict often stands in the last sentence, so one may rather
# cut the beginning.
#
# ### Exercise: `pad_sequences` ●○○ · 6 minutes · core
#
# Keras has a function of this name (`keras.utils.pad_sequences`, and `keras.preprocessing.sequence.pad_sequences` in
# older code); its defaults are "pre" for both, and its `dtype` is int32. Ours are "post", as in most of today's
# tokenizers.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Make the whole table first, full of `value`: `sequences[0].new_full((rows, columns), value)` has the right dtype and
# device. Then write each sequence into its row.
#
# </details>
# <details><summary>Hint 2: do your rows of length 0 hold a word?</summary>
#
# The last n entries are `sequence[-n:]`, except for n = 0: `sequence[-0:]` is all of it. Count from the front:
# `sequence[len(sequence) - n :]`.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# for row, sequence in zip(table, sequences):
#     if len(sequence) > maxlen:
#         sequence = ...
#     if padding == "post":
#         row[: len(sequence)] = sequence
#     else:
#         row[maxlen - ... :] = sequence
# ```
#
# </details>


# %% exercise="pad_sequences"
def pad_sequences(
    sequences: Sequence[Tensor],
    maxlen: int | None = None,
    padding: str = "post",
    truncating: str = "post",
    value: int = 0,
) -> Tensor:
    """One table from sequences of different lengths: each is a row, filled up or cut to the same length.

    Not to be used: `torch.nn.utils.rnn.pad_sequence`.

    Args:
        sequences: at least one tensor of one dimension, all of one dtype. They are left as they were.
        maxlen: the length of every row, from 0 on; without it, that of the longest sequence.
        padding: "pre" fills up in front, "post" behind.
        truncating: of a sequence that is too long, "pre" cuts off the beginning and "post" the end.
        value: what fills up.

    Returns:
        Shape (sequences, maxlen), dtype and device of the sequences, as a new tensor.

    Raises:
        ValueError: `padding` or `truncating` is neither "pre" nor "post".

    >>> pad_sequences([torch.tensor([5, 6]), torch.tensor([7, 8, 9, 4])], maxlen=3)
    tensor([[5, 6, 0],
            [7, 8, 9]])
    """
    # BEGIN SOLUTION
    if not {padding, truncating} <= {"pre", "post"}:
        raise ValueError('padding and truncating should be "pre" or "post"')
    if maxlen is None:
        maxlen = max(len(sequence) for sequence in sequences)
    table = sequences[0].new_full((len(sequences), maxlen), value)
    for row, sequence in zip(table, sequences, strict=True):
        if len(sequence) > maxlen:
            sequence = sequence[:maxlen] if truncating == "post" else sequence[len(sequence) - maxlen :]
        first = 0 if padding == "post" else maxlen - len(sequence)
        row[first : first + len(sequence)] = sequence
    return table
    # END SOLUTION


# %% check="pad_sequences"
check(pad_sequences)

# %% [markdown]
# **See it.** Twelve texts, padded to 40 words on either side. From row to row the colour changes, and the light rest is
# padding.

# %%
marked = [torch.full_like(line, place) for place, line in enumerate(encoded[:12])]
pictures.rows(
    {
        "padding post, truncating post": pad_sequences(marked, 40, value=-1),
        "padding pre, truncating pre": pad_sequences(marked, 40, "pre", "pre", value=-1),
    }
)

# %% [markdown]
# (In PyTorch the same is `torch.nn.utils.rnn.pad_sequence`, with `padding_side="left"` or `"right"`, to the longest and
# without cutting. A tokenizer of transformers says `padding="max_length", max_length=128` for a fixed length,
# `padding="longest"` for the longest of the batch, and `truncation=True`.)
#
# Let us put a number on that light rest: the share of all positions that hold padding. Two texts, of 2 and of 6
# words, take 2 × 6 = 12 positions, and 4 of these are padding: a third. With several batches there is a tempting
# mistake. If we take the share of each batch and then the mean of those, a small batch counts as much as a large one.
# But the machine counts positions. So we add up first, and divide once.
#
# ### Exercise: `padding_waste` ●○○ · 3 minutes · core
#
# How much is wasted, if each batch is padded to the longest of its own texts?
#
# <details><summary>Hint 1: a nudge</summary>
#
# Count all positions, `len(batch) * longest`, and those that hold words. The rest is padding.
#
# </details>
# <details><summary>Hint 2: <code>max() iterable argument is empty</code>, <code>division by zero</code>?</summary>
#
# Where there are no positions at all, the answer is 0.0.
#
# </details>


# %% exercise="padding_waste"
def padding_waste(lengths: Sequence[int], batches: Iterable[Sequence[int]]) -> float:
    """The share of positions that hold padding, if each batch is padded to the longest of its own texts.

    Args:
        lengths: how many words each text has.
        batches: the indices of its texts for each batch, one at least; the batches may come from a generator. A text
            may be in several batches or in none.

    Returns:
        Positions with padding over all positions, of all batches together, from 0.0 on; 0.0 where there are none.

    >>> padding_waste([2, 6, 4], [[0, 1], [2]])
    0.25
    """
    # BEGIN SOLUTION
    positions = real = 0
    for batch in batches:
        longest = max(lengths[index] for index in batch)
        positions += len(batch) * longest
        real += sum(lengths[index] for index in batch)
    return 1 - real / positions if positions else 0.0
    # END SOLUTION


# %% check="padding_waste"
check(padding_waste)

# %% [markdown]
# ## 3 · No longer than needed · core
#
# With your measure in hand, the next step is plain: pad each batch only to the longest of *its own* texts. This is
# called **dynamic padding**.
#
# **Predict first.** Half of the texts have 21 words or fewer, and 128 is a rare length. In batches of 32, picked at
# random, how far will the waste of 75 % fall?

# %%
order = torch.randperm(1000, generator=torch.Generator().manual_seed(0)).tolist()
for size in (1, 2, 4, 8, 16, 32):
    print(f"batches of {size:<3} {padding_waste(lengths, [order[k : k + size] for k in range(0, 1000, size)]):.0%}")

# %% [markdown]
# <details><summary>The answer</summary>
#
# To 73 %, which is hardly worth the trouble. It takes one long text to make a whole batch wide, and among 32 texts
# there is nearly always one. In small batches it helps more.
#
# </details>
#
# So dynamic padding alone will not save us. We need it all the same, because it is what makes the next step pay. The
# place for it is the function that makes a batch from a list of items: a `DataLoader` calls it **collate_fn**.
#
# Besides the padded numbers, it has to say where the words are: that is the mask. And in training there are labels.
# Say the model should guess the next word: then the label of each word is the word after it, and the last one has
# none. For "none" the loss has a number of its own, −100: `F.cross_entropy` passes over it, unless you tell it
# another one. Here is a collate function as it goes round in tutorials.


# %%
def example(index: int) -> dict[str, Tensor]:
    line = encoded[index]
    return {"input_ids": line, "labels": torch.cat([line[1:], torch.tensor([-100])])}


def collate_from_a_tutorial(examples):
    ids = nn.utils.rnn.pad_sequence([each["input_ids"] for each in examples], batch_first=True)
    labels = nn.utils.rnn.pad_sequence([each["labels"] for each in examples], batch_first=True)
    return {"input_ids": ids, "attention_mask": ids != 0, "labels": labels}


for company in ([], [3]):
    batch = collate_from_a_tutorial([example(1), *map(example, company)])
    scores = -0.01 * torch.arange(float(len(number))).expand(*batch["labels"].shape, -1)  # frequent words are likelier
    print("in company" if company else "alone     ", f"{F.cross_entropy(scores[0], batch['labels'][0]).item():.4f}")

# %% [markdown]
# This is the loss of *one* text, the second of ours. In a batch with a longer one the same text gets another loss. No
# error, no warning, and in training the curve would only look a bit too good.
#
# ### Exercise: `collate_with_padding` ●●○ · 8 minutes · core
#
# **Find and mend the bugs.** The one that shows above is not the only one. Look at what number 0 stands for in our
# vocabulary, and then at the mask.
#
# And as long as we are at it, let the length be rounded up to a multiple on request: GPUs multiply matrices in tiles,
# and 64 words can be faster than 63.
#
# <details><summary>Hint 1: a nudge</summary>
#
# What fills up `labels`, and does the loss pass over it? Then: can a *value* tell whether a word is real?
#
# </details>
# <details><summary>Hint 2: is the word "the" hidden, or every word that equals <code>pad</code>?</summary>
#
# The lengths know better. Position k of a row is real if k is below the length of the text: `torch.arange(longest) <
# lengths.unsqueeze(1)`.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# longest = ceil(max(...) / multiple_of) * multiple_of
# ids = first.new_full((len(examples), longest), pad)
# labels = first.new_full(..., ...)
# mask = torch.zeros(..., dtype=torch.bool, device=first.device)
# for row, each in enumerate(examples):
#     n = len(each["input_ids"])
#     ids[row, :n] = each["input_ids"]
#     ...
# ```
#
# </details>


# %% exercise="collate_with_padding"
def collate_with_padding(
    examples: Sequence[dict[str, Tensor]], pad: int = 0, multiple_of: int = 1
) -> dict[str, Tensor]:
    """One batch from examples of different lengths, padded behind to the longest of them.

    Args:
        examples: at least one; each holds "input_ids" and "labels", int64, both of shape (words,). They are left as
            they were.
        pad: the number that fills up "input_ids". It may be the number of a real word, too.
        multiple_of: the length of the batch is rounded up to a multiple of this.

    Returns:
        A dict of three tensors of shape (examples, length): "input_ids", int64; "attention_mask", boolean, True where a
        word of the text stands, whatever its number and its label; "labels", int64, −100 behind the end.

    >>> one = {"input_ids": torch.tensor([4, 0]), "labels": torch.tensor([0, -100])}
    >>> two = {"input_ids": torch.tensor([5, 6, 7]), "labels": torch.tensor([6, 7, -100])}
    >>> collate_with_padding([one, two])["labels"]
    tensor([[   0, -100, -100],
            [   6,    7, -100]])
    """
    # BEGIN SOLUTION
    first = examples[0]["input_ids"]
    longest = max(len(each["input_ids"]) for each in examples)
    shape = len(examples), ceil(longest / multiple_of) * multiple_of
    ids, labels = first.new_full(shape, pad), first.new_full(shape, -100)
    mask = torch.zeros(shape, dtype=torch.bool, device=first.device)
    for row, each in enumerate(examples):
        words_here = len(each["input_ids"])
        ids[row, :words_here] = each["input_ids"]
        labels[row, :words_here] = each["labels"]
        mask[row, :words_here] = True
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}
    # END SOLUTION


# %% check="collate_with_padding"
check(collate_with_padding)

# %% [markdown]
# **See it.** The same two losses with yours, and your batch in a `DataLoader`: it takes items from the dataset, 32 at
# a time, and hands each list of 32 to `collate_fn`.

# %%
for company in ([], [3]):
    batch = collate_with_padding([example(1), *map(example, company)])
    scores = -0.01 * torch.arange(float(len(number))).expand(*batch["labels"].shape, -1)
    print("in company" if company else "alone     ", f"{F.cross_entropy(scores[0], batch['labels'][0]).item():.4f}")

examples = [example(index) for index in range(1000)]
stream = torch.Generator().manual_seed(0)
loader = DataLoader(examples, batch_size=32, shuffle=True, collate_fn=collate_with_padding, generator=stream)
batch = next(iter(loader))
print({name: tuple(value.shape) for name, value in batch.items()}, f"{batch['attention_mask'].float().mean():.0%} real")

# %% [markdown]
# (In transformers, `DataCollatorWithPadding(tokenizer)` asks the tokenizer for the number that fills up and for the
# side, `tokenizer.padding_side`. Labels for single words are padded by `DataCollatorForTokenClassification`.)

# %% [markdown]
# ## 4 · Texts of like length · core
#
# The trouble with a random batch is its one long text. So let us put like with like. Sort all texts by length, cut the
# row into batches of 32, and there is next to no padding. But then the first batches of every epoch hold the shortest
# texts and the last ones the longest, each text always has the same company, and nothing is random any more. Training
# wants its batches mixed.
#
# The usual way out is a compromise called **bucketing**. Shuffle all texts. Take a pool of ten batches at a time and
# sort within the pool only, then cut it into batches. Finally, shuffle the batches. Chance decides who gets into a pool
# with whom, and with the pool's size we choose between less waste and more chance.
#
# It is a bit like a school that forms its classes by age, from the children who came that day. But the comparison
# breaks at one point: in a school all classes sit at the same time, while a model meets one batch after the other. If
# short and long texts differ in more than length (titles and essays, say), its steps swing to and fro. To shuffle the
# batches at the end softens this, and does not cure it.
#
# ### Exercise: `LengthBucketSampler` ●●○ · 10 minutes · core
#
# A **sampler** gives indices and never touches a text. Ours gives a list of indices for each batch; a `DataLoader`
# takes such a thing as `batch_sampler`.
#
# Another order in every epoch, and yet the same when you run it again: both come from a generator that is seeded with
# `seed + epoch`. Forgetting to call `set_epoch` is a classic. Nothing fails, and every epoch is the same.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `sorted(pool, key=self.lengths.__getitem__)` sorts indices by length, and keeps those of the same length in the
# order in which they came.
#
# </details>
# <details><summary>Hint 2: does the second pass have another order than the first?</summary>
#
# Make the generator in `__iter__`, not in `__init__`. Both draws come from it, first the one and then the other.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# stream = torch.Generator().manual_seed(self.seed + self.epoch)
# order = torch.randperm(len(self.lengths), generator=stream).tolist()
# found = []
# for first in range(0, len(order), ...):
#     pool = sorted(order[first : ...], key=...)
#     found += [pool[k : k + self.batch_size] for k in range(...)]
# return iter([found[k] for k in torch.randperm(...).tolist()])
# ```
#
# </details>


# %% exercise="LengthBucketSampler"
class LengthBucketSampler(Sampler):
    """Batches of texts of like length, in another order in every epoch: a `batch_sampler`.

    Args:
        lengths: how many words each text has. They are left as they were.
        batch_size: how many texts a batch has; one at the end of the last pool may have fewer.
        pool: how many batches are sorted together.
        seed: another seed, another order.

    An epoch draws twice from one `torch.Generator`, seeded with seed + epoch. The first `torch.randperm` shuffles the
    texts. Their order is cut into pools of `pool * batch_size` texts; each pool is sorted by length, shortest first,
    those of the same length in the order in which they came, and cut into batches. The second `torch.randperm` puts all
    batches in order. Torch's own random stream is left alone.
    """

    def __init__(self, lengths: Sequence[int], batch_size: int, pool: int = 10, seed: int = 0) -> None:
        # BEGIN SOLUTION
        self.lengths, self.batch_size, self.pool, self.seed = lengths, batch_size, pool, seed
        self.epoch = 0
        # END SOLUTION

    def set_epoch(self, epoch: int) -> None:
        """Says which epoch comes next. Until it is called, it is epoch 0."""
        # BEGIN SOLUTION
        self.epoch = epoch
        # END SOLUTION

    def __len__(self) -> int:
        """How many batches an epoch has."""
        # BEGIN SOLUTION
        return ceil(len(self.lengths) / self.batch_size)
        # END SOLUTION

    def __iter__(self) -> Iterator[list[int]]:
        """For each batch the indices of its texts, Python's whole numbers."""
        # BEGIN SOLUTION
        stream = torch.Generator().manual_seed(self.seed + self.epoch)
        order = torch.randperm(len(self.lengths), generator=stream).tolist()
        step, found = self.pool * self.batch_size, []
        for first in range(0, len(order), step):
            pool = sorted(order[first : first + step], key=self.lengths.__getitem__)
            found += [pool[start : start + self.batch_size] for start in range(0, len(pool), self.batch_size)]
        return iter([found[place] for place in torch.randperm(len(found), generator=stream).tolist()])
        # END SOLUTION


# %% check="LengthBucketSampler"
check(LengthBucketSampler)

# %% [markdown]
# **See it.** The lengths of all texts in the order in which they are read, at random and in your buckets. The line
# above them is the length to which each batch is padded, and what lies between is waste.

# %%
random_batches = [order[first : first + 32] for first in range(0, 1000, 32)]
pictures.staircase(lengths, {"at random": random_batches, "in buckets": list(LengthBucketSampler(lengths, 32))})

# %% [markdown]
# **Explore.** How large must the pool be for less than 20 % waste, with batches of 32, and with batches of 8?

# %%
explore(
    lambda size, pool: pictures.staircase(
        lengths, {f"batches of {size}, pools of {pool}": list(LengthBucketSampler(lengths, size, pool))}
    ),
    "How much is wasted?",
    size=choice([4, 8, 16, 32, 64], 32, label="texts in a batch"),
    pool=slider(1, 32, 10, label="batches in a pool"),
)

# %% [markdown]
# <details><summary>The answer</summary>
#
# Eight batches, for both. What counts is into how many batches a pool is divided, and less so how many texts are in a
# batch.
#
# </details>

# %% [markdown]
# ## 5 · Several texts in one row · core
#
# Two things are left. Within a batch the texts still differ by a few words, and the batches differ a lot in size: 32 ×
# 6 words, then 32 × 128. A GPU would rather have the same amount of work every time.
#
# So here is another idea. If a row has 128 places and a text takes 20 of them, put the next text behind it, and
# another one, until the row is full. This is called **packing**. Hardly a place stays empty, and all rows are alike.
#
# But now several texts stand in one row, and attention does not know. The words of one would look at the words of the
# other. We keep them apart with a mask, and so far our masks had one row for all: *this place is hidden*, whoever
# looks. Now it depends on who looks. Word i may see word j if both belong to the same text. Written out as a square it
# has a block of True for each text, so one speaks of a **block mask**.
#
# **Predict first.** A row of 8 places holds texts of 3, 2 and 2 words. How many of the 64 entries of its mask are
# True?
#
# <details><summary>The answer</summary>
#
# 3² + 2² + 2² = 17. The padding sees nothing and is seen by nobody.
#
# </details>
#
# There is a second thing to reset. The model adds a vector for the *position*, and the first word of the second text
# is the first word of a text, not the fourth.
#
# ### Exercise: `pack_sequences` ●●● · 12 minutes · core
#
# Each text in turn goes into the first row that has room for it. (That is called *first fit*. The best packing is
# hard to find, and this one is good enough.)
#
# <details><summary>Hint 1: a nudge</summary>
#
# Do it in two steps. First decide who stands where: a list of rows, each a list of numbers of sequences. Then write
# it all down. The mask comes last, in one line, from `text_ids`.
#
# </details>
# <details><summary>Hint 2: is a text put into a new row although an earlier row has room?</summary>
#
# Look through *all* rows from the first one on, and not at the last one alone. `for … else` helps: its `else` runs if
# no `break` came.
#
# </details>
# <details><summary>Hint 3: does the padding see the padding?</summary>
#
# Where nothing stands, `text_ids` is −1, and −1 equals −1. Ask for `>= 0` as well.
#
# </details>
# <details><summary>Hint 4: nearly the code</summary>
#
# ```python
# rows, free = [], []
# for place, sequence in enumerate(sequences):
#     for row in range(len(rows)):
#         if free[row] >= len(sequence):
#             break
#     else:
#         ...                                    # a new row, with all its places free
#     ...
# ids = sequences[0].new_zeros(len(rows), length)
# text_ids, position_ids = torch.full_like(ids, -1), torch.zeros_like(ids)
# ...
# mask = (text_ids.unsqueeze(2) == text_ids.unsqueeze(1)) & ...
# ```
#
# </details>


# %% exercise="pack_sequences"
def pack_sequences(sequences: Sequence[Tensor], length: int) -> dict[str, Tensor]:
    """Several sequences in one row, with a mask that keeps them apart.

    Each sequence in turn goes into the first row with enough room, right behind what stands there; where none has room,
    a new row begins.

    Args:
        sequences: at least one; int64, shape (words,), each of 1 to `length` words. They are left as they were.
        length: how many places a row has.

    Returns:
        A dict of three tensors of shape (rows, length), int64, on the device of the sequences, and one of shape (rows,
        length, length), boolean:
        "input_ids": the words, and 0 where nothing stands;
        "text_ids": the number of the sequence that stands there, from 0; −1 where nothing stands;
        "position_ids": the place within its sequence, from 0; 0 where nothing stands;
        "attention_mask": at [row, i, j] True if words of the same sequence stand at i and j.

    Raises:
        ValueError: a sequence is longer than a row.

    >>> packed = pack_sequences([torch.tensor([7, 8]), torch.tensor([5, 5, 5]), torch.tensor([9])], length=4)
    >>> packed["input_ids"], packed["text_ids"]
    (tensor([[7, 8, 9, 0],
            [5, 5, 5, 0]]), tensor([[ 0,  0,  2, -1],
            [ 1,  1,  1, -1]]))
    >>> packed["attention_mask"][0].int()
    tensor([[1, 1, 0, 0],
            [1, 1, 0, 0],
            [0, 0, 1, 0],
            [0, 0, 0, 0]], dtype=torch.int32)
    """
    # BEGIN SOLUTION
    used, places = [], []
    for sequence in sequences:
        if len(sequence) > length:
            raise ValueError(f"a sequence of {len(sequence)} words does not fit into a row of {length}")
        row = next((row for row, full in enumerate(used) if full + len(sequence) <= length), len(used))
        if row == len(used):
            used.append(0)
        places.append((row, used[row]))
        used[row] += len(sequence)
    ids = sequences[0].new_zeros(len(used), length)
    text_ids, position_ids = torch.full_like(ids, -1), torch.zeros_like(ids)
    for text, (sequence, (row, first)) in enumerate(zip(sequences, places, strict=True)):
        here = slice(first, first + len(sequence))
        ids[row, here] = sequence
        text_ids[row, here] = text
        position_ids[row, here] = torch.arange(len(sequence), device=ids.device)
    mask = (text_ids.unsqueeze(2) == text_ids.unsqueeze(1)) & (text_ids.unsqueeze(2) >= 0)
    return {"input_ids": ids, "text_ids": text_ids, "position_ids": position_ids, "attention_mask": mask}
    # END SOLUTION


# %% check="pack_sequences"
check(pack_sequences)

# %% [markdown]
# **See it.** The first forty texts in rows of 128 places, and the mask of the first row.

# %%
packed = pack_sequences(encoded[:40], 128)
print(f"{packed['text_ids'].lt(0).float().mean():.0%} of the places are empty; most of them are in the last rows")
pictures.packed(packed["text_ids"], packed["attention_mask"][0])

# %% [markdown]
# ## 6 · The race · core
#
# All texts, the same model, and five ways to hand them over: one by one, padded to 128, padded to the longest of each
# batch, in buckets, and packed. Each text gets one vector, the mean of its words' vectors. `read` notes how many
# positions the model computes, and how many pairs of words its attention compares.


# %%
def padded(indices: list[int], longest: int | None = None) -> dict[str, Tensor]:
    ids = pad_sequences([encoded[index] for index in indices], longest)
    place = torch.arange(ids.shape[1]).expand_as(ids)
    real = place < torch.tensor([lengths[index] for index in indices])[:, None]
    text_ids = torch.where(real, torch.tensor(indices)[:, None], -1)
    return {"input_ids": ids, "position_ids": place, "text_ids": text_ids, "attention_mask": real[:, None, :]}


def read(given: Iterable[dict[str, Tensor]]) -> tuple[Tensor, Counter]:
    sums, work = torch.zeros(len(encoded), reader.width), Counter()
    with torch.inference_mode():
        for batch in given:
            vectors = reader(batch["input_ids"], batch["position_ids"], batch["attention_mask"])
            real = batch["text_ids"] >= 0
            sums.index_add_(0, batch["text_ids"][real], vectors[real])
            work.update(positions=real.numel(), words=int(real.sum()), pairs=real.numel() * real.shape[1])
    return sums / torch.tensor(lengths)[:, None], work


# %% [markdown]
# The table is counted, and it compares each text's vector with the one that it gets alone. The right half of the
# picture is measured on your machine while you wait.

# %%
rows = pack_sequences(encoded, 128)
strategies = {
    "one by one": [padded([index]) for index in range(1000)],
    "fixed": [padded(batch, 128) for batch in random_batches],
    "dynamic": [padded(batch) for batch in random_batches],
    "bucketed": [padded(batch) for batch in LengthBucketSampler(lengths, 32)],
    "packed": [{name: part[k : k + 8] for name, part in rows.items()} for k in range(0, len(rows["text_ids"]), 8)],
}
vectors, works = {}, {}
for name, given in strategies.items():
    vectors[name], work = read(given)
    works[name] = work
    same = "the same vectors" if torch.allclose(vectors[name], vectors["one by one"], atol=1e-4) else "OTHER VECTORS"
    share = 1 - work["words"] / work["positions"]
    print(f"{name:11}{share:4.0%} padding {work['positions']:8,} positions {work['pairs']:11,} pairs   {same}")
pictures.race(works, {name: lambda given=given: read(given) for name, given in strategies.items()})

# %% [markdown]
# Buckets and packing take a fraction of the time of fixed padding. One by one, which wastes nothing, is slower than
# they are, since it pays for a thousand calls. (In the last column of numbers, packing is behind buckets: its mask
# hides the pairs of different texts, but our model computes them all the same.)
#
# All five give every text the same vector. What becomes of the packed ones if we leave the block mask out, and hide
# only the padding?

# %%
rows = pack_sequences(encoded, 128)
real = rows["text_ids"] >= 0
alone, _ = read([padded([index]) for index in range(1000)])
kept_apart, _ = read([rows])
careless, _ = read([rows | {"attention_mask": real[:, None, :] & real[:, :, None]}])
pictures.apart(alone, {"with its block mask": kept_apart, "hiding the padding only": careless})

# %% [markdown]
# Nearly every text's vector has changed, and most of them by at least a tenth of the vector's own size. (The few that
# have not are those with a row of their own.) And nothing would have told us: the shapes are right, and a model that is
# trained this way even learns something.
#
# So here is the answer to our question. Handed over naively, three quarters of the work was padding, and to pad each
# batch by itself hardly helped. With your sampler it is 17 %, with your packing 1 %, and every text is read as if it
# were alone.

# %% [markdown]
# ## 7 · Almost right · extra
#
# A block mask is easy to get almost right, and the result looks like vectors either way. Here are six masks as people
# write them, from the lengths of the texts in each row. Every one of them is right about *some* rows.

# %%
suspects("packing_counterexample")

# %% [markdown]
# ### Exercise: `packing_counterexample` ●●○ · 5 minutes · extra
#
# Give the lengths of the texts in a few packed rows, and the places of a row, so that each of the six masks is seen
# to be wrong. You score for each of them.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `torch.tensor([[3, 2], [4, 0]])` are two rows, and the second holds one text. When would each suspect be right? With
# a single text in each row, and no padding, all of them are.
#
# </details>
# <details><summary>Hint 2: one of the two about lengths always gets away?</summary>
#
# One is wrong where two texts of a row are equally long, and the other where they are not. Three texts can be both.
#
# </details>


# %% exercise="packing_counterexample"
def packing_counterexample() -> tuple[Tensor, int]:
    """Packed rows on which each of the suspects is seen to be wrong.

    Returns:
        lengths: how long the texts of each row are, shape (rows, texts), int64, at most 10 rows of at most 10 texts.
            Each row begins with a text; where it has fewer texts than others, zeros stand at its end.
        places: how many places a row has, a whole number up to 64; its texts fit.
    """
    # BEGIN SOLUTION
    return torch.tensor([[2, 2, 3], [4, 1, 0]]), 8
    # END SOLUTION


# %% check="packing_counterexample"
check(packing_counterexample)

# %% [markdown]
# **See it.** What each of them makes of your first row and, below the line, of your last one. Every column should
# differ from the first.

# %%
pictures.lineup("packing_counterexample", *packing_counterexample())

# %% [markdown]
# ## 8 · What a DataLoader does · extra
#
# We have used it; now let us see that there is no magic in it. Without workers, a `DataLoader` does four things, in
# this process, when you ask for a batch: it takes the next indices, fetches their items, collates them, and hands the
# batch over.
#
# ### Exercise: `batches` ●○○ · 6 minutes · extra
#
# <details><summary>Hint 1: a nudge</summary>
#
# A function with `yield` in it is a generator: it stops at each `yield` until it is asked again. So nothing is
# fetched too early.
#
# </details>
# <details><summary>Hint 2: two shuffled epochs are the same?</summary>
#
# The generator of random numbers goes on from where it was. Do not seed it, and do not copy it.
#
# </details>


# %% exercise="batches"
def batches(
    dataset: Any,
    batch_size: int,
    shuffle: bool = False,
    drop_last: bool = False,
    collate: Callable[[list[Any]], Any] = list,
    generator: torch.Generator | None = None,
) -> Iterator[Any]:
    """Goes through a dataset in batches, as a `DataLoader` without workers.

    Not to be used: `DataLoader`.

    Args:
        dataset: it has a length, and items by index, Python's whole numbers from 0 on; nothing else is asked of it.
        batch_size: items in a batch.
        shuffle: in the order of `torch.randperm(len(dataset), generator=generator)`, drawn once for each call; else in
            the dataset's own order, and nothing is drawn.
        drop_last: whether a smaller batch at the end is left out.
        collate: makes the batch from the list of its items.
        generator: where random numbers come from; torch's own stream without it.

    Yields:
        One batch after the other. Items are fetched when their batch is asked for, not before.

    >>> list(batches("abcde", 2))
    [['a', 'b'], ['c', 'd'], ['e']]
    """
    # BEGIN SOLUTION
    order = torch.randperm(len(dataset), generator=generator).tolist() if shuffle else range(len(dataset))
    for first in range(0, len(dataset), batch_size):
        chosen = order[first : first + batch_size]
        if len(chosen) == batch_size or not drop_last:
            yield collate([dataset[index] for index in chosen])
    # END SOLUTION


# %% check="batches"
check(batches)

# %% [markdown]
# **See it.** Yours beside PyTorch's. A `TensorDataset` zips tensors along their first dimension, as `zip` does with
# lists (they have to be equally long), and `default_collate` stacks what can be stacked.

# %%
pairs = TensorDataset(torch.arange(5.0), torch.arange(5) % 2)
print("item 3: ", pairs[3])
for mine, theirs in zip(batches(pairs, 2, collate=default_collate), DataLoader(pairs, batch_size=2), strict=True):
    print("batch:  ", mine, all(map(torch.equal, mine, theirs)))

# %% [markdown]
# The arguments of `DataLoader`, in the order in which one needs them:
#
# | argument | what it does | without it |
# |---|---|---|
# | `dataset` | has `__len__` and `__getitem__`, or only `__iter__` (`IterableDataset`) | needed |
# | `batch_size` | items in a batch; `None` hands over single items | 1 |
# | `shuffle` | a new random order in every epoch; `shuffle=False` reads in the dataset's order | `False` |
# | `sampler` | gives indices, one by one; instead of `shuffle` | in order |
# | `batch_sampler` | gives lists of indices; instead of the three above and `drop_last` | cuts what the sampler gives |
# | `collate_fn` | from a list of items to a batch | stacks tensors, numbers, dicts of them |
# | `drop_last` | leaves out a smaller last batch | keeps it |
# | `num_workers` | processes that fetch and collate | 0: this process does it |
# | `prefetch_factor` | batches that each worker has ready or under way | 2; without workers None |
# | `persistent_workers` | keeps the processes from one epoch to the next | starts them anew |
# | `worker_init_fn` | called in each worker at its start, with its number | nothing |
# | `pin_memory` | puts batches where a GPU can fetch them while it computes (`non_blocking=True`) | ordinary memory |
#
# What `shuffle` really does is to choose a sampler for us: a `SequentialSampler` for False, and for True a
# `RandomSampler`, which gives each index once. (Its `data_source` is the dataset, of which it asks only the length.)
# With `replacement=True` an index may come again, and `num_samples` says how many are drawn, by default as many as
# there are items.
#
# > **You may read that** with `replacement=True` some items are never drawn, so that one should raise `num_samples`
# > until each of them has its turn.

# %%
for times in (1, 2, 5):
    stream = torch.Generator().manual_seed(0)
    drawn = RandomSampler(range(10_000), replacement=True, num_samples=times * 10_000, generator=stream)
    print(f"{len(drawn):6,} draws out of 10,000 meet {len(set(drawn)) / 10_000:.1%}")

# %% [markdown]
# > Each draw forgets the ones before. As many draws as items meet 63 % of them, and with five times as many a few are
# > still missing (a share of $e^{-5}$). If every item should have its turn, draw without replacement, which is what
# > `shuffle=True` does.

# %% [markdown]
# ## 9 · Workers · extra
#
# If fetching an item takes time, a disk to read, an image to decode, then our model waits for each batch. With
# `num_workers=2` we let two further processes fetch batches ahead, while the model computes.
#
# How many should we take? It depends on what an item costs, so let us measure.

# %%
workers.times()

# %% [markdown]
# *The picture: the time of an epoch over the number of workers, relative to none, measured on your machine. On the
# left items that wait, as for a slow disk: two workers take about half the time, four a quarter. On the right items
# that are there at once: with workers it takes several times as long.*
#
# > **You may read that** one should take two to four workers for each core. Items that *wait* gain from every worker,
# > whatever the cores. Items that *compute* gain until all cores are busy, and PyTorch warns if there are more workers
# > than cores. And items that lie ready only lose: to start a process and to send every batch through it costs more
# > than it saves. Start with 0, see whether the model waits, and only then add workers, one by one.
#
# > **You may read that** each worker copies the dataset.

# %%
workers.memory()

# %% [markdown]
# > The picture is of a worker that reads all of a large dataset once, and of the memory that is its own afterwards.
# > On Linux a worker is a *fork*: it shares the parent's memory, and a page is copied when somebody writes to it. The
# > tensor stays shared. But every Python object carries a counter of references, and to look at the object is to
# > write to its counter. So a list of strings is copied, page by page, while one only reads. (Python 3.14 has another
# > default on Linux; `multiprocessing_context="fork"` asks for this one.) On Windows and macOS each worker is a new
# > Python that gets the dataset pickled: there it is a copy from the start, it must be picklable (no `lambda`), and a
# > script needs its `if __name__ == "__main__":`.
#
# And with 0 workers? Then nothing has been got ready that could be looked for in memory: `next(loader)` fetches and
# collates right there, in your process, as your `batches` does.
#
# What about random numbers? If our workers cut images at random or add noise, we do not want all of them to draw the
# same.


# %%
class Noisy(Dataset):
    def __init__(self):
        self.own = torch.Generator().manual_seed(0)

    def __len__(self):
        return 4

    def __getitem__(self, index):
        own = torch.rand((), generator=self.own)
        return {"worker": get_worker_info().id, "torch": torch.rand(()), "numpy": np.random.rand(), "own": own}


torch.manual_seed(0)
for item in DataLoader(Noisy(), batch_size=None, num_workers=2, multiprocessing_context="fork"):
    print("  ".join(f"{name} {float(value):.3g}" for name, value in item.items()))

# %% [markdown]
# > **You may read that** all workers draw the same numbers from NumPy. They did, for years. By now each worker is
# > seeded with a number of its own, for `torch`, `random` and `numpy.random` alike. What still goes wrong stands in
# > the column `own`: a generator that the dataset holds is copied along with it, and every copy goes on from the same
# > place. Make it in the worker, from `torch.initial_seed()`, which differs there.
#
# Indices we can deal out to workers. But a *stream* has none: an `IterableDataset` is read from its beginning, and
# each worker reads all of it. With two workers we get every item twice, unless each worker leaves out what is not its
# own.
#
# ### Exercise: `shard_for_worker` ●●○ · 8 minutes · extra
#
# Deal the items out like cards. `get_worker_info()` says who is asking: in a worker it has an `id` and `num_workers`,
# in the main process it is `None`. And with several GPUs each process (each **rank**) has a loader of its own, with
# its own workers: on eight GPUs, `num_workers=4` starts 32 processes, and we deal to all of them.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `itertools.islice(items, first, None, step)` takes every `step`-th item from `first` on, one after the other.
#
# </details>
# <details><summary>Hint 2: <code>'NoneType' object has no attribute 'id'</code>?</summary>
#
# That is the main process: one worker, with the number 0.
#
# </details>


# %% exercise="shard_for_worker"
def shard_for_worker(items: Iterable[Any], rank: int = 0, ranks: int = 1) -> Iterator[Any]:
    """The share of a stream that this process should read.

    Args:
        items: any stream, also a generator, also one without an end.
        rank, ranks: which of how many processes with a loader of their own.

    Of n = ranks × workers shares, worker w of this rank has share k = rank × workers + w: items k, k + n, k + 2n and so
    on. Outside a worker there is one worker, w = 0. All shares together hold every item once.

    Returns:
        An iterator that reads `items` no further than it has to.

    >>> list(shard_for_worker("abcde", rank=1, ranks=2))
    ['b', 'd']
    """
    # BEGIN SOLUTION
    info = get_worker_info()
    worker, workers = (info.id, info.num_workers) if info is not None else (0, 1)
    return islice(items, rank * workers + worker, None, ranks * workers)
    # END SOLUTION


# %% check="shard_for_worker"
check(shard_for_worker)


# %% [markdown]
# **See it.** Real processes. Each hands over the text's number, and its own.


# %%
class Stream(IterableDataset):
    def __init__(self, shard: Callable[..., Iterable[int]]) -> None:
        self.shard = shard

    def __iter__(self) -> Iterator[tuple[int, int]]:
        for item in self.shard(range(8)):
            yield item, get_worker_info().id


for name, shard in {"all of it": iter, "its share": shard_for_worker}.items():
    for count in (1, 2):
        loaded = DataLoader(Stream(shard), batch_size=None, num_workers=count, multiprocessing_context="fork")
        print(f"{name}, {count} at work: ", *(f"{item} by {worker}" for item, worker in loaded), sep="  ")

# %% [markdown]
# ## 10 · What to keep apart · extra
#
# A model is tested on texts that it has not seen. So we split, and at random, since texts come in an order: ours are
# sorted by library.
#
# ### Exercise: `random_split_indices` ●○○ · 5 minutes · extra
#
# scikit-learn and the datasets library call this `train_test_split`. Indices are enough; nothing is copied.
#
# <details><summary>Hint 1: a nudge</summary>
#
# One `torch.randperm` and two slices. How many go into the second part?
#
# </details>
# <details><summary>Hint 2: 1 or 1.0?</summary>
#
# `isinstance(test, float)` tells them apart: one text, or all of them.
#
# </details>


# %% exercise="random_split_indices"
def random_split_indices(n: int, test: float | int, seed: int = 0) -> tuple[list[int], list[int]]:
    """The indices 0 … n − 1 in two parts, one for training and one for testing, at random.

    Not to be used: `torch.utils.data.random_split`.

    Args:
        n: how many there are.
        test: how many are for testing: a whole number, or as a float a share of n, rounded up:
            `ceil(test * n)`.
        seed: of a `torch.Generator` of its own.

    Returns:
        Of `torch.randperm(n)` from that generator, the first indices are for training, the rest is for testing; as two
        lists. Torch's own random stream is left alone.

    Raises:
        ValueError: `test` is negative, a number above n or a share above 1.
    """
    # BEGIN SOLUTION
    share = isinstance(test, float)
    if not 0 <= test <= (1 if share else n):
        raise ValueError(f"of {n}, {test} cannot be for testing")
    count = ceil(test * n) if share else test
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed)).tolist()
    return order[: n - count], order[n - count :]
    # END SOLUTION


# %% check="random_split_indices"
check(random_split_indices)

# %% [markdown]
# A random split is not always an honest one. Docstrings of one file are much alike, and when one of them is tested
# while its twin was in training, the test measures memory. Below, for each test text: how many of its words does the
# most similar training text share? Once split at random, and once so that no file is in both parts, as
# `docstrings("test")` does it.

# %%
everything = docstrings()
held_back = {each.name for each in docstrings("test")}
by_module = [k for k, each in enumerate(everything) if each.name in held_back]
_, by_chance = random_split_indices(len(everything), len(by_module))
pictures.twins([each.text for each in everything], {"split at random": by_chance, "split by file": by_module})

# %% [markdown]
# *The picture: two histograms over that share, from 0.06 to 1. Both are highest at 0.2. Above 0.5 lie 38 % of the
# test texts at random, and 10 % of those by file.*
#
# So a model that has learned nothing but to remember would look good on the first test. Which split is right depends
# on what we want to know: how the model does on texts like those that it has seen, or on new ones.

# %% [markdown]
# ## 11 · Resume in the middle · extra
#
# A training run of a week is interrupted. We have saved the model and the optimizer, but where in the data were we?
# If our loader starts the epoch again, the model reads the first half a second time, and perhaps never the other
# half.
#
# PyTorch's `DataLoader` cannot say where it is. What we need is a loader with a `state_dict` of its own, as modules
# and optimizers have. We need not keep the order, since it follows from seed and epoch. Two numbers are enough.
#
# But mind *which* batch is counted. Workers fetch ahead, and the sampler may be some batches further than the model.
# What counts is what was handed over.
#
# ### Exercise: `ResumableLoader` ●●● · 12 minutes · extra
#
# <details><summary>Hint 1: a nudge</summary>
#
# Let `__iter__` be a generator function that begins at the batch where the loader stands, and moves the count on
# *before* each `yield`: whoever asks for the state while holding batch 3 has been given batch 3.
#
# </details>
# <details><summary>Hint 2: after the last batch, the rest is empty?</summary>
#
# With the last batch of an epoch in hand, the next thing to come is the next epoch. So the last batch moves the epoch
# on, and sets the count back to 0, before it is handed over.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# order = torch.randperm(..., generator=torch.Generator().manual_seed(self.seed + self.epoch)).tolist()
# for first in range(self.done * self.batch_size, len(order), self.batch_size):
#     chosen = order[first : first + self.batch_size]
#     items = [...]
#     self.done += 1
#     if first + self.batch_size >= len(order):
#         ...
#     yield self.collate(items)
# ```
#
# </details>


# %% exercise="ResumableLoader"
class ResumableLoader:
    """Batches of a dataset, in a new random order in every epoch; it can be resumed in the middle of one.

    Args:
        dataset: it has a length, at least 1, and items by index, Python's whole numbers.
        batch_size: items in a batch; the last batch of an epoch may have fewer.
        collate: makes the batch from the list of its items.
        seed: epoch e, from 0 on, has the order of `torch.randperm(len(dataset))` from a `torch.Generator` of its own,
            seeded with seed + e.

    A `for` loop runs from where the loader stands to the end of the epoch; the next one runs the next epoch. Where a
    loop is left early, the next one goes on. Only items of batches that are handed over are fetched. Torch's own random
    stream is left alone.
    """

    def __init__(
        self, dataset: Any, batch_size: int, collate: Callable[[list[Any]], Any] = list, seed: int = 0
    ) -> None:
        # BEGIN SOLUTION
        self.dataset, self.batch_size, self.collate, self.seed = dataset, batch_size, collate, seed
        self.epoch = self.done = 0
        # END SOLUTION

    def __iter__(self) -> Iterator[Any]:
        # BEGIN SOLUTION
        stream = torch.Generator().manual_seed(self.seed + self.epoch)
        order = torch.randperm(len(self.dataset), generator=stream).tolist()
        for first in range(self.done * self.batch_size, len(order), self.batch_size):
            batch = self.collate([self.dataset[index] for index in order[first : first + self.batch_size]])
            self.done += 1
            if first + self.batch_size >= len(order):
                self.epoch, self.done = self.epoch + 1, 0
            yield batch
        # END SOLUTION

    def state_dict(self) -> dict[str, Any]:
        """Where the loader stands, counted in batches handed over: a few plain numbers that JSON can hold, however
        large the dataset is.

        After an epoch's last batch that is the beginning of the next. A state does not change while the loader goes on.
        """
        # BEGIN SOLUTION
        return {"epoch": self.epoch, "done": self.done}
        # END SOLUTION

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Puts this loader where another one with the same arguments stood, wherever it is now."""
        # BEGIN SOLUTION
        self.epoch, self.done = state["epoch"], state["done"]
        # END SOLUTION


# %% check="ResumableLoader"
check(ResumableLoader)

# %% [markdown]
# **See it.** A run that is killed in its second epoch, and goes on. Each dot is a text at the step at which it was
# read; the orange ones were read after the restart.

# %%
numbers = list(range(60))
whole = [batch for loader in [ResumableLoader(numbers, 8)] for _ in range(2) for batch in loader]
killed = ResumableLoader(numbers, 8)
before = list(killed) + list(islice(killed, 3))
saved = json.dumps(killed.state_dict())
again = ResumableLoader(numbers, 8)
again.load_state_dict(json.loads(saved))
after = list(again)
print(saved, "and the batches are the same:", before + after == whole)
pictures.resumed(before, after)

# %% [markdown]
# ## What you have built
#
# | yours | in PyTorch, transformers and elsewhere |
# |---|---|
# | `Lines` | `torch.utils.data.Dataset` |
# | `pad_sequences` | `torch.nn.utils.rnn.pad_sequence`, `keras.utils.pad_sequences` |
# | `collate_with_padding` | transformers' `DataCollatorForTokenClassification`, `DataCollatorWithPadding` |
# | `LengthBucketSampler` | `train_sampling_strategy="group_by_length"` in transformers |
# | `pack_sequences` | `DataCollatorWithFlattening` in transformers, `packing=True` in TRL |
# | `batches` | `DataLoader` with `num_workers=0` |
# | `shard_for_worker` | `datasets.distributed.split_dataset_by_node`, and what its `IterableDataset` does in workers |
# | `random_split_indices` | `torch.utils.data.random_split`, `train_test_split` of scikit-learn and datasets |
# | `ResumableLoader` | `StatefulDataLoader` in torchdata |
#
# **Read the real source.** `torch/utils/data/dataloader.py`: look for `_SingleProcessDataLoaderIter`, which is your
# `batches`, and for `_try_put_index` below it, which fetches ahead. `torch/utils/data/_utils/worker.py` seeds the
# workers. `torch/utils/data/_utils/collate.py` stacks.
#
# **At scale.** A language model of 8 billion numbers is trained on 15 trillion tokens, which are words or pieces of
# words, in rows of 8,192. A row padded by three quarters would mean four times the bill, so such models pack. The block
# mask as a square of booleans would take 67 MB for each row: instead one passes the places where texts begin
# (`cu_seqlens` of FlashAttention, or FlexAttention's block masks), and the kernel skips the empty blocks, so that the
# pairs are saved as well. The words are encoded once and lie on disk as `uint32`, 60 TB, read through `memmap` in large
# shards, shuffled by shards and within a buffer. Each of a thousand ranks reads its own shards ([lesson
# 23](../23_data_parallel/23_data_parallel.ipynb)), and every checkpoint holds the state of every loader.
#
# **Three questions to take home.**
#
# 1. Your bucketed batches have 32 texts each, some of 6 words and some of 128. What happens to the learning rate's
#    meaning, and what would you keep constant instead?
# 2. In a packed row, the loss is a mean over words. In a padded batch one may also take the mean over texts. Which
#    texts count more in which of the two?
# 3. Two of four workers finish their shards early. What does the loader do, and what does a rank of a distributed run
#    do whose loader ends one batch before the others?
