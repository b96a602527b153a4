# %% [markdown]
# # Words and boxes
#
# **12.40 stands on this receipt three times. Once it is the time, once it is what the soup cost, and once it is what we
# paid. How can a program tell which is which?**
#
# We want to photograph receipts, and have a program fill in the list of expenses: which shop, which day, what was
# bought, how much in all. A program for **OCR** (optical character recognition) finds the words and their boxes; we
# shall call it the scanner. Here are the words, in the order in which it found them.

# %%
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from transformers import LayoutLMConfig

from autograder import check, suspects
from helpers import layoutlm as pictures
from helpers import layoutlm_training as training
from helpers.layoutlm_training import pieces
from helpers.receipt_paper import LABELS
from helpers.receipts import Receipt, our_receipt, receipts
from helpers.widgets import choice, explore, slider

# %%
ours = our_receipt()
print(*ours.words)

# %%
pictures.drawn(ours)

# %% [markdown]
# *The picture: the same 29 words, each in its box, where it stood on the paper. 12.40 is at the right edge three times:
# beside the date, beside “Tomato Soup”, and beside “Total”.*
#
# From the line of words we could not tell. From the picture we can, and nobody had to teach us: this number stands
# beside “Total”, that one beside the soup. It is not only numbers. “Paris” is there twice, once in the name of the shop
# and once in its address, and “Lemon Cake” at the bottom is only an advertisement.
#
# So the place of a word is a part of what it means, and the models that we have met so far do not get to see it. In
# this lesson we build what another one, **LayoutLM**, does about that, train a small one on receipts that a script has
# printed, and measure how much the layout really matters. Then you take one word of a receipt, push it somewhere else,
# and watch its label change.
#
# At the end you will be able to
#
# - bring boxes of any page into the numbers that LayoutLM expects, and refuse those that would break it;
# - put words into the order in which they are read, and say where that goes wrong;
# - carry labels and boxes over from words to pieces, and back;
# - write LayoutLM's embeddings, equal to the library's;
# - measure what a model knows of each class, and whether it needs the boxes;
# - as extras: a batch with two faults in it, entities instead of words, and a page that exposes six wrong reading
#   orders.
#
# About 60 minutes for the core, 86 with the extras. You need pieces of words ([lesson
# 15](../15_tokenization/15_tokenization.ipynb)), BERT's embeddings ([lesson
# 16](../16_bert_internals/16_bert_internals.ipynb)), and to have seen a model trained ([lesson
# 10](../10_training/10_training.ipynb)).

# %% [markdown]
# ## 1 · The same place on every page · core
#
# A box is four numbers: where the word begins and ends from left to right, and from top to bottom. Scanners count in
# pixels, from the upper left corner of the page, so that y grows *downwards*.

# %%
soup = next(place for place, label in enumerate(ours.labels) if LABELS[label] == "PRICE")
print("page:", ours.width, "by", ours.height)
print(ours.words[soup], ours.boxes[soup])

# %% [markdown]
# The box of the soup's 12.40 begins 337 pixels from the left edge and 127 from the top. But another scanner sees twice
# as many pixels, and the next page is wider. Then the same place has other numbers, and a model would have to learn all
# of them. What we want to say is “far right, a third of the way down”. So we count in shares of the page, and since
# LayoutLM looks its numbers up in a table, which wants whole numbers, it counts in *thousandths*: 0 is the left or
# upper edge, 1,000 the right or lower one.
#
# By hand, for a page of 300 by 200 pixels and a word from 30 to 90 across, and from 40 to 60 down: the left edge is at
# 30 of 300, a tenth, so 100. The right edge is at 300, top and bottom are at 200 and 300. If something is left after
# the point, it is cut off. That is how it was done when LayoutLM was trained, so that is how we do it.
#
# And what if something is wrong with a box? It happens all the time: boxes of page 1 with the size of page 2, a box
# that was given as left, top, *width*, *height*.
#
# > **You may read that** a wrong box is noticed, because the model stops with an error. Let us see where it stops.

# %%
library = training.library_embeddings()
tries = {
    "a good box": [700, 90, 800, 120],
    "pixels of a small page": list(ours.boxes[soup]),
    "beyond the page": [1001, 90, 1020, 120],
    "far beyond the page": [1700, 90, 1800, 120],
    "left of the page": [-5, 90, 60, 120],
    "right before left": [800, 90, 700, 120],
}
for name, box in tries.items():
    try:
        library(torch.tensor([[7]]), torch.tensor([[box]]))
        print(f"{name:24} no error")
    except IndexError as error:
        print(f"{name:24} {error}")

# %% [markdown]
# > Its tables have 1,024 rows (`max_2d_position_embeddings` in the configuration), a few more than a page needs. It
# > stops at a box beyond row 1,023 or left of the page, and says so (its message promises 1,000, but 1,020 passes). It
# > stops at one that is turned round, too, because the width is −100, but there the message does not say why. And
# > pixels pass, as long as there are fewer than 1,024 of them. The model then believes that the whole receipt stands in
# > one corner of a page, and is simply worse. So it is up to us to look.
#
# ### Exercise: `normalize_box` ●○○ · 4 minutes · core
#
# One condition for all that can be wrong, and four divisions.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Python lets you write what is right in one go: `0 <= left <= right <= width`. Refuse whatever is *not* so.
#
# </details>
# <details><summary>Hint 2: "something that is not a number" is let through?</summary>
#
# NaN is neither smaller nor larger than anything: `left < 0` is False, and so is `left >= 0`. A test for what is wrong
# lets it pass, a test for what is right stops it.
#
# </details>
# <details><summary>Hint 3: <code>ZeroDivisionError</code>?</summary>
#
# Ask for `width > 0` and `height > 0` before you divide.
#
# </details>


# %% exercise="normalize_box"
def normalize_box(box: Sequence[float], width: float, height: float) -> list[int]:
    """A box in thousandths of its page, as LayoutLM wants it.

    Each number is `int(1000 * x / width)` or `int(1000 * y / height)`: cut off, not rounded. Where a
    fraction falls just short of a whole number because floats are rounded, either number is right.

    Args:
        box: left, top, right and bottom, counted from the upper left corner of the page; whole numbers or not. It may
            have no width or no height (left = right, top = bottom), and it may reach the page's edges.
        width, height: of the page, in the same unit; not infinite.

    Returns:
        A new list of four Python integers from 0 to 1000.

    Raises:
        ValueError: the page has no size; the box does not lie within the page; its right edge lies left of its left
            one, or its bottom above its top; or one of the six is not a number. The message shows all six numbers.

    >>> normalize_box((30, 40, 90, 60), 300, 200)
    [100, 200, 300, 300]
    """
    # BEGIN SOLUTION
    left, top, right, bottom = box
    fits = 0 <= left <= right <= width and 0 <= top <= bottom <= height
    if not (fits and width > 0 and height > 0):
        raise ValueError(f"the box {left}, {top}, {right}, {bottom} does not lie on a page of {width} by {height}")
    return [int(1000 * edge / size) for edge, size in zip(box, (width, height, width, height), strict=True)]
    # END SOLUTION


# %% check="normalize_box"
check(normalize_box)

# %% [markdown]
# **See it.** Three scans of our receipt, one of them with half the pixels, one stretched.

# %%
scans = {"as it was": ours, "half the pixels": ours.scaled(0.5, 0.5), "stretched": ours.scaled(1.3, 0.8)}
pictures.scans(scans, normalize_box)

# %% [markdown]
# *The picture: on the left three sets of boxes of different sizes, in pixels. On the right, in thousandths, they lie on
# top of each other. The page now goes from 0 to 1,000 both ways, and its lower fifth is empty.*
#
# Three scans have become one page. Its shape is lost on the way: a till receipt is now as wide as a letter.

# %% [markdown]
# ## 2 · In which order? · core
#
# Before we give the boxes to a model, let us be fair to the models that have none. They read one word after the other.
# So for them everything hangs on the *order*, and we got ours from a careless scanner, which had shuffled the words.
# (Real scanners are better than that. But they find blocks of text, and the order of the blocks differs from one to the
# next.) With the words in the order in which we would read them, “Total” would be followed by 12.40 at once. That would
# be layout too, squeezed into one dimension.
#
# So let us sort. From top to bottom, and within a line from left to right: `sorted` by top and then by left?

# %%
by_top = sorted(range(len(ours)), key=lambda place: (ours.boxes[place][1], ours.boxes[place][0]))
print(*(ours.words[place] for place in by_top))

# %% [markdown]
# Nearly. But this receipt lay a little crooked, as they do, and what stands further right is a little higher. So 12.40
# now comes before “Total”. If a word stands one pixel higher than its neighbour, it comes first, and left and right
# have no say. Rounding does not help either. Wherever we put the border, some line will lie across it.
#
# So we have to find out first which words form a line, and only then sort each line. Take the word whose middle is
# highest. It opens a line. Which other words belong to it? Those whose *middle* is not below its bottom edge. The
# middle is a good thing to ask for: a large number and a small word beside it have different tops and different
# bottoms, but they were set around the same height. Then we take the word with the highest middle among those left. It
# opens the next line, and so on.
#
# By hand, with three words: “Total” from 40 to 56, a large 12.40 from 30 to 70, “Cash” from 72 to 88. The middles are
# at 48, 50 and 80. 12.40 reaches higher, but its middle is lower, so it does not open the line. “Total” does, and the
# line reaches down to 56. The middle of 12.40 is at 50, so it belongs to it. That of “Cash” is at 80, so it opens the
# next one.
#
# ### Exercise: `reading_order` ●●○ · 6 minutes · core
#
# Go through the words from the highest middle to the lowest. Each either joins the line that is open, or opens a new
# one.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Keep `lines`, a list of lists of places. A word is compared with the first word of the last line, `lines[-1][0]`: that
# one has opened it.
#
# </details>
# <details><summary>Hint 2: "a crooked line", or "a tall word at the end of a line"?</summary>
#
# You compare with the line's last word, or with its lowest edge. On a crooked page each word is near the one before,
# and the line never ends.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# lines = []
# for place in sorted(range(len(boxes)), key=middle):
#     if lines and middle(place) <= ...:
#         lines[-1].append(place)
#     else:
#         lines.append(...)
# return [place for line in lines for place in sorted(line, key=...)]
# ```
#
# </details>


# %% exercise="reading_order"
def reading_order(boxes: Sequence[Sequence[float]]) -> list[int]:
    """The order in which words are read: line by line from the top, each line from left to right.

    The word with the highest middle opens a line. To this line belong all words whose middle, (top + bottom) / 2, is
    not below the bottom edge of that first word. Of the others, the one with the highest middle opens the next line,
    and so on. Within a line, left edges say the order. Words with the same box keep the order in which they came. Where
    only the middles are equal, or only the left edges, either order is right.

    Args:
        boxes: left, top, right and bottom of each word, y counting downwards, in any unit; there may be none.

    Returns:
        A list of the places 0 … n−1 in `boxes`, in the order of reading.

    >>> reading_order([[60, 12, 90, 28], [10, 40, 50, 56], [10, 10, 50, 26]])
    [2, 0, 1]
    """
    # BEGIN SOLUTION

    def middle(place: int) -> float:
        return (boxes[place][1] + boxes[place][3]) / 2

    lines: list[list[int]] = []
    for place in sorted(range(len(boxes)), key=middle):
        if lines and middle(place) <= boxes[lines[-1][0]][3]:
            lines[-1].append(place)
        else:
            lines.append([place])
    return [place for line in lines for place in sorted(line, key=lambda place: boxes[place][0])]
    # END SOLUTION


# %% check="reading_order"
check(reading_order)

# %% [markdown]
# **See it.** The path your eye takes, from the blue dot to the red square.

# %%
order = reading_order(ours.boxes)
print(*(ours.words[place] for place in order))
pictures.paths({"as the scanner found them": (ours, range(len(ours))), "by your reading_order": (ours, order)})

# %% [markdown]
# *The picture: on the left a tangle across the whole page. On the right one line that goes through each row of words
# from left to right, and down.*
#
# Now a program that only sees text has a chance. “Total 12.40” can be recognised. But look at what comes after the
# date: “12.40 Tomato Soup 12.40”. Which of the two belongs to the soup? On this receipt the price comes after the name.
# Other shops print it in front. And where a page has two columns, such as an invoice with the shop on the left and the
# customer on the right, our rule reads straight across both. There is no order that is right for every page, for a page
# is not a line.
#
# | | where a word stands |
# |---|---|
# | position in the text | one number, if somebody has put the words in order |
# | box | four numbers, and no order is needed |

# %% [markdown]
# ## 3 · Words, pieces, labels · core
#
# What do we want the model to say? For each word one of six **labels**: SHOP, DATE, ITEM, PRICE (of an item, counted
# out), TOTAL, or O for everything else. To give each word of a text a label is called **token classification**. Inside
# the model labels are numbers, and the configuration keeps both dictionaries, `id2label` and `label2id`.

# %%
config = training.config()
print(config.id2label)
pictures.drawn(ours, ours.labels, "what we want to hear")

# %% [markdown]
# *The picture: “Café Paris” is blue, 03.04.2026 purple, “Tomato Soup” light blue, its price orange with dots, the total
# red with stripes. All else is O and has no colour.*
#
# There is one complication, and it concerns every such model. We have labels and boxes for *words*, and the model reads
# *pieces* ([lesson 15](../15_tokenization/15_tokenization.ipynb)), or tokens, as the library calls them. To our
# tokenizer 12.40 is three pieces. It tells us for each piece to which word it belongs, and for those that it has added
# itself, [CLS] and [SEP], it says None:

# %%
found = pieces().encode(["Tomato", "Soup", "12.40"], is_pretokenized=True)
print(found.tokens)
print(found.word_ids)

# %% [markdown]
# So one label, PRICE, meets three pieces. We could give it to all three, but then a long word would weigh more in the
# loss than a short one, and a word could be half right. The usual way is to ask only the **first piece** of a word. The
# others, and the special pieces, get the label −100, which `F.cross_entropy` leaves out by default, its `ignore_index`
# ([lesson 08](../08_layers/08_layers.ipynb)).
#
# **Predict first.** “Tomato Soup 12.40” has the labels 3, 3 and 4. What are the labels of its seven pieces?
#
# <details><summary>The answer</summary>
#
# −100, 3, 3, 4, −100, −100, −100: [CLS] has none, “Tomato” and “Soup” are single pieces, of 12.40 only “12” is asked,
# and [SEP] has none. That the first two labels are equal does not make one word of them.
#
# </details>
#
# ### Exercise: `align_labels` ●○○ · 4 minutes · core
#
# <details><summary>Hint 1: a nudge</summary>
#
# Go through `word_ids` and remember the one before. When is a piece the first of its word?
#
# </details>
# <details><summary>Hint 2: the first word's label is missing?</summary>
#
# Word 0 is a word: `if word` is False for it. Ask `word is None`.
#
# </details>


# %% exercise="align_labels"
def align_labels(labels: Sequence[int], word_ids: Sequence[int | None]) -> list[int]:
    """The labels of a page's words, as labels of its pieces: the first piece of a word has the label of the word, and
    all other pieces have −100.

    Args:
        labels: for each word a label, 0 or more.
        word_ids: for each piece the number of its word, counted from 0 and rising; None for special pieces and padding.
            A word may have no piece at all.

    Returns:
        A new list of as many integers as there are pieces.

    >>> align_labels([3, 4], [None, 0, 0, 1, 1, 1, None])
    [-100, 3, -100, 4, -100, -100, -100]
    """
    # BEGIN SOLUTION
    aligned, before = [], None
    for word in word_ids:
        aligned.append(-100 if word is None or word == before else labels[word])
        before = word
    return aligned
    # END SOLUTION


# %% check="align_labels"
check(align_labels)

# %% [markdown]
# The boxes go the same way, with one difference: every piece needs one. Nobody has measured where on the paper the “40”
# of 12.40 begins, so each piece gets the box of the *whole word*. And the special pieces? [CLS] stands in front of
# everything, [SEP] after everything, so LayoutLM was trained with [CLS] in the upper left corner, at 0, 0, 0, 0, and
# [SEP] in the lower right one, at 1000, 1000, 1000, 1000. Padding, which comes after [SEP] in a batch, is at 0, 0, 0, 0
# again. It will be hidden anyway.
#
# ### Exercise: `boxes_for_tokens` ●○○ · 4 minutes · core
#
# <details><summary>Hint 1: a nudge</summary>
#
# All special pieces are None in `word_ids`. What tells [SEP] from padding is how many came before it.
#
# </details>
# <details><summary>Hint 2: "one box is changed afterwards"?</summary>
#
# The same list stands in several places, so that if you write into one, you write into all. `list(box)` makes a new
# one.
#
# </details>


# %% exercise="boxes_for_tokens"
def boxes_for_tokens(boxes: Sequence[Sequence[int]], word_ids: Sequence[int | None]) -> list[list[int]]:
    """The boxes of a page's words, as boxes of its pieces: each piece has the whole box of its word.

    The first special piece, [CLS], has 0, 0, 0, 0; the second, [SEP], has 1000, 1000, 1000, 1000; all further ones are
    padding and have 0, 0, 0, 0.

    Args:
        boxes: for each word four integers from 0 to 1000.
        word_ids: for each piece the number of its word, counted from 0; None for special pieces and padding. A word may
            have no piece at all.

    Returns:
        A list of as many boxes as there are pieces; each is a new list of four integers, which no other piece shares.

    >>> boxes_for_tokens([[700, 90, 800, 120]], [None, 0, 0, None])
    [[0, 0, 0, 0], [700, 90, 800, 120], [700, 90, 800, 120], [1000, 1000, 1000, 1000]]
    """
    # BEGIN SOLUTION
    found, special = [], 0
    for word in word_ids:
        if word is None:
            found.append([1000 if special == 1 else 0] * 4)
            special += 1
        else:
            found.append(list(boxes[word]))
    return found
    # END SOLUTION


# %% check="boxes_for_tokens"
check(boxes_for_tokens)

# %% [markdown]
# With these we can turn a receipt into what a model reads. And here is a batch of 32 of them, padded to 512 pieces,
# which is the longest input of the original LayoutLM. (`batch_of` pads. In section 8 you write it.)


# %%
def encoded(page: Receipt) -> dict[str, list[Any]]:
    """Three lists, one entry for each piece."""
    found = pieces().encode(list(page.words), is_pretokenized=True)
    boxes = [normalize_box(box, page.width, page.height) for box in page.boxes]
    return {
        "input_ids": found.ids,
        "bbox": boxes_for_tokens(boxes, found.word_ids),
        "labels": align_labels(page.labels, found.word_ids),
    }


batch = training.batch_of([encoded(page) for page in receipts(32, seed=2)], longest=512)
for name, values in batch.items():
    print(f"{name:15} {tuple(values.shape)!s:14} from {values.min():5} to {values.max():4}")

# %% [markdown]
# | key | shape | what it says |
# |---|---|---|
# | `input_ids` | (page, piece) | which piece |
# | `bbox` | (page, piece, 4) | where: left, top, right, bottom, from 0 to 1,000 |
# | `attention_mask` | (page, piece) | 1 keeps a piece, 0 hides it: padding |
# | `token_type_ids` | (page, piece) | the segment, as in BERT; a page is one, so all are 0 |
# | `labels` | (page, piece) | what should be said; −100 does not count |

# %% [markdown]
# ## 4 · A place becomes a vector · core
#
# How do four numbers get into a model? Think back to [lesson 16](../16_bert_internals/16_bert_internals.ipynb). BERT
# looks up a row for the word, a row for its position in the text and a row for its segment, and adds the three.
# LayoutLM goes on in the same way: it looks up further rows, and adds them, too.
#
# The left edge is a number from 0 to 1,000. There is a table with a row for each, and row 700 is what the model has
# learned about standing at 700. The right edge is a place on the same axis, so it is looked up in the *same* table. Top
# and bottom have the other one. And because a sum of edges does not show how large a thing is, there are two more
# tables, for the width, right − left, and for the height, bottom − top.
#
# Let us do it for one piece with tables of four numbers that we can read: what comes from across stands in the first
# two, what comes from down in the last two.

# %%
across = torch.arange(1024.0)[:, None] * torch.tensor([0.01, 0.0, 0.0, 0.0])  # row 700 is 7, 0, 0, 0
down = torch.arange(1024.0)[:, None] * torch.tensor([0.0, 0.0, 0.01, 0.0])
wide = torch.arange(1024.0)[:, None] * torch.tensor([0.0, 0.01, 0.0, 0.0])
high = torch.arange(1024.0)[:, None] * torch.tensor([0.0, 0.0, 0.0, 0.01])

left, top, right, bottom = 700, 90, 800, 120
print("edges:", across[left] + across[right] + down[top] + down[bottom])
print("size: ", wide[right - left] + high[bottom - top])

# %% [markdown]
# 15 is 7 for the left edge and 8 for the right one, 2.1 is 0.9 and 1.2, and the size is 1 by 0.3. All six rows end up
# in one sum, together with the word's own, its position's and its segment's: nine rows, from seven tables. Adding
# so many different things looks wrong at first. But the vectors have hundreds of numbers, and where the tables are
# learned they keep out of each other's way, as ours did by hand.
#
# It is like an address label on a parcel, from which you know at once what is in it and where it belongs. The picture
# breaks in one place. From a label one can read off the street again, and from a sum of edges one cannot. Left 700 and
# right 800 give the same sum as left 800 and right 700, and in our toy tables even the same as twice 750. Only the
# width tells them apart.
#
# Then come a LayerNorm and dropout, as in BERT. Attention, layers and all the rest are BERT's, unchanged.
#
# **Predict first.** A word is moved down by a hundred and keeps its size. How many of the nine rows change?
#
# <details><summary>The answer</summary>
#
# Two: the rows of its top and its bottom edge. The height is the same, and so is all that is across. The position in
# the text does not know about it.
#
# </details>
#
# ### Exercise: `LayoutEmbeddings` ●●○ · 8 minutes · core
#
# The names have to be LayoutLM's, since the check gives the tables weights by name, and so will the next cell.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `bbox[..., 0]` is the left edge of all pieces at once. `left, top, right, bottom = bbox.unbind(-1)` takes all four.
#
# </details>
# <details><summary>Hint 2: "gradients, with padding"?</summary>
#
# The table of words is told which row is the padding's, `padding_idx=config.pad_token_id`, so that it learns nothing.
# The tables of places have no such row. 0 is a place like any other.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# positions = torch.arange(input_ids.shape[1], device=input_ids.device)
# total = self.word_embeddings(...) + self.position_embeddings(...) + self.token_type_embeddings(...)
# total = total + self.x_position_embeddings(left) + self.x_position_embeddings(right)
# total = total + ...  # y twice, w of a difference, h of another one
# return self.dropout(self.LayerNorm(total))
# ```
#
# </details>


# %% exercise="LayoutEmbeddings"
class LayoutEmbeddings(nn.Module):
    """A vector for each piece of a page, from what it is and where it stands: nine rows of seven tables, added,
    normalised, with dropout.

    Not to be used: LayoutLM's own classes from `transformers`.

    Args:
        config: vocab_size, max_position_embeddings, max_2d_position_embeddings, type_vocab_size, hidden_size,
            pad_token_id (the row of the words that gets no gradient), layer_norm_eps, hidden_dropout_prob.

    Seven `nn.Embedding`: `word_embeddings`, `position_embeddings`, `token_type_embeddings`, and of
    max_2d_position_embeddings rows each `x_position_embeddings` (for the left and the right edge),
    `y_position_embeddings` (top and bottom), `w_position_embeddings` (right − left) and `h_position_embeddings` (bottom
    − top); an `nn.LayerNorm`: `LayerNorm`. Nothing else is saved in the `state_dict`.

    >>> embeddings = LayoutEmbeddings(LayoutLMConfig(vocab_size=50, hidden_size=12))
    >>> embeddings(torch.tensor([[7, 3]]), torch.tensor([[[700, 90, 800, 120], [10, 90, 60, 120]]])).shape
    torch.Size([1, 2, 12])
    """

    def __init__(self, config: LayoutLMConfig) -> None:
        # BEGIN SOLUTION
        super().__init__()
        width, places = config.hidden_size, config.max_2d_position_embeddings
        self.word_embeddings = nn.Embedding(config.vocab_size, width, padding_idx=config.pad_token_id)
        self.position_embeddings = nn.Embedding(config.max_position_embeddings, width)
        self.token_type_embeddings = nn.Embedding(config.type_vocab_size, width)
        self.x_position_embeddings = nn.Embedding(places, width)
        self.y_position_embeddings = nn.Embedding(places, width)
        self.w_position_embeddings = nn.Embedding(places, width)
        self.h_position_embeddings = nn.Embedding(places, width)
        self.LayerNorm = nn.LayerNorm(width, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)
        # END SOLUTION

    def forward(self, input_ids: Tensor, bbox: Tensor, token_type_ids: Tensor | None = None) -> Tensor:
        """Embeds.

        Args:
            input_ids: int64, shape (batch, token); at most max_position_embeddings tokens.
            bbox: int64, shape (batch, token, 4): left, top, right, bottom.
            token_type_ids: int64, shape (batch, token), the segment of each token. None means segment 0 throughout.

        Returns:
            Shape (batch, token, hidden_size).
        """
        # BEGIN SOLUTION
        if token_type_ids is None:
            token_type_ids = torch.zeros_like(input_ids)
        left, top, right, bottom = bbox.unbind(-1)
        positions = torch.arange(input_ids.shape[1], device=input_ids.device)
        total = self.word_embeddings(input_ids) + self.token_type_embeddings(token_type_ids)
        total = total + self.position_embeddings(positions)
        total = total + self.x_position_embeddings(left) + self.x_position_embeddings(right)
        total = total + self.y_position_embeddings(top) + self.y_position_embeddings(bottom)
        total = total + self.w_position_embeddings(right - left) + self.h_position_embeddings(bottom - top)
        return self.dropout(self.LayerNorm(total))
        # END SOLUTION


# %% check="LayoutEmbeddings"
check(LayoutEmbeddings)

# %% [markdown]
# **See it.** The batch of a moment ago, 32 pages of 512 pieces, through LayoutLM's own embeddings and through yours,
# with its weights.

# %%
theirs = training.library_embeddings(max_position_embeddings=512)
mine = LayoutEmbeddings(training.config(max_position_embeddings=512)).eval()
mine.load_state_dict(theirs.state_dict())
with torch.no_grad():
    result = mine(batch["input_ids"], batch["bbox"], batch["token_type_ids"])
    wanted = theirs(batch["input_ids"], batch["bbox"], batch["token_type_ids"])
print(tuple(result.shape), "largest difference:", f"{(result - wanted).abs().max():.0e}")

# %% [markdown]
# The same, for 16,384 pieces. There is one way to lose all of it without an error. The class is chosen by the
# `model_type` in a model's configuration, as [lesson 16](../16_bert_internals/16_bert_internals.ipynb) shows, and there
# are copies of LayoutLM whose file says “bert”. What does a BERT do with a box?

# %%
for kind in ("layoutlm", "bert"):
    change, name = training.change_by_boxes(kind)
    print(f"model_type {kind:9} → {name:14} other boxes change its result: {change > 0}")

# %% [markdown]
# It takes `bbox`, and ignores it.

# %% [markdown]
# ## 5 · How good is it? · core
#
# Soon we shall have a model, so we need to know how to judge it. The obvious way is to count how many words got the
# right label. Let us count for a model that has learned nothing at all and says O to everything.

# %%
asked = torch.tensor([label for page in receipts(32, seed=2) for label in page.labels])
print(f"{len(asked)} words, of which {(asked == 0).float().mean():.0%} are O")
print({name: int((asked == place).sum()) for place, name in enumerate(LABELS)})

# %% [markdown]
# More than half of its answers are right, and they are worth nothing. What we would like to hear, for TOTAL say, is two
# numbers. Of the words that it calls a total, how many are one? And of those that are one, how many has it found? These
# are the **precision** and the **recall** of a class. If you call everything a total, you have perfect recall and
# hardly any precision. If you name only the surest one, you have perfect precision and hardly any recall. Their
# harmonic mean is small as soon as one of the two is, and is called **F1**. It can be written without the two:
#
# $$F_1 = \frac{2 \cdot \text{hits}}{2 \cdot \text{hits} + \text{false alarms} + \text{misses}}$$
#
# Four words have the labels TOTAL, O, PRICE and O. The model says TOTAL, TOTAL, O and O. For TOTAL that is one hit, one
# false alarm and no miss: 2 / (2 + 1) = 0.67. For PRICE there is one miss and nothing else, so 0. The last word was O
# and was called O, which counts nowhere, as it should be.
#
# For one number over all classes, one adds up all hits, all false alarms and all misses first, and then divides. This
# is **micro** F1: 2 / (2 + 1 + 1) = 0.5 here. A mean of the classes' F1, called macro, would give a class that hardly
# occurs the same weight as the others.
#
# ### Exercise: `token_f1` ●●○ · 5 minutes · core
#
# O is class 0, and is left out of the score, though not out of the counting.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Throw away first what does not count, `counted = labels != -100`. False alarms and misses of a class need not be told
# apart: 2 · hits + false alarms + misses is how often the class was predicted, plus how often it occurs.
#
# </details>
# <details><summary>Hint 2: "most of it is class 0"?</summary>
#
# A place where O was said and O is right is not a hit. But one where PRICE was said and O is right is a false alarm, so
# that places with label 0 must not be thrown away.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# predicted, labels = predicted[counted], labels[counted]
# hits = [int(((predicted == c) & (labels == c)).sum()) for c in range(1, classes)]
# both = [int((predicted == c).sum() + ...) for c in range(1, classes)]
# each = [2 * h / b if b else 0.0 for h, b in zip(hits, both)]
# return each, ...
# ```
#
# </details>


# %% exercise="token_f1"
def token_f1(predicted: Tensor, labels: Tensor, classes: int) -> tuple[list[float], float]:
    """How well labels were predicted: F1 for each class but 0, and one number for all of them.

    F1 is 2 · hits / (2 · hits + false alarms + misses): of a class, how often it was rightly predicted, predicted where
    it was not, and not predicted where it was. For all classes together, hits, false alarms and misses of the classes
    from 1 on are added up first (micro).

    Args:
        predicted: int64, of any shape; from 0 to classes − 1.
        labels: int64, same shape; −100 where it does not count what was predicted.
        classes: how many there are, class 0 included; 2 or more.

    Returns:
        A list of F1 for the classes 1 … classes − 1, and F1 for all together; Python floats. Where there
        was neither a hit nor a false alarm nor a miss, F1 is 0.0.

    >>> token_f1(torch.tensor([1, 1, 0, 2]), torch.tensor([1, 0, 2, -100]), 3)
    ([0.6666666666666666, 0.0], 0.5)
    """
    # BEGIN SOLUTION
    counted = labels != -100
    predicted, labels = predicted[counted], labels[counted]
    each, hits, both = [], 0, 0
    for number in range(1, classes):
        said, true = predicted == number, labels == number
        hit, either = int((said & true).sum()), int(said.sum() + true.sum())
        each.append(2 * hit / either if either else 0.0)
        hits, both = hits + hit, both + either
    return each, 2 * hits / both if both else 0.0
    # END SOLUTION


# %% check="token_f1"
check(token_f1)

# %% [markdown]
# ## 6 · Does layout matter? · core
#
# Now everything is there. Where do we get receipts? Real ones show what real people have bought, so we let a script
# print them. Each has a layout of its own: prices on the right or on the left, the total beside its name or below it,
# in larger letters or not, above the items or below them, the shop at the head or at the foot. Each was scanned a
# little crooked, and now and then a letter was misread. Shops, dishes and streets are made of the same words, on
# purpose, and a line at the bottom praises some cake.

# %%
some = list(receipts(3, seed=5))
pictures.side_by_side({f"receipt {number}": (page, page.labels) for number, page in enumerate(some, start=1)})

# %% [markdown]
# *The picture: three receipts, in the colours of their labels. On all three the total stands above the items, on the
# second below its name, and larger. There, 2.40 is the total, the price of a salad and the subtotal. On the third, the
# shop comes last, and its “Kitchen Sunday” is not a dish.*
#
# We train a small LayoutLM three times, each time from the same random weights, with your embeddings in it. It has two
# layers and vectors of 64 numbers, and learns from 600 batches of 16 receipts. (Instead of Microsoft's eleven million
# pages, which taught the tables of places that 700 lies beside 701, ours begin with slow waves, as in [lesson
# 12](../12_transformer/12_transformer.ipynb), in which near places look alike.)
#
# - The **first** model sees no boxes (all of them are 0), and the words are in the scanner's order.
# - The **second** sees no boxes either, but gets the words in your `reading_order`.
# - The **third** gets the boxes, and the words in the scanner's order. That order is chance, so its positions in the
#   text tell it nothing.
#
# **Predict first.** Which of the three will be the best, and which the worst? And which label will the second one find
# hardest?


# %%
learned, unseen = list(receipts(9600, seed=0)), list(receipts(400, seed=1))
trials = {  # are the words put in order, and are there boxes?
    "text, shuffled": (False, False),
    "text, in your order": (True, False),
    "boxes, shuffled": (False, True),
}
models = {name: training.new_model() for name in trials}


def prepared(pages: list[Receipt], order: bool) -> list[dict[str, list[Any]]]:
    return [encoded(page.ordered(reading_order(page.boxes)) if order else page) for page in pages]


def scored(model: nn.Module, pages: list[dict[str, list[Any]]], boxes: bool) -> dict[str, float]:
    """F1 of each label and of all together, by your `token_f1`."""
    said = [label for row in training.predictions(model, pages, boxes) for label in row]
    wanted = [label for page in pages for label in page["labels"]]
    each, micro = token_f1(torch.tensor(said), torch.tensor(wanted), len(LABELS))
    return dict(zip([*LABELS[1:], "all"], [*each, micro], strict=True))


torch.set_num_threads(1)  # so small a model has nothing for a second core to do
scores = {}
for name, (order, boxes) in trials.items():
    model = training.put_in(models[name], LayoutEmbeddings)  # yours instead of the library's, with the same weights
    losses = training.train(model, prepared(learned, order), steps=600, boxes=boxes)
    scores[name] = scored(model, prepared(unseen, order), boxes)
    print(f"{name:20} loss {losses[0]:.2f} → {sum(losses[-20:]) / 20:.3f}, F1 {scores[name]['all']:.3f}")
pictures.score_bars(scores)

# %% [markdown]
# <details><summary>The answer</summary>
#
# The picture: for all labels together, 0.65 for the text as the scanner gave it, 0.91 in your order, 0.99 with boxes.
# Without an order, hardly any total is found. In your order TOTAL is still the lowest, with 0.56, and PRICE comes next,
# with 0.80. With boxes TOTAL reaches 0.95, and all others more. (Your numbers may differ a
# little.)
#
# So the text alone, as a bag of words, tells something: a month is part of a date, “Coffee” is often bought. With the
# words in order, the model without boxes becomes a good reader of names, and it is still bad at the total. “Total
# 12.40” is easy, but often the number stands below its name, or in front of it, or has no name at all and is only
# printed larger, and a text has no sizes. The third model has no order at all, and is better at everything.
#
# </details>
#
# So does layout matter? We have measured it twice. Putting the words in order is layout already, and brings a good part
# of the way. The boxes bring the rest. Do we then need the order as well? Here the third model reads the same pages,
# sorted:

# %%
reader = models["boxes, shuffled"]
shuffled = [encoded(page) for page in unseen]
ordered = [encoded(page.ordered(reading_order(page.boxes))) for page in unseen]
print(f"with boxes, shuffled words  F1 {scored(reader, shuffled, boxes=True)['all']:.3f}")
print(f"with boxes, ordered words   F1 {scored(reader, ordered, boxes=True)['all']:.3f}")
print(f"without its boxes           F1 {scored(reader, shuffled, boxes=False)['all']:.3f}")

# %% [markdown]
# The order makes no difference to it. And the last line shows how much it leans on the boxes: without them, it is worse
# than the model that never had any, since a page with all its boxes at 0 is one that it never saw in training. (One
# thing is to be said against our receipts. One script printed them all, those of the test as well. On a real one, from
# a shop with habits that our script does not know, all three models would be worse.)

# %% [markdown]
# ## 7 · Move a word · core
#
# The model labels pieces, and we want to see words. The first piece of a word has been asked in training, so the first
# piece speaks for its word. What the later ones say has never been corrected.
#
# ### Exercise: `labels_of_words` ●○○ · 3 minutes · core
#
# A long page is cut off at the longest input, so that some words may have no piece. They are O.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Which piece of a word comes first in `word_ids`? And what must happen at the second one?
#
# </details>
# <details><summary>Hint 2: a word of three pieces has the label of its last one?</summary>
#
# Each piece writes over what the one before it wrote. Begin with `[0] * words` and go through the pieces *from behind*:
# then the first piece writes last.
#
# </details>


# %% exercise="labels_of_words"
def labels_of_words(predicted: Sequence[int], word_ids: Sequence[int | None], words: int) -> list[int]:
    """What a model says of the pieces of a page, as labels of its words: the first piece of a word speaks for it.

    Args:
        predicted: for each piece a label.
        word_ids: for each piece the number of its word, counted from 0 and rising; None for special pieces and padding.
        words: how many words the page has.

    Returns:
        A new list of `words` integers, 0 for a word that has no piece.

    >>> labels_of_words([9, 3, 5, 4, 9], [None, 0, 0, 1, None], 2)
    [3, 4]
    """
    # BEGIN SOLUTION
    found = [0] * words
    for place in reversed(range(len(word_ids))):
        word = word_ids[place]
        if word is not None:
            found[word] = predicted[place]
    return found
    # END SOLUTION


# %% check="labels_of_words"
check(labels_of_words)

# %% [markdown]
# **See it.** Our own receipt at last, which the third model, `reader`, has never seen. And beside it the same receipt,
# after the total and the change have exchanged their boxes: 12.40 stands beside “Change” now, and 7.60 beside “Total”.
# Not a letter of the text has changed, nor the order of the words. (Why not the 12.40 of the soup and that of the
# total? To a model that ignores the order, it is the same page when two equal words have changed places.)


# %%
def read(page: Receipt) -> list[int]:
    """The label of each word, by the model with boxes and everything that you have written."""
    said = training.predictions(reader, [encoded(page)])[0]
    return labels_of_words(said, pieces().encode(list(page.words), is_pretokenized=True).word_ids, len(page))


total = next(place for place, label in enumerate(ours.labels) if LABELS[label] == "TOTAL")
change = ours.words.index("7.60")
swapped = ours.moved(change, ours.boxes[total]).moved(total, ours.boxes[change])
for name, page in {"as it was": ours, "exchanged": swapped}.items():
    said = read(page)
    print(f"{name:10} 12.40 of the total: {LABELS[said[total]]:6} 7.60 of the change: {LABELS[said[change]]}")
pictures.side_by_side({"as it was": (ours, read(ours)), "exchanged": (swapped, read(swapped))}, marked=[change])

# %% [markdown]
# *The picture: on the left all 29 words have the right colour. 7.60, in its green frame, is O, and the 12.40 beside
# “Total” is the total. On the right 7.60 stands beside “Total”, and is the total now, and 12.40 beside “Change” is O.
# Nothing else has changed its colour.*
#
# One receipt is an anecdote. So let us move a single box on all 400 receipts of the test, that of a price, and lay it
# upon the total. We count the receipts on which the two are different numbers and the model had both right before.


# %%
def read_all(pages: list[Receipt]) -> list[list[int]]:
    """The same for many pages at once."""
    said = training.predictions(reader, [encoded(page) for page in pages])
    ids = [pieces().encode(list(page.words), is_pretokenized=True).word_ids for page in pages]
    return [labels_of_words(row, numbers, len(page)) for row, numbers, page in zip(said, ids, pages, strict=True)]


PRICE, TOTAL = LABELS.index("PRICE"), LABELS.index("TOTAL")
places = [(page.labels.index(PRICE), page.labels.index(TOTAL)) for page in unseen]
moved = [page.moved(price, page.boxes[total]) for page, (price, total) in zip(unseen, places, strict=True)]
became = []
for page, (price_at, total_at), before, after in zip(unseen, places, read_all(unseen), read_all(moved), strict=True):
    differ = page.words[price_at] != page.words[total_at]
    if differ and before[price_at] == PRICE and before[total_at] == TOTAL:
        became.append(LABELS[after[price_at]])
print(len(became), "prices became", {name: became.count(name) for name in LABELS if name in became})

# %% [markdown]
# Not one of them is a price any more, and most have become the total. The rest are O. The counts do not say why: the
# number may be too small for a total, or two numbers on one spot may be a sight that the model has never seen.
#
# **Explore.** Choose a word, and push it about. Where does the soup's price become a total, and where nothing at all?
# Can you bring the “Paris” of the address into the name of the shop? How far must the total fall until it is O?


# %%
def pushed(word: int, across: int, down: int) -> Any:
    page = ours.moved(word, pictures.pushed(ours, word, across, down))
    was, now = LABELS[read(ours)[word]], LABELS[read(page)[word]]
    return pictures.side_by_side({f"“{page.words[word]}” was {was}, and is {now}": (page, read(page))}, marked=[word])


explore(
    pushed,
    "What does a word become where you put it?",
    word=choice(pictures.names_of(ours), soup, label="word"),
    across=slider(-480, 480, 0, label="pixels to the right"),
    down=slider(-360, 360, 0, label="pixels down"),
)

# %% [markdown]
# <details><summary>What to see</summary>
#
# Straight down, the soup's 12.40 is O for a while, and then, at the height of “Total”, it is the total. Further down,
# beside “Cash”, it is O again. The “Paris” of the address becomes a part of the shop's name when it is pushed up by
# about 40 pixels, and so does “Tomato” when it gets to the head of the page. Pushed down among the dishes, “Paris” is
# an ITEM. The total is still the total when it has come down to “Cash”. After about 40 pixels, near “Change”, it is O.
#
# </details>
#
# So how can a program tell which 12.40 is which? By what we used ourselves at the first glance. It is told where each
# word stands, in six rows of four tables, and it has learned that a number beside “Total” is a total. It needs the
# words to find “Total”, and the boxes to know what stands beside it. Your `normalize_box` has brought the page into
# its numbers, your `LayoutEmbeddings` have added them to the words, and `labels_of_words` has brought the answer back.
#
# The core of the lesson ends here.

# %% [markdown]
# ## 8 · A batch with two faults · extra
#
# Pages of different lengths have to be padded before they fit into one batch. `batch_of` did that rightly. Here is a
# version that one finds in the wild; it has two faults. One test needs no right answers: a page should get the same
# loss, whatever page lies beside it. So we give a short receipt to our reader, alone and then beside a long one.


# %%
def faulty_collate(pages: Sequence[dict[str, list[Any]]], padding: int = 0) -> dict[str, Tensor]:
    longest = max(len(page["input_ids"]) for page in pages)

    def padded(key: str, filling: Any) -> Tensor:
        return torch.tensor([page[key] + [filling] * (longest - len(page[key])) for page in pages])

    ids = padded("input_ids", padding)
    return {
        "input_ids": ids,
        "bbox": padded("bbox", [0, 0, 0, 0]),
        "attention_mask": torch.ones_like(ids),
        "token_type_ids": torch.zeros_like(ids),
        "labels": padded("labels", 0),
    }


short, long = min(unseen, key=len), max(unseen, key=len)
for name, pages in {"alone": [short], "beside a long page": [short, long]}.items():
    batch = faulty_collate([encoded(page.ordered(reading_order(page.boxes))) for page in pages])
    print(f"{name:20} loss {training.loss_of_first(reader, batch):.6f}")

# %% [markdown]
# Mend one fault, and the two numbers come closer. They are still not the same, since the second fault was hidden behind
# the first.
#
# ### Exercise: `collate_pages` ●●○ · 7 minutes · extra
#
# **Find and mend the bugs.** Two keys are wrong. Which, and how would you show it?
#
# <details><summary>Hint 1: the first fault</summary>
#
# What does the loss make of a label 0? It is O, and dozens of places of padding tell the model that O is right. Which
# label does not count?
#
# </details>
# <details><summary>Hint 2: the second fault</summary>
#
# What does a word see when it looks around? `attention_mask` says it: 1 for what the page holds itself, and 0 for what
# it was filled up with.
#
# </details>
# <details><summary>Hint 3: "a piece that looks like padding"?</summary>
#
# Do not ask the pieces, the boxes or the labels what is padding: a real piece may have number 0, [CLS] lies at 0, 0, 0,
# 0, and [SEP] has the label −100. Ask how long each page is.
#
# </details>


# %% exercise="collate_pages"
def collate_pages(pages: Sequence[dict[str, list[Any]]], padding: int = 0) -> dict[str, Tensor]:
    """Several pages as one batch, each padded on the right to the longest of them.

    Args:
        pages: for each page three lists of one length: `input_ids`; `bbox`, four integers for each piece; `labels`. At
            least one page.
        padding: the piece that pages are filled up with.

    Returns:
        Five int64 tensors, new ones: `input_ids`, `attention_mask` (1 for a page's own pieces, 0 for padding),
        `token_type_ids` (all 0) and `labels` (−100 for padding) of shape (pages, longest); `bbox` (0, 0, 0, 0 for
        padding) of shape (pages, longest, 4).

    >>> short = {"input_ids": [7], "bbox": [[1, 2, 3, 4]], "labels": [5]}
    >>> long = {"input_ids": [8, 9], "bbox": [[5, 6, 7, 8], [0, 0, 9, 9]], "labels": [2, -100]}
    >>> collate_pages([short, long])["labels"]
    tensor([[   5, -100],
            [   2, -100]])
    """
    # BEGIN SOLUTION
    lengths = [len(page["input_ids"]) for page in pages]
    longest = max(lengths)

    def padded(key: str, filling: Any) -> Tensor:
        return torch.tensor([page[key] + [filling] * (longest - len(page[key])) for page in pages])

    ids = padded("input_ids", padding)
    return {
        "input_ids": ids,
        "bbox": padded("bbox", [0, 0, 0, 0]),
        "attention_mask": torch.tensor([[1] * length + [0] * (longest - length) for length in lengths]),
        "token_type_ids": torch.zeros_like(ids),
        "labels": padded("labels", -100),
    }
    # END SOLUTION


# %% check="collate_pages"
check(collate_pages)

# %% [markdown]
# **See it.** The same test with your function.

# %%
for name, pages in {"alone": [short], "beside a long page": [short, long]}.items():
    batch = collate_pages([encoded(page.ordered(reading_order(page.boxes))) for page in pages])
    print(f"{name:20} loss {training.loss_of_first(reader, batch):.6f}")

# %% [markdown]
# The two agree. Neither fault raised an error. With labels of 0 the loss even falls faster, because padding is so easy
# to predict.

# %% [markdown]
# ## 9 · Entities · extra
#
# In a list of expenses we do not want words but things: the *shop*, which may be three words, and each *item*.
# Such a run of words is called an **entity**. Our labels do not quite tell where one ends. If “Lemon Cake” and “Green
# Tea” stand below each other with nothing between them, then four words in a row are ITEM. That is why public data
# sets, such as FUNSD with its scanned forms, write the labels as **BIO tags**: B-ITEM begins an entity, I-ITEM (inside)
# goes on with it, and O belongs to none. A B always begins a new entity, even right after one of the same kind.
#
# A model may also say an I-ITEM that follows on nothing, because nobody has told it that this makes no sense. Then we
# read it as a beginning. (So do most tools that count entities, unless they are asked to be strict.)
#
# **Predict first.** Which entities are in `B-ITEM I-ITEM B-ITEM O I-PRICE I-TOTAL`? Say of each its kind, the place
# where it begins, and the place after its end.
#
# <details><summary>The answer</summary>
#
# Four: an ITEM from 0 to 2, an ITEM from 2 to 3, a PRICE from 4 to 5, although it has no B, and a TOTAL from 5 to 6,
# since an I goes on only with its own kind.
#
# </details>
#
# ### Exercise: `entities` ●●○ · 6 minutes · extra
#
# <details><summary>Hint 1: a nudge</summary>
#
# Remember the kind and the beginning of the entity that is open, or None. At each tag ask two things: does it end here,
# and does one begin?
#
# </details>
# <details><summary>Hint 2: the last entity is missing?</summary>
#
# Nothing comes after it that would close it. Let the loop run over `[*tags, "O"]`.
#
# </details>


# %% exercise="entities"
def entities(tags: Sequence[str]) -> list[tuple[str, int, int]]:
    """The entities in a row of tags: for each its kind, the place where it begins, and the place after its end.

    B-KIND begins an entity, also right after one of its kind; I-KIND goes on with one of that kind, O belongs to none.
    An I-KIND that follows on nothing of its kind begins an entity, too.

    Args:
        tags: each O, or B or I, a dash and a kind, which may hold dashes itself; there may be none.

    Returns:
        A list of tuples (kind, begin, end), in the order of the page.

    >>> entities(["B-SHOP", "I-SHOP", "O", "B-TOTAL"])
    [('SHOP', 0, 2), ('TOTAL', 3, 4)]
    """
    # BEGIN SOLUTION
    found, going = [], None  # of the entity that is open: its kind and its beginning
    for place, tag in enumerate([*tags, "O"]):
        if going is not None and tag != f"I-{going[0]}":
            found.append((*going, place))
            going = None
        if tag[:2] in ("B-", "I-") and going is None:
            going = (tag[2:], place)
    return found
    # END SOLUTION


# %% check="entities"
check(entities)

# %% [markdown]
# **See it.** The line in the list of expenses, from our receipt. (`bio` makes tags of labels: it begins a new entity
# where the label changes, and where a new line does.)

# %%
page = ours.ordered(reading_order(ours.boxes))
tags = training.bio([LABELS[label] for label in read(page)], page.boxes)
for kind, begin, end in entities(tags):
    print(f"{kind:6} {' '.join(page.words[begin:end])}")

# %% [markdown]
# Is it enough that most words are right? An entity counts as found only if all of it is right, its beginning and its
# end. So let us count entities for the same 400 receipts.

# %%
hits = said_ones = true_ones = 0
for page in unseen:
    page = page.ordered(reading_order(page.boxes))
    pair = [training.bio([LABELS[label] for label in labels], page.boxes) for labels in (read(page), page.labels)]
    said_set, true_set = (set(entities(tags)) for tags in pair)
    hits += len(said_set & true_set)
    said_ones += len(said_set)
    true_ones += len(true_set)
print(f"F1 of words    {scored(reader, [encoded(page) for page in unseen], boxes=True)['all']:.3f}")
print(f"F1 of entities {2 * hits / (said_ones + true_ones):.3f}")

# %% [markdown]
# Half a shop's name earned half of its words, and now it earns nothing. Which of the two is the better measure depends
# on what comes next: a person who looks at coloured words, or a program that books the amount.

# %% [markdown]
# ## 10 · Tell them apart · extra
#
# If you work with scanned pages, you will sooner or later write a reading order, perhaps in one line. Here are six that
# people write. On most pages each of them is right. (`in_lines` gathers lines from the top, as you did, and
# `right_reading_order` is what its name says.)

# %%
suspects("reading_order_counterexample")

# %% [markdown]
# ### Exercise: `reading_order_counterexample` ●●○ · 8 minutes · extra
#
# Return one page, a tensor of boxes in a tuple of its own, on which each of the six reads in another order than is
# right. Four words are enough.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Begin with large letters, 40 high, and two words of one line: the first stands higher and further right, the second 16
# lower and further left. Which suspects does that catch already?
#
# </details>
# <details><summary>Hint 2: the right edges, and the overlap</summary>
#
# A wide word that begins far left may end far right, beyond the narrow one. And a word of the *next* line, further
# left, whose upper edge is above the first word's lower edge, overlaps with it.
#
# </details>
# <details><summary>Hint 3: only "compares with the last word" is left?</summary>
#
# Then the line needs a word that hangs low: its middle is just above the first word's bottom edge, its own bottom edge
# far below. The next line's middle lies between these two edges.
#
# </details>


# %% exercise="reading_order_counterexample"
def reading_order_counterexample() -> tuple[Tensor]:
    """A page on which each of the suspects is seen to be wrong.

    Returns:
        A tuple of one: boxes, shape (words, 4), float32, 2 to 12 words; left, top, right and bottom from 0 to 1000,
        left < right and top < bottom. No two words have the same left edge, and no two the same middle (top + bottom) /
        2.
    """
    # BEGIN SOLUTION
    boxes = torch.tensor(
        [
            [300.0, 100.0, 340.0, 140.0],  # opens the line, which reaches down to 140
            [100.0, 116.0, 500.0, 140.0],  # begins further left, ends further right, and its middle is at 128
            [200.0, 122.0, 240.0, 154.0],  # hangs low: its middle is at 138
            [50.0, 130.0, 90.0, 170.0],  # the next line: it overlaps with the first word, and its middle is at 150
        ]
    )
    return (boxes,)
    # END SOLUTION


# %% check="reading_order_counterexample"
check(reading_order_counterexample)

# %% [markdown]
# **See it.** The library's way through your page, and that of each suspect. In every picture but the first, the numbers
# should stand in another order.

# %%
pictures.lineup(*reading_order_counterexample())

# %% [markdown]
# *The picture, for the answer of this lesson: in the first panel the wide box is read first, then the narrow one that
# hangs low, then the one at the upper right, and the leftmost box last. In the six others, with red titles, the numbers
# stand otherwise. Two of them even begin with the leftmost box, which belongs to the next line.*

# %% [markdown]
# ## What you have built
#
# | yours | in transformers and elsewhere |
# |---|---|
# | `normalize_box` | `normalize_box` in the image processors of LayoutLMv2 and v3, which refuses nothing |
# | `reading_order` | nothing; OCR engines have their own, and LayoutLM takes what it is given |
# | `align_labels` | `tokenizer(words, boxes=…, word_labels=…)` of LayoutLMv2 and v3 |
# | `boxes_for_tokens` | `cls_token_box`, `sep_token_box` of LayoutLMv2's tokenizer; v3 has 0 for both |
# | `LayoutEmbeddings` | `LayoutLMEmbeddings` |
# | `token_f1` | `sklearn.metrics.f1_score(labels=…, average="micro")` |
# | `labels_of_words` | `aggregation_strategy="first"` of the token classification pipeline |
# | `collate_pages` | `DataCollatorForTokenClassification`, which knows nothing of boxes |
# | `entities` | `seqeval.metrics.sequence_labeling.get_entities` |
# | the model around your embeddings | `LayoutLMForTokenClassification` |
#
# **What it rests on, and where it goes.** The pieces come from [lesson
# 15](../15_tokenization/15_tokenization.ipynb). [Lesson 18](../18_finetuning/18_finetuning.ipynb) trains a pretrained
# model for a task of one's own, as you would a real LayoutLM.
#
# **Read the real source.** `transformers/models/layoutlm/modeling_layoutlm.py`: `LayoutLMEmbeddings` is your class,
# with the error message that we have seen. All below it is BERT. `processing_layoutlmv3.py` puts scanner, tokenizer and
# boxes together.
#
# **Sources.** [Xu et al. 2019](https://arxiv.org/abs/1912.13318), *LayoutLM*. [Jaume et al.
# 2019](https://arxiv.org/abs/1905.13538), *FUNSD*. [Wang et al. 2021](https://arxiv.org/abs/2108.11591),
# *LayoutReader*, on reading order.
#
# **At scale.** LayoutLM's base model has 113 million weights, as many as BERT and 3 million for the four tables, and
# was trained on 11 million scanned pages before anybody asked it for a label. On SROIE, 626 receipts to learn from and
# 347 to be tested on, it reached an F1 of 0.94; on FUNSD's 199 forms 0.79 against BERT's 0.60. A page of 512 pieces
# costs what a text of 512 pieces costs; what costs more is finding the words, a second or so for each page. Longer
# pages are cut into overlapping windows. Later models look at the picture as well (LayoutLMv2, v3), or at nothing else,
# and read the words themselves (Donut).
#
# **Three questions to take home.**
#
# 1. A photograph was taken with the camera upside down. What becomes of the boxes, which of your functions notices it,
#    and what would you do before the first of them?
# 2. Two words lie at the same place on two pages, one of A4 and one a till receipt. `normalize_box` gives them the same
#    box. When does that help, when does it harm, and what could one add to the nine rows?
# 3. Our model with boxes was trained with shuffled words. Had it been trained with ordered ones, what would it do when
#    a careless scanner comes along, and how would you find out whether it looks at positions or at boxes?
