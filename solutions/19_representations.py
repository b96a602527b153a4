# %% [markdown]
# # Representations
#
# **Which function tells you whether a file is a symbolic link? You know what you want, but not what it is called.**
#
# Before us lie the beginnings of nearly four thousand docstrings, from nine parts of the standard library and from four
# large libraries. The answer is in there. So we do what a search box does: we count how many words each of them shares
# with our question, and look at the best.

# %%
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional as F

from autograder import check, suspects
from helpers import probing
from helpers import representations as pictures
from helpers.corpus import words
from helpers.docstring_questions import QUESTIONS, among_fewer, answers
from helpers.docstring_search import encoded, figures, shelf
from helpers.plots import bars, lines
from helpers.pronouns import reader
from helpers.widgets import explore, slider
from helpers.widgets import text as text_field

# %%
docs = shelf()  # the docstrings: docs.names, docs.texts, and later docs.vectors
question_words = set(words("is this file a symbolic link"))
shared = torch.tensor([len(question_words & set(words(text))) for text in docs.texts])
best = shared.sort(descending=True, stable=True).indices[:5]
pictures.shared_words(docs, best.tolist(), question_words)

# %% [markdown]
# *The picture: five docstrings, the words of the question marked in them. Three share 5 of the 6 words, and the first
# of these is `Path.unlink`. `Path.is_symlink` comes third, behind two that merely say "this", "file", "is" and "link"
# as well.*
#
# If we call the first answer, the file is gone. Our search has no idea what the question is about. To it, "file" and
# "path" are as different as "file" and "banana", and "is" counts as much as "symbolic". What we would need is a measure
# of how alike two texts are in what they *say*.
#
# In this lesson we build one, on top of a small pretrained model, and at the end you ask it your own questions. A
# search that looks clever on one example proves nothing, so we also measure how often it is right. Then we turn to the
# model itself and ask what it knows, which is easy to answer wrongly.
#
# At the end you will be able to
#
# - make one vector of a text, and search among thousands of them, exactly as faiss does;
# - measure a search by its recall, with questions that were written beforehand;
# - train a probe that reads something off a vector, and say what its success shows and what it does not;
# - as extras: follow surface, syntax and meaning through the layers, find heads that specialise, search without
#   looking at everything, and store a vector in a few bits.
#
# About 56 minutes for the core, 104 with the extras. You need masks and broadcasting ([lesson
# 03](../03_products_and_masks/03_products_and_masks.ipynb)), padding ([lesson 09](../09_data/09_data.ipynb)), and for
# the extras attention with its heads ([lesson 11](../11_attention/11_attention.ipynb)). What stands inside the model is
# taken apart in [lesson 16](../16_bert_internals/16_bert_internals.ipynb).

# %% [markdown]
# ## 1 · One vector for a text · core
#
# The model is all-MiniLM-L6-v2, a BERT of six layers. It was trained on about a billion pairs of texts that belong
# together, such as a question and its answer, so that the vectors of the two come out alike. What does it give us for
# our question?

# %%
model = reader()
inputs = model.inputs(["is this file a symbolic link", "delete a file"])
with torch.no_grad():
    states = model.model(**inputs).last_hidden_state
print(model.tokens("is this file a symbolic link"))
print(inputs["attention_mask"].tolist())
print("states:", tuple(states.shape), "(text, token, width)")

# %% [markdown]
# Not one vector for a text, but one for each token, and longer texts have more of them. To compare texts we need
# something of the same size for each. The plainest thing to do with several vectors is to take their mean, number by
# number: for tokens with the vectors [1, 2] and [3, 0] that is [2, 1]. This is called **mean pooling**. This model was
# trained with it, so for us it is also the right thing.
#
# There is one thing to watch. The second text has fewer tokens than the first, so it was filled up with padding, and
# the 0s of the mask say where. The model gives vectors there as well, and they mean nothing. If they got into the mean,
# a text's vector would depend on how long the *other* texts of its batch are.
#
# **Predict first.** Two tokens with the vectors [1, 2] and [3, 0] are followed by two of padding, with [9, 9] and [5,
# 5]. What is the mean of all four? And what comes out if we multiply by the mask first, and then take the mean over the
# row of four?

# %%
row = torch.tensor([[1.0, 2.0], [3.0, 0.0], [9.0, 9.0], [5.0, 5.0]])
mask = torch.tensor([1, 1, 0, 0])
print("all four:              ", row.mean(dim=0).tolist())
print("zeros in their places: ", (row * mask[:, None]).mean(dim=0).tolist())
print("what we want:          ", row[:2].mean(dim=0).tolist())

# %% [markdown]
# <details><summary>The answer</summary>
#
# [4.5, 4] and [1, 0.5]. The second one looks better, but it is only half of what it should be: the sum is right, and it
# was divided by four places instead of two tokens.
#
# </details>
#
# ### Exercise: `mean_pool` ●○○ · 5 minutes · core
#
# A batch of texts, with padding anywhere. Three small things come with it. The mask that a tokenizer gives is made of
# integers. Somebody may have left NaN at padding, and 0 · NaN is NaN. And in float16, which many models run in, no
# number may pass 65,504, and neither may a sum along the way.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Sum over the tokens, `dim=1`, and divide by how many are real, `mask.sum(dim=1)`. What shape must the count have, so
# that it divides (batch, width)?
#
# </details>
# <details><summary>Hint 2: NaN at padding gets through?</summary>
#
# Do not multiply. `states.masked_fill(~mask.bool().unsqueeze(-1), 0)` puts zeros there, whatever stood there before.
# (`~` on integers turns 1 into −2; that is what `.bool()` is for.)
#
# </details>
# <details><summary>Hint 3: <code>inf</code> in float16, or NaN for a text that is all padding?</summary>
#
# `sum(dim=1, dtype=...)` adds up in another dtype, and `torch.promote_types(states.dtype, torch.float32)` is the wider
# of the two. For the empty text divide by 1 at least: `.clamp(min=1)`. At the end go back, `.to(states.dtype)`.
#
# </details>


# %% exercise="mean_pool"
def mean_pool(states: Tensor, mask: Tensor) -> Tensor:
    """One vector for each text: the mean of the vectors of its real tokens.

    Args:
        states: shape (batch, token, width), floating point. At padding they may hold anything, even NaN.
        mask: shape (batch, token), integer or boolean: 1 or True where a token is real, 0 or False at padding, which
            may stand anywhere.

    Returns:
        Shape (batch, width), dtype and device of `states`. Zeros for a text without a real token.
        The sum is taken in float32 at least: in float16 it may pass 65,504 on the way.

    >>> mean_pool(torch.tensor([[[1.0, 2.0], [3.0, 0.0], [9.0, 9.0]]]), torch.tensor([[1, 1, 0]]))
    tensor([[2., 1.]])
    """
    # BEGIN SOLUTION
    real = mask.bool().unsqueeze(-1)
    wide = torch.promote_types(states.dtype, torch.float32)
    total = states.masked_fill(~real, 0).sum(dim=1, dtype=wide)
    return (total / real.sum(dim=1).clamp(min=1)).to(states.dtype)
    # END SOLUTION


# %% check="mean_pool"
check(mean_pool)

# %% [markdown]
# **See it.** Does it still matter which other text is in the batch? We encode the short text alone, and then beside the
# longer one.

# %%
with torch.no_grad():
    alone = model.model(**model.inputs(["delete a file"])).last_hidden_state
for name, pooled in {"mean of the row": (alone.mean(1), states.mean(1)), "your mean_pool": (
    mean_pool(alone, torch.ones(alone.shape[:2])), mean_pool(states, inputs["attention_mask"]))}.items():  # fmt: skip
    print(f"{name:16} moves by {(pooled[0][0] - pooled[1][1]).norm():.4f}, beside a length of {pooled[0].norm():.2f}")

# %% [markdown]
# The same text gives the same vector, whatever else is in the batch.
#
# To encode the whole corpus takes a laptop a minute or two, so the vectors come with the lesson, together with the
# texts themselves (your versions of the libraries may have others). Each text is the beginning of a docstring, without
# the function's name: otherwise a search for the name would be too easy. The vectors were stored in float16. What that
# cost was measured when they were made, and we only read the result from a file.

# %%
vectors = F.normalize(docs.vectors, dim=-1)
texts, width = vectors.shape
print(f"{texts:,} texts, {width} numbers each in float16: {texts * width * 2:,} bytes")
print(f"from the file: {figures()['neighbours that stay in float16']:.1%} of the ten nearest are those of float32")

# %% [markdown]
# ## 2 · Alike means: the same direction · core
#
# Now each text is a point in a space of 384 dimensions. When are two of them alike? Let us go down to two dimensions,
# and say that the first number is how much a text is about files, and the second how much it is about links. Our
# question is about both.

# %%
query = torch.tensor([1.0, 2.0])
two = {"is_symlink": [0.5, 1.0], "unlink": [4.0, 1.5], "url": [0.2, 2.0]}
pictures.arrows({"the question": (1.0, 2.0), **{name: (x, y) for name, (x, y) in two.items()}}, "the question",
    "about files", "about links")  # fmt: skip

# %% [markdown]
# *The picture: four arrows from the origin. The question and `is_symlink` point in the same direction, and the latter
# is half as long. `url` points up, more steeply. `unlink` points to the right, and is the longest.*
#
# The usual measure is the inner product: multiply number by number, and add up. It is large where both are large
# together. But look at what it says:

# %%
for name, text in two.items():
    text = torch.tensor(text)
    product = float(query @ text)
    cosine = product / float(query.norm() * text.norm())
    distance = float((query - text).norm())
    print(f"{name:11} inner product {product:4.1f}   distance {distance:.2f}   cosine {cosine:.3f}")

# %% [markdown]
# By the inner product `unlink` wins, only because it is *long*. By distance `url` wins, because it happens to end
# nearest. What we mean by alike is neither of them: it is the direction. If we divide the inner product by both
# lengths, they are gone, and what is left is the **cosine** of the angle between the two vectors. It is 1 for the same
# direction, 0 for a right angle and −1 for opposite ones.
#
# Do lengths matter in practice? If a vector counted words, a docstring that says everything twice would be twice as
# long, and no more about links. A mean does not double. But it is not of length 1 either: "delete a file" came out at
# 6.60 above, and other texts come out at other lengths. The vectors that come with the lesson were brought to length 1
# before they were stored. Many models leave that to us, and nothing warns.
#
# Think of a compass: it says in which direction something lies, and not how far away it is. The picture breaks where it
# matters, though. On a compass at most two directions can have nothing to do with each other, such as north and east.
# In 384 dimensions it is 384, and a great many more if "nearly nothing" is enough, so there is room for all the things
# that texts can be about.
#
# To search, we need the cosines of a question with *all* texts, and then the best. With vectors of length 1 the cosines
# are a single matrix product. Two cases need a rule. If two scores come out equal, the earlier text comes first, so
# that a search gives the same answer twice. And a vector of zeros has no direction at all; we say it has a cosine of 0
# with everything.
#
# ### Exercise: `cosine_search` ●●○ · 8 minutes · core
#
# <details><summary>Hint 1: a nudge</summary>
#
# `F.normalize(x, dim=-1)` brings each row to length 1, and leaves rows of zeros as they are. Normalise both sides.
#
# </details>
# <details><summary>Hint 2: the ties are in a strange order, or a large k raises?</summary>
#
# `topk` promises nothing about ties. `scores.sort(dim=-1, descending=True, stable=True)` does. And slicing with `[:,
# :k]` takes what there is, however large k may be.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# if k < 1:
#     raise ValueError(...)
# scores = F.normalize(...) @ F.normalize(...).T
# ordered, places = scores.sort(...)
# return ordered[:, :k], ...
# ```
#
# </details>


# %% exercise="cosine_search"
def cosine_search(queries: Tensor, corpus: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """The k texts of a corpus that are most alike to each query, by the cosine of their vectors.

    Args:
        queries: shape (queries, width), float32 or float64; vectors of length 0, or from 1e-6 to 1e6.
        corpus: shape (texts, width), of the same dtype; vectors of length 0, or from 1e-6 to 1e6.
        k: 1 or more; where there are fewer texts, all of them come.

    Returns:
        scores: shape (queries, min(k, texts)): the cosines, the largest first.
        places: of the same shape, int64: the rows of `corpus` that they belong to.
        Where two scores come out equal, the lower row comes first. A vector of zeros has the cosine 0 with every other.

    Raises:
        ValueError: k is 0 or less.

    >>> cosine_search(torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 5.0], [9.0, 9.0], [0.1, 0.0]]), 2)
    (tensor([[1.0000, 0.7071]]), tensor([[2, 1]]))
    """
    # BEGIN SOLUTION
    if k < 1:
        raise ValueError(f"k should be 1 or more, not {k}")
    scores = F.normalize(queries, dim=-1) @ F.normalize(corpus, dim=-1).T
    ordered, places = scores.sort(dim=-1, descending=True, stable=True)
    return ordered[:, :k], places[:, :k]
    # END SOLUTION


# %% check="cosine_search"
check(cosine_search)

# %% [markdown]
# **See it.** The question from the beginning, among all texts.

# %%
question = encoded(model, ["is this file a symbolic link"], mean_pool)
scores, places = cosine_search(question, docs.vectors, 5)
pictures.hits(docs, scores[0], places[0])

# %% [markdown]
# *The picture: five docstrings, each with its cosine in front. The first is `Path.is_symlink`, the second
# `Path.is_file` and the third `Path.readlink`.*
#
# It said "path" and we said "file", and it did not matter. `unlink` is gone.
#
# In practice we would not write this search by hand. A widely used library for it is **faiss**. Its plain index, called
# *flat*, compares the query with everything, as we do.
#
# > **You may read that** faiss searches by cosine. It has no index for that. `IndexFlatL2` goes by distance, and
# > `IndexFlatIP` by inner product. Whether that is the cosine depends on what we put in. To see it, we give each vector
# > another length, between 1 and 3, which changes no direction, and search in four ways. How many of the ten best are
# > ours?

# %%
import faiss

from helpers import near

stretch = 1 + 2 * torch.rand(len(vectors), 1, generator=torch.Generator().manual_seed(0))
asked = F.normalize(encoded(model, list(QUESTIONS), mean_pool), dim=-1)
ours = cosine_search(asked, stretch * vectors, 10)[1]
for name, make in {"IndexFlatL2": faiss.IndexFlatL2, "IndexFlatIP": faiss.IndexFlatIP}.items():
    for lengths, given in {
        "stretched": stretch * vectors,
        "normalised": F.normalize(stretch * vectors, dim=-1),
    }.items():
        index = make(given.shape[1])
        index.add(given.numpy())
        theirs = torch.from_numpy(index.search(asked.numpy(), 10)[1])
        same = torch.equal(theirs, ours)
        print(f"{name}, {lengths:11} {near.overlap(theirs, ours):7.1%} of ours, in the same order: {same}")

# %% [markdown]
# > With vectors of length 1 both indexes agree with us, to the last place. (For these, the square of the distance is 2
# > − 2 · cosine, so the smallest distance *is* the largest cosine.) With other lengths both go wrong, and nothing
# > warns. So the rule is: normalise the corpus, then take the inner product. The length of the question stretches all
# > of its scores alike, so it cannot change their order; but they are cosines only if the question has length 1 as
# > well.
#
# (torch and faiss each bring threads of their own, which on some machines crash together. `helpers/near.py` holds faiss
# to one.)
#
# | measure | the best is | in faiss |
# |---|---|---|
# | inner product | a long vector in about the same direction | `IndexFlatIP` |
# | distance | the one that ends nearest | `IndexFlatL2` |
# | cosine | the one in the same direction | either of them, after normalising |

# %% [markdown]
# ## 3 · How good is it? · core
#
# One question has been answered well. That is an anecdote. To know how good a search is we need many questions whose
# answers we know. There are forty of them in `helpers/docstring_questions.py`, in the words of people who do not know
# what the thing is called. They were written before we searched for anything with them, and none was thrown out
# afterwards. Here are a few.

# %%
wanted = answers(docs)
for question, row in list(zip(QUESTIONS, wanted, strict=True))[8:12]:
    print(f"{question:42}", [docs.names[place] for place in row.tolist() if place >= 0])
print("the wanted rows of these four:", wanted[8:12].tolist())

# %% [markdown]
# Some questions have two good answers. The rows of the others are filled up with −1, which stands for no text, so that
# they fit into one tensor.
#
# If somebody looks at the first ten results, what counts is whether the answer is among them. So for each question we
# take the share of its answers that are among the first $k$, and then the mean over all questions. This is **recall at
# k**. Say a question has two answers, rows 2 and 9, and the search gives 0, 2 and 5: at $k$ = 2 its recall is one half,
# since 2 was found and 9 was not. The 0 does not count against it. (How much of what was *found* is wanted is another
# question, and its name is precision.)
#
# ### Exercise: `recall_at_k` ●○○ · 6 minutes · core
#
# A search may also find less than was asked for, and faiss fills up with −1, too. A −1 that meets a −1 is not a hit.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Compare each found text with each wanted one: `found[:, None, :k] == wanted[:, :, None]` is (queries, m, k). When has
# a wanted text been found?
#
# </details>
# <details><summary>Hint 2: a query without any answer gives NaN?</summary>
#
# `real = wanted != -1` says where a text is meant. Keep the queries that want any, `real.any(dim=1)`, and take the mean
# over these. Divide the hits of a query by `real.sum(dim=1)`.
#
# </details>


# %% exercise="recall_at_k"
def recall_at_k(found: Tensor, wanted: Tensor, k: int) -> float:
    """Of the texts that a query wants, the share that is among the first k it has found; the mean over all queries that
    want one.

    Args:
        found: shape (queries, n), int64: places in a corpus, the best first. −1 where a search has found less.
        wanted: shape (queries, m), int64: different places, in no order; −1 where a query wants fewer.
        k: 1 or more; it may be larger than n.

    Returns:
        A Python float from 0 to 1.

    Raises:
        ValueError: k is 0 or less, or no query wants anything.

    >>> recall_at_k(torch.tensor([[4, 7, 1], [0, 2, 5]]), torch.tensor([[7, -1], [2, 9]]), 2)
    0.75
    """
    # BEGIN SOLUTION
    real = wanted != -1
    some = real.any(dim=1)
    if k < 1 or not some.any():
        raise ValueError("k should be 1 or more, and one query at least should want something")
    hit = (found[:, None, :k] == wanted[:, :, None]).any(dim=2) & real
    shares = hit[some].sum(dim=1) / real[some].sum(dim=1)
    return shares.double().mean().item()
    # END SOLUTION


# %% check="recall_at_k"
check(recall_at_k)

# %% [markdown]
# **See it.** Three searches beside each other: the words that are shared, as in the beginning; the same, but with rare
# words counting more (the weights are those of TF-IDF, an old and good recipe); and ours.

# %%
from sklearn.feature_extraction.text import TfidfVectorizer

words_of_texts = [set(words(text)) for text in docs.texts]
counts = [[len(each & set(words(question))) for each in words_of_texts] for question in QUESTIONS]
tfidf = TfidfVectorizer(tokenizer=words, token_pattern=None).fit(docs.texts)
rare = (tfidf.transform(QUESTIONS) @ tfidf.transform(docs.texts).T).toarray()
searches = {"shared words": torch.tensor(counts), "rare words count more": torch.from_numpy(rare)}
found = {name: each.sort(dim=1, descending=True, stable=True).indices for name, each in searches.items()}
found["your search"] = cosine_search(encoded(model, list(QUESTIONS), mean_pool), vectors, len(vectors))[1]
for name, each in found.items():
    print(f"{name:22}", "  ".join(f"recall at {k}: {recall_at_k(each, wanted, k):.2f}" for k in (1, 10, 50)))
ks = (1, 2, 3, 5, 10, 20, 50, 100, 200)
lines({name: (ks, [recall_at_k(each, wanted, k) for k in ks]) for name, each in found.items()},
    xlabel="k, how many results one looks at (logarithmic)", ylabel="recall at k", logx=True)  # fmt: skip

# %% [markdown]
# <details><summary>What to see</summary>
#
# The two curves for words lie below ours everywhere. At ten results our search has a bit more than half of the answers,
# the better of the two word searches a quarter. And we have to look through two hundred results until nearly all of
# them are there.
#
# </details>
#
# So it is much better than counting words, and it is not an oracle. How often is the very first result right? And where
# does the search fail? The last number in each line is the place of the answer, counted from 1.

# %%
order = cosine_search(encoded(model, list(QUESTIONS), mean_pool), vectors, len(vectors))[1]
print(f"an answer comes first for {int((order[:, :1] == wanted).any(dim=1).sum())} of {len(wanted)} questions")
hard = ("drop duplicates", "draw dots", "load weights from a checkpoint", "try many settings and keep the best")
for question in hard:
    row = list(QUESTIONS).index(question)
    place = min(int((order[row] == each).nonzero()) for each in wanted[row].tolist() if each >= 0)
    print(f"{question:38} first: {docs.names[order[row, 0]].rpartition('.')[2]:18} the answer: {place + 1}")

# %% [markdown]
# Ten of forty. (The recall at 1 is a little below a quarter, because a question with two answers gets only half for the
# first of them.) "Draw dots" finds functions that set the *dpi*, dots per inch. And `load_state_dict` does not say
# weights or checkpoint anywhere, but parameters, buffers and "state_dict", which the model has hardly ever read. It
# knows English, and of programming what was in its training. Here is a belief that we can now test by recall instead of
# arguing.
#
# > **You may read that** the vector of a text is the one at [CLS], the token in front, because BERT's authors used it
# > like that for classification. All 384 numbers are there as well, no mean needed. Let us encode two hundred texts in
# > both ways, and ask the forty questions among these. Which of the two do you expect to find more?

# %%
few, wanted_of_few = among_fewer(wanted, len(docs.texts))  # all answers and every 25th text, and the answers' new rows


def both_ways(states: Tensor, mask: Tensor) -> Tensor:
    return torch.cat([mean_pool(states, mask), states[:, 0]], dim=1)


corpus, queries = (encoded(model, each, both_ways) for each in ([docs.texts[row] for row in few], list(QUESTIONS)))
print(f"{len(few)} texts")
for name, numbers in {"the mean": slice(0, 384), "at [CLS]": slice(384, 768)}.items():
    found_by = cosine_search(queries[:, numbers], corpus[:, numbers], 10)[1]
    recall = [recall_at_k(found_by, wanted_of_few, k) for k in (1, 10)]
    print(f"{name}: recall at 1 {recall[0]:.2f}, at 10 {recall[1]:.2f}")

# %% [markdown]
# > [CLS] is clearly worse here, for a plain reason: it was never trained to stand for a whole text. This model was
# > trained with the mean. Which pooling is right is not a law but a fact about a model, and you find it in the model's
# > description. (In [lesson 18](../18_finetuning/18_finetuning.ipynb) a model is trained for a task, and then [CLS] can
# > learn to carry it.)

# %% [markdown]
# ## 4 · What does a vector know? · core
#
# The vectors work. What is in them? Take our word "link". It can be a noun, "the link came too late", or a verb, "we
# link them too late". The first thing that happens in the model is that each token is looked up in a table, and for
# "link" that is one and the same row. A vector for its place in the sentence is added, so we will keep the place the
# same. Then six layers follow. So there are seven **levels** at which we can look at the word: what comes into the
# first layer, and what comes out of each. We put 208 words, all of which may be either, into four pairs of small
# sentences. In one sentence of a pair the word is a noun, in the other a verb, at the same place.

# %%
both, names = probing.nouns_and_verbs(model)
print(
    f"{len(names)} words, {len(both.labels):,} sentences, levels: {tuple(both.levels.shape)} (level, sentence, width)"
)
link = (both.groups == names.index("link")).nonzero()[:2, 0]  # its first pair of sentences
for level in (0, 1, 6):
    noun, verb = both.levels[level, link]
    print(f"level {level}: noun and verb differ by {(noun - verb).norm():.2f}, beside a length of {noun.norm():.2f}")

# %% [markdown]
# At level 0 there is no difference, so nothing can tell the noun from the verb there. From level 1 on there is one. But
# is it *the same kind* of difference for all words, so that we can say: this is a verb, in this model's language?
#
# Let us ask a simple reader, one that can only weigh numbers. It gets 384 numbers, gives each a weight for "noun" and a
# weight for "verb", adds up, and picks the larger sum. Such a reader is called a **linear probe**. If it can learn this
# on some sentences and is right on others, then the vector says it openly.
#
# How do we find the weights? We could train by gradients, but for a linear probe there is a shortcut. Let the target be
# 1 for the right class and 0 for the others, and ask for the least sum of squared errors. With states $X$ and targets
# $Y$, both shifted so that their means are zero, the best weights are
#
# $$W = (X^\top X + \lambda I)^{-1} X^\top Y$$
#
# in one step. The $\lambda$ is a penalty on the squares of the weights: the larger, the less the probe can bend to
# single examples. This is **ridge regression**. The bias follows, since the mean state has to give the mean target. If
# we had a single number for each sentence, say 1, 2, 4 and 5, with nouns for the first two, then the shifted numbers
# are −2, −1, 1 and 2, with a sum of squares of 10. For "verb" the shifted targets are −½, −½, ½, ½, so $X^\top Y$ is 3,
# and with $\lambda$ = 10 the weight is 3 / 20 = 0.15.
#
# ### Exercise: `linear_probe` ●●○ · 9 minutes · core
#
# <details><summary>Hint 1: a nudge</summary>
#
# First `x = states.double()` and `targets = F.one_hot(labels, classes).double()`. Subtract the mean over the examples,
# `dim=0`, from both, but keep the means: the bias needs them.
#
# </details>
# <details><summary>Hint 2: the equation</summary>
#
# `torch.linalg.solve(A, B)` gives the X with A @ X = B. Here A is `x.T @ x` plus the penalty on the diagonal, `ridge *
# torch.eye(width)`, and B is `x.T @ targets`, with the shifted ones.
#
# </details>
# <details><summary>Hint 3: the weights are right and the bias is not?</summary>
#
# At the mean state the probe has to say the mean target: `mean @ weight + bias = target_mean`.
#
# </details>


# %% exercise="linear_probe"
def linear_probe(states: Tensor, labels: Tensor, classes: int, ridge: float = 1.0) -> tuple[Tensor, Tensor]:
    """Weights and bias that tell the class from the state: the least sum of squared errors to a one-hot target, 0 or 1,
    plus `ridge` times the sum of all squared weights.

    The bias is free of the penalty.

    Args:
        states: shape (examples, width), float32 or float64, one example or more.
        labels: shape (examples,), int64, from 0 to classes − 1.
        classes: how many there are; not each needs to have an example.
        ridge: above 0.

    Returns:
        weight: shape (width, classes), and bias: shape (classes,), so that the class of new states is the largest of
        `states @ weight + bias`. Computed in float64, returned in the dtype of `states`.

    Raises:
        ValueError: `ridge` is 0 or less.

    >>> linear_probe(torch.tensor([[1.0], [2.0], [4.0], [5.0]]), torch.tensor([0, 0, 1, 1]), 2, ridge=10.0)
    (tensor([[-0.1500,  0.1500]]), tensor([0.9500, 0.0500]))
    """
    # BEGIN SOLUTION
    if ridge <= 0:
        raise ValueError(f"the penalty should be above 0, not {ridge}")
    x, targets = states.double(), F.one_hot(labels, classes).double()
    mean, target_mean = x.mean(dim=0), targets.mean(dim=0)
    x = x - mean
    squares = x.T @ x + ridge * torch.eye(x.shape[1], dtype=x.dtype, device=x.device)
    weight = torch.linalg.solve(squares, x.T @ (targets - target_mean))
    bias = target_mean - mean @ weight
    return weight.to(states.dtype), bias.to(states.dtype)
    # END SOLUTION


# %% check="linear_probe"
check(linear_probe)

# %% [markdown]
# **See it.** The probe learns on half of the sentences and is tested on the others, which are built differently.
# (`probing.accuracy` first makes all 384 numbers equally wide, so that the penalty treats them alike.)


# %%
train, test = both.train, ~both.train
kind = [probing.accuracy(linear_probe, states, both.labels, train, test) for states in both.levels]
print("noun or verb:", [f"{share:.2f}" for share in kind])

# %% [markdown]
# At level 0 it is right half of the time, by guessing. After a single layer it is nearly always right. So the model
# knows nouns from verbs? It looks like it. But let us ask the same probe something silly, whether a word begins with a
# letter from the first half of the alphabet, a to m.

# %%
early = torch.tensor([int(name[0] <= "m") for name in names])[both.groups]
letter = [probing.accuracy(linear_probe, states, early, train, test) for states in both.levels]
print("a to m, or n to z:", [f"{share:.2f}" for share in letter])

# %% [markdown]
# Does it know the alphabet?
#
# **Predict first.** Both times the test sentences were new, but the 208 *words* in them were not: each stands in
# sentences of both kinds. Now let us keep every third word for the test, and let the probe learn with the others. What
# becomes of the two rows?

# %%
new = both.groups % 3 == 0  # every third word
for name, labels in {"noun or verb": both.labels, "a to m, or n to z": early}.items():
    shares = [probing.accuracy(linear_probe, states, labels, train & ~new, test & new) for states in both.levels]
    print(f"{name:18} new words:", [f"{share:.2f}" for share in shares])

# %% [markdown]
# <details><summary>The answer</summary>
#
# For nouns and verbs hardly anything changes in the lower half of the model: the probe is right with words that it has
# never met. At the top it falls to 0.84; the model was trained to say how similar texts are, and what does not serve
# that need not stay readable. For the letters it falls to little better than guessing, at every level. The model never
# sees how a word is spelled, only the number of its token. So the probe had learned a list by heart, for 208 words
# which half of the alphabet each belongs to, and with 384 weights there is room for that. It was the probe that knew,
# not the model. (The first row of the letters sags in the middle, to 0.83. All it shows is how easily one word can be
# told from another there.)
#
# </details>

# %% [markdown]
# ## 5 · When there is nothing to know · core
#
# That is the trap in every such experiment: a high accuracy may come from what is in the vector, or from how much the
# probe can remember. With new words we caught it. But sometimes there are no new words, or we want to know *how much* a
# probe can remember. So let us give it something where there is nothing to know. Each word draws a label by lot and
# keeps it in all of its sentences. Whatever the probe gets right beyond guessing is then memory. This is a **control
# task** ([Hewitt and Liang 2019](https://arxiv.org/abs/1909.03368)), and the accuracy on the real task minus that on
# the control task is called **selectivity**.
#
# ### Exercise: `control_labels` ●○○ · 4 minutes · core
#
# The lot is drawn for the word, not for the sentence. (So that your draws can be compared, they are one call of
# `torch.randint`.)
#
# <details><summary>Hint 1: a nudge</summary>
#
# `words.unique(return_inverse=True)` gives the different words in ascending order, and for each example which of them
# it is.
#
# </details>
# <details><summary>Hint 2: nearly the code</summary>
#
# `drawn = torch.randint(classes, (how many different words,), generator=generator)`, and then look each example's label
# up in it. The generator lies on the CPU, so bring `drawn` to `words.device` first.
#
# </details>


# %% exercise="control_labels"
def control_labels(words: Tensor, classes: int, generator: torch.Generator) -> Tensor:
    """A label for each example that means nothing: each different word draws one, and keeps it wherever it stands.

    Args:
        words: shape (examples,), int64: any numbers, equal ones for the same word.
        classes: the labels are 0 to classes − 1.
        generator: on the CPU; all labels are drawn by one call, `torch.randint(classes, (different words,),
            generator=generator)`, and handed out in ascending order of the words' numbers.

    Returns:
        Shape (examples,), int64, on the device of `words`.

    >>> control_labels(torch.tensor([7, 3, 7, 5]), 10, torch.Generator().manual_seed(0))
    tensor([3, 4, 3, 9])
    """
    # BEGIN SOLUTION
    different, place = words.unique(return_inverse=True)
    drawn = torch.randint(classes, (len(different),), generator=generator)
    return drawn.to(words.device)[place]
    # END SOLUTION


# %% check="control_labels"
check(control_labels)

# %% [markdown]
# **See it.** Probes read level 4, from weak ones to strong ones. The linear ones are yours, with penalties from large
# to small. The strongest is a small neural network with 256 hidden numbers, trained by Adam until it knows its
# examples. Each learns the real labels and those by lot.

# %%
lots = control_labels(both.groups, 2, torch.Generator().manual_seed(0))
states = both.levels[4]
scaled = probing.scaled(states, train)
penalties = (1e5, 1e4, 1e3, 1e2)
rows: dict[str, list[float]] = {}
for name, labels in {"noun or verb": both.labels, "drawn by lot": lots}.items():
    network = probing.network_probe(scaled[train], labels[train], 2)
    right = (network(scaled[test]).argmax(dim=1) == labels[test]).double().mean().item()
    rows[name] = [*(probing.accuracy(linear_probe, states, labels, train, test, ridge) for ridge in penalties), right]
for place, name in {0: "linear, penalty 100,000", 3: "linear, penalty 100", 4: "a network"}.items():
    real, lot = rows["noun or verb"][place], rows["drawn by lot"][place]
    print(f"{name:24} noun or verb {real:.2f}   by lot {lot:.2f}   selectivity {real - lot:+.2f}")
lines({name: (penalties, shares[:4]) for name, shares in rows.items()}, xlabel="penalty of the linear probe",
    ylabel="right on new sentences", logx=True)  # fmt: skip

# %% [markdown]
# <details><summary>What to see</summary>
#
# All three tell nouns from verbs, with hardly a difference. But the network gets practically all lots right, too. It
# could have learned anything by heart, so its success with the real task says nothing. In the picture, the line of the
# real task is level, and that of the lots falls from left to right, the more the penalty holds the probe back. At the
# right end the probe gets two thirds of the lots, and a real task that it still does nearly perfectly must stand in the
# vector.
#
# </details>
#
# So a better score by a larger probe is not better news. What convinces is a probe that is *weak* and right
# nevertheless, or one that is right about words it has never seen. When somebody tells you that layer 5 "encodes"
# something, ask for the control task.

# %% [markdown]
# ## 6 · Your search · core
#
# Now we have all the parts. A question goes through the model, your `mean_pool` makes one vector of it, and your
# `cosine_search` compares it with all texts.


# %%
def search(question: str, k: int = 10) -> tuple[Tensor, Tensor]:
    """Scores and places of the k nearest docstrings, the best first."""
    scores, places = cosine_search(encoded(model, [question], mean_pool), vectors, k)
    return scores[0], places[0]


for question in ("is this file a symbolic link", "is there nothing left in the queue", "give up if it takes too long"):
    print(f"{question:36} →  {docs.names[search(question)[1][0]]}")

# %% [markdown]
# The first line is the answer to the question that we began with. The third one shares hardly a word with what it
# finds.
#
# **Explore.** Ask your own. Then try to make it fail: does it understand *not*? Compare "the queue is empty" with "the
# queue is not empty", and look at the scores.

# %%
explore(
    lambda asked, k: pictures.hits(docs, *search(asked, k), f"the {k} nearest of {len(docs.texts):,}"),
    "What does it find?",
    asked=text_field("is this file a symbolic link", label="question"),
    k=slider(1, 20, 8, label="k"),
)

# %% [markdown]
# <details><summary>What to see</summary>
#
# With "not" nearly the same texts come back, in nearly the same order, and `Queue.empty` even scores a little higher
# than before. The model was trained so that texts on the same subject lie close together, and an empty queue and one
# that is not empty are the same subject. If the difference matters, we have to read the results.
#
# </details>
#
# And this is how the corpus looks from above, all texts as points. 384 numbers do not fit on paper. We look along the
# two directions in which the points are spread most (**PCA**), and are told how much of the spread we see.

# %%
vector = encoded(model, ["is this file a symbolic link"], mean_pool)
places = cosine_search(vector, vectors, 10)[1][0]
points, share = pictures.flattened(torch.cat([vectors, F.normalize(vector, dim=-1)]))
print(f"these two directions hold {share:.1%} of the spread")
pictures.map_of(docs, points[:-1], "the question", points[-1], places)

# %% [markdown]
# *The picture: at the left lie asyncio, pathlib and the other parts of the standard library, at the right the four
# large ones: torch at the top, matplotlib at the bottom, sklearn and numpy between them, with wide overlaps. The
# question is a cross at the left. Half of its ten results are circled close below it, the
# others around it, two of them at the left edge.*
#
# Nobody told the model about libraries. But mind the printed number: more than nine tenths of the spread are not in
# this picture, so two points that touch here may be far apart. A map is for orientation. The search uses all 384
# numbers.

# %% [markdown]
# ## 7 · Layer by layer · extra
#
# At which level does the model know what? There is a famous answer for BERT, that the lower layers hold the *surface*
# of a text, those in the middle its *syntax*, and the upper ones its *meaning* ([Jawahar et al.
# 2019](https://aclanthology.org/P19-1356/)). Let us ask that of ours, with a probe at each level. A probe needs labels,
# and some come for free. We take the first sentences of 600 docstrings and ask about the surface: is it short, middling
# or long? About syntax: have two neighbouring words been exchanged (we do that to a copy of each)? And about meaning:
# which of four libraries does it come from? A third of the *modules* is kept for the test, since texts in one file
# resemble each other.
#
# So far `probing.accuracy` did one level for us. Now we write it. One detail in it is easy to get wrong: the mean and
# the spread that bring all numbers to the same width are those of the *training* examples. If the test examples have a
# say in it, they are no longer unseen.
#
# ### Exercise: `layer_curve` ●●○ · 8 minutes · extra
#
# <details><summary>Hint 1: a nudge</summary>
#
# A loop over the levels. In it four steps: scale, fit, guess, compare. `states[train]` are the rows for training,
# `states[~train]` those for the test.
#
# </details>
# <details><summary>Hint 2: NaN?</summary>
#
# A number that never changes has a spread of 0. `torch.where(std > 0, std, 1)` leaves it where it is.
#
# </details>


# %% exercise="layer_curve"
def layer_curve(
    levels: Tensor, labels: Tensor, train: Tensor, fit: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
) -> list[float]:
    """How often a probe is right at each level, on examples that it has not learned from.

    At each level all numbers are shifted and scaled to mean 0 and standard deviation 1 (as `Tensor.std` has it) over
    the training examples. A number that is the same in all of these is only shifted.

    Args:
        levels: shape (levels, examples, width), float32 or float64.
        labels: shape (examples,), int64.
        train: shape (examples,), boolean: True for those to learn from, two at least; the others, one at least, are for
            the test.
        fit: called once for each level, with the scaled states, in the dtype of `levels`, and the labels of the
            training examples; gives weight (width, classes) and bias (classes,).

    Returns:
        For each level a Python float: the share of the test examples whose label has the largest of `states @ weight +
        bias`, of equals the lowest.

    >>> fit = lambda states, labels: (torch.tensor([[-1.0, 1.0]]), torch.zeros(2))
    >>> numbers = torch.tensor([[[1.0], [3.0], [0.0], [5.0]]])
    >>> layer_curve(numbers, torch.tensor([0, 1, 1, 1]), torch.tensor([True, True, False, False]), fit)
    [0.5]
    """
    # BEGIN SOLUTION
    shares = []
    for states in levels:
        mean, std = states[train].mean(dim=0), states[train].std(dim=0)
        scaled = (states - mean) / torch.where(std > 0, std, 1)
        weight, bias = fit(scaled[train], labels[train])
        guess = (scaled[~train] @ weight + bias).argmax(dim=-1)
        shares.append((guess == labels[~train]).double().mean().item())
    return shares
    # END SOLUTION


# %% check="layer_curve"
check(layer_curve)

# %%
asked_about = probing.about_docstrings(model, docs)
print(f"for the test: {int((~asked_about['meaning: which library?'].train).sum())} texts")
curves = {}
for name, each in asked_about.items():
    fit = partial(linear_probe, classes=len(each.classes), ridge=300.0)
    curves[name] = layer_curve(each.levels, each.labels, each.train, fit)
    most = each.labels[~each.train].bincount().max() / (~each.train).sum()
    print(f"{name:30}", [f"{share:.2f}" for share in curves[name]], f"always the same answer: {most:.2f}")
lines({name: (range(7), curve) for name, curve in curves.items()}, xlabel="level", ylabel="right on unseen modules")

# %% [markdown]
# <details><summary>What to see</summary>
#
# The length can be read off best at levels 1 and 2, and is mostly lost at the top. The exchanged words cannot be seen
# at all at level 0, where a mean of token vectors knows nothing about which word stands beside which; they are seen
# best at levels 2 and 3, and then less and less. The library rises slowly to its best values in the upper levels. (With
# 190 test texts one standard error is about three hundredths, so a difference below six or so may be chance.)
#
# </details>
#
# > **You may read that** lower layers hold surface, middle ones syntax, upper ones meaning. Our curve for meaning does
# > peak last. Length and word order both peak at level 2, so of the famous order we see half. And look at what else the
# > curves say. The library can be told at level 0 already, about two times in three, before any layer has done
# > anything: the words alone say it, and six layers add less than a tenth. And nouns were told from verbs after *one*
# > layer, though that is syntax as well. "Where is it?" depends on the question, on the probe, and on what the model
# > was trained for. This one was trained for similarity of meaning, and it may throw away at the top what does not
# > serve that. A peak says where something is *easiest to read*. It does not say where it is computed, nor that the
# > model uses it. For that we have to switch something off, as in [lesson 07](../07_hooks/07_hooks.ipynb).

# %% [markdown]
# ## 8 · Heads that specialise · extra
#
# What do the layers do to make such things readable? The only place where tokens exchange anything is attention, with
# twelve heads in each layer. Some heads are easy to describe, because they nearly always look in one way: at the token
# before, say. We can ask all 72 of them by arithmetic. For each thing that a head might look at, a table says for each
# token which other tokens that would be. Then we add up the weight there, and take the mean over the tokens that have
# such a target.
#
# With the tokens *the link to the file*, the first "the" has one target for "same word", the second "the", and the
# other way round. "Link" has none, so it does not count.
#
# ### Exercise: `head_specialists` ●●○ · 8 minutes · extra
#
# <details><summary>Hint 1: a nudge</summary>
#
# With `place = torch.arange(n)`, the comparison `place[:, None] - 1 == place` is a table (query, key): True where the
# key is right before the query. The others are as short.
#
# </details>
# <details><summary>Hint 2: the mean</summary>
#
# For one boolean `table`: `(weights * table).sum(dim=(-2, -1))` adds up everything, and `table.any(dim=-1).sum()` is
# how many tokens have a target. Where that is 0, divide by 1.
#
# </details>


# %% exercise="head_specialists"
def head_specialists(weights: Tensor, tokens: Tensor, mark: int) -> dict[str, Tensor]:
    """How much of its weight each head gives to four kinds of targets, on average over the tokens that have one.

    Args:
        weights: shape (layer, head, query, key), floating point: how much each token of one text looks at each other.
        tokens: shape (token,), int64: which token stands where.
        mark: a token that is a mark, such as [SEP].

    Returns:
        Under each of these names a tensor of shape (layer, head), dtype and device of `weights`:
        "previous": the token right before; "next": the one right behind;
        "same word": all other places of the same token, together;
        "mark": all places of `mark`, together, also for a mark itself.
        Zeros where no token of the text has a target.

    >>> weights = torch.tensor([[[[0.5, 0.5, 0.0], [0.25, 0.0, 0.75], [0.0, 1.0, 0.0]]]])
    >>> head_specialists(weights, torch.tensor([7, 8, 7]), mark=8)["previous"]
    tensor([[0.6250]])
    """
    # BEGIN SOLUTION
    place = torch.arange(len(tokens), device=tokens.device)
    tables = {
        "previous": place[:, None] - 1 == place,
        "next": place[:, None] + 1 == place,
        "same word": (tokens[:, None] == tokens) & (place[:, None] != place),
        "mark": (tokens == mark).expand(len(tokens), -1),
    }
    return {
        name: (weights * table).sum(dim=(-2, -1)) / table.any(dim=-1).sum().clamp(min=1)
        for name, table in tables.items()
    }
    # END SOLUTION


# %% check="head_specialists"
check(head_specialists)

# %% [markdown]
# **See it.** The mean over some forty docstrings, with [SEP] at the end of each as the mark.

# %%
beginning, _, separator = model.inputs(["a"])["input_ids"][0].tolist()  # the numbers of [CLS], "a" and [SEP]
shares: dict[str, list[Tensor]] = {}
for text in docs.texts[::100]:
    tokens = model.inputs([text])["input_ids"][0]
    for name, share in head_specialists(model.weights(text), tokens, separator).items():
        if share.any():  # not every text repeats a word
            shares.setdefault(name, []).append(share)
pictures.head_maps({name: torch.stack(each).mean(dim=0) for name, each in shares.items()})

# %% [markdown]
# <details><summary>What to see</summary>
#
# Head 2 of layer 0 gives all of its weight to the token before. Head 8 of layer 1 gives 0.64 to the one behind. Head 9
# of layer 2 gives 0.37 to other places of the same word, far more than any chance. For [SEP] there is nothing: the
# largest share is 0.12.
#
# </details>
#
# > **You may read that** many of BERT's heads look at [SEP] when they have nothing to do ([Clark et al.
# > 2019](https://arxiv.org/abs/1906.04341)). That was found in BERT, carefully, and you can find it there. In this
# > model, of the same family, no head does so. In [lesson 11](../11_attention/11_attention.ipynb) we saw much of the
# > weight go to [CLS] instead: run the cell above with `beginning` as the mark. What holds for one model is a question
# > to the next.

# %% [markdown]
# ## 9 · Without looking at everything · extra
#
# Our search compares the question with every text. For four thousand that is nothing. For a billion it is too much, and
# so we give up a little recall for a lot of time. The idea is that of a library: books on one subject stand together,
# and we go to the shelves that fit the question. Beforehand, **k-means** finds centres: put each vector to its nearest
# centre, move each centre to the mean of its vectors, and repeat. What then belongs to one centre is its **cell**. A
# question is compared with the centres first, and then only with what lies in the few nearest cells. In faiss this is
# `IndexIVFFlat`, with **inverted lists**, and the number of cells that are searched is `nprobe`.
#
# Where the picture of the library breaks: there a book has one right shelf. A vector just across the border of a cell
# is no worse a neighbour than one inside, but a search that looks only into this cell never sees it.
#
# ### Exercise: `cell_search` ●●○ · 9 minutes · extra
#
# <details><summary>Hint 1: a nudge</summary>
#
# First the cells: sort `centres @ query` and take the first `probes`. `torch.isin(cell, those).nonzero()[:, 0]` are the
# rows that lie in one of them, in ascending order.
#
# </details>
# <details><summary>Hint 2: the places are small numbers?</summary>
#
# The order of the scores counts within the rows that were searched. `inside[order]` says which rows of the corpus these
# are.
#
# </details>


# %% exercise="cell_search"
def cell_search(
    query: Tensor, corpus: Tensor, cell: Tensor, centres: Tensor, probes: int, k: int
) -> tuple[Tensor, Tensor, int]:
    """The k texts with the largest inner products with the query, of those that lie in the cells nearest to it.

    Args:
        query: shape (width,), float32 or float64, which corpus and centres have as well.
        corpus: shape (texts, width). What lies in other cells is not looked at, and may be NaN.
        cell: shape (texts,), int64: the cell that each text lies in. A cell may be empty.
        centres: shape (cells, width).
        probes: how many cells are searched, 1 or more: those whose centres have the largest inner products with the
            query, of equals the lower. All of them where there are fewer.
        k: 1 or more; fewer texts come where the cells hold fewer.

    Returns:
        scores: shape (found,), the largest first; places: shape (found,), int64, rows of `corpus`, of equals the lower
        first; and how many texts were compared with the query, a Python int.

    >>> corpus, cell = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]]), torch.tensor([0, 1, 1])
    >>> cell_search(torch.tensor([0.8, 0.6]), corpus, cell, torch.eye(2), probes=1, k=5)
    (tensor([0.8000]), tensor([0]), 1)
    """
    # BEGIN SOLUTION
    nearest = (centres @ query).sort(descending=True, stable=True).indices[:probes]
    inside = torch.isin(cell, nearest).nonzero()[:, 0]
    scores, order = (corpus[inside] @ query).sort(descending=True, stable=True)
    return scores[:k], inside[order[:k]], len(inside)
    # END SOLUTION


# %% check="cell_search"
check(cell_search)

# %% [markdown]
# **See it.** 64 cells. What we want now are the ten nearest texts that the exact search finds, and your `recall_at_k`
# says how many of them are kept. Beside yours are faiss's cells, over the same centres, and another of its indexes, a
# graph in which each vector has links to some neighbours (**HNSW**). A search walks along the links, from neighbour to
# nearer neighbour, and keeps the best that it has met so far, its candidates. How many it keeps is called `efSearch`.

# %%
centres = near.cell_centres(vectors, 64)
cell = (vectors @ centres.T).argmax(dim=1)
flat, lists, graph = near.flat_index(vectors), near.inverted_index(vectors, centres), near.graph_index(vectors)
queries = model.embed(list(QUESTIONS))
exact = torch.from_numpy(flat.search(queries.numpy(), 10)[1])
print(
    f"{len(centres)} cells, the smallest with {cell.bincount().min()} texts, the largest with {cell.bincount().max()}"
)

# %%
work: dict[str, tuple[list[float], list[float]]] = {"your cells": ([], []), "faiss: graph (HNSW)": ([], [])}
for probes in (1, 2, 4, 8, 16, 32, 64):
    results = [cell_search(query, vectors, cell, centres, probes, 10) for query in queries]
    mine = torch.stack([places for _, places, _ in results])
    lists.nprobe = probes
    theirs, compared = near.searched(lists, queries, 10)
    counted = sum(count for _, _, count in results) / len(results)
    recall, same = recall_at_k(mine, exact, 10), (mine == theirs).float().mean()
    work["your cells"][0].append(counted / len(vectors))
    work["your cells"][1].append(recall)
    both_counts = f"{counted:5.0f} compared, {compared:5.0f} by faiss"
    print(f"{probes:2} cells: {both_counts}, recall {recall:.2f}, the same as faiss finds: {same:.1%}")
for size in (10, 20, 40, 80, 160):
    graph.hnsw.efSearch = size
    places, compared = near.searched(graph, queries, 10)
    work["faiss: graph (HNSW)"][0].append(compared / len(vectors))
    work["faiss: graph (HNSW)"][1].append(recall_at_k(places, exact, 10))
    print(f"graph, {size:3} candidates: {compared:5.0f} compared, recall {work['faiss: graph (HNSW)'][1][-1]:.2f}")
lines(work, xlabel="share of the texts that a question is compared with (logarithmic)",
    ylabel="recall of the ten nearest", logx=True)  # fmt: skip

# %% [markdown]
# <details><summary>What to see</summary>
#
# With all cells yours is the exact search. With 16 of 64 a question is compared with about a quarter of the texts, and
# keeps 94 % of its neighbours. The graph is far better: with 20 candidates it keeps 95 %, and compares the question
# with 261 of the 3,879 texts, about 7 %. It pays with memory for its links, and with the time to build it.
#
# </details>
#
# Comparisons are what we can count. Time is what we pay for, and it depends on the machine, so look at yours.


# %%
def race(probes: int, size: int) -> object:
    """Recall and speed of both, beside the exact search on this machine, at this moment."""
    lists.nprobe, graph.hnsw.efSearch = probes, size
    bars_of, whole = {}, near.seconds(flat, queries, 10)
    for name, index in {"cells": lists, "graph": graph}.items():
        speed = whole / near.seconds(index, queries, 10)
        recall = recall_at_k(near.searched(index, queries, 10)[0], exact, 10)
        bars_of[f"{name}: {speed:.1f} times as fast as the exact search"] = recall
    return bars({"recall": bars_of}, ylabel="recall of the ten nearest")


explore(race, "How much recall does how much speed cost?",
    probes=slider(1, 64, 8, label="cells searched"), size=slider(10, 200, 20, label="candidates"))  # fmt: skip

# %% [markdown]
# ## 10 · A few bits are enough · extra
#
# In float32 a vector of ours takes 1,536 bytes. A billion of them take 1.5 TB, more memory than most computers have. Do
# we need all these digits? We might store each number as a small integer, with one scale for a row: the largest in size
# becomes 7, say, and the others are rounded to the nearest whole step. That is 4 bits instead of 32. (We keep each in a
# byte. Packing two into one is bookkeeping.) Somebody has written this already.
#
# ```python
# def quantize_rows(x, bits=8):
#     most = 2 ** (bits - 1) - 1  # 7 for 4 bits
#     scale = x.amax(dim=-1, keepdim=True) / most
#     codes = (x / scale).clamp(-most, most)
#     return codes.to(torch.int8), scale
# ```
#
# It runs, and the first row that was tried, [7, 3, 1], came back as it was. Then it was measured how many steps the
# numbers that come back are off. Rounding to the nearest step can never be off by more than half of one.

# %%
x = torch.tensor([[7.0, 3.6, 1.2], [2.0, -7.0, 0.6], [0.0, 0.0, 0.0]])
scale = x.amax(dim=-1, keepdim=True) / 7
codes = (x / scale).clamp(-7, 7).to(torch.int8)
print(codes.tolist())
print("off by so many steps:", ((codes * scale - x) / scale).abs().amax(dim=-1).tolist())

# %% [markdown]
# ### Exercise: `quantize_rows` ●●○ · 6 minutes · extra
#
# There are two faults in it, and one case that was forgotten.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Look at the second row: which of its numbers is the largest in size? And what does `.to(torch.int8)` make of 3.6?
#
# </details>
# <details><summary>Hint 2: the row of zeros</summary>
#
# Its scale is 0, and 0 / 0 is NaN. With a scale of 1 its codes are zeros.
#
# </details>


# %% exercise="quantize_rows"
def quantize_rows(x: Tensor, bits: int = 8) -> tuple[Tensor, Tensor]:
    """Each row as small whole numbers and one scale: the number of largest size becomes the largest code, or its
    negative, and all are rounded to the nearest step (halfway between two, to either).

    Args:
        x: shape (rows, width), float32 or float64.
        bits: from 2 to 8; the codes go from −most to most, with most = 2 ** (bits − 1) − 1.

    Returns:
        codes: shape (rows, width), int8, and scale: shape (rows, 1), dtype of `x`, so that codes · scale is nearly x.
        A row of zeros has codes of 0 and a scale of 1.

    >>> quantize_rows(torch.tensor([[1.0, -4.0, 2.2]]), bits=4)
    (tensor([[ 2, -7,  4]], dtype=torch.int8), tensor([[0.5714]]))
    """
    # BEGIN SOLUTION
    most = 2 ** (bits - 1) - 1
    largest = x.abs().amax(dim=-1, keepdim=True)
    scale = torch.where(largest > 0, largest / most, 1)
    codes = (x / scale).round()
    return codes.to(torch.int8), scale
    # END SOLUTION


# %% check="quantize_rows"
check(quantize_rows)

# %% [markdown]
# **See it.** How much of the search is left?

# %%
for bits in (2, 3, 4, 6, 8):
    codes, scale = quantize_rows(vectors, bits)
    places = cosine_search(queries, codes * scale, 10)[1]
    near_ones, questions = recall_at_k(places, exact, 10), recall_at_k(places, wanted, 10)
    print(f"{bits} bits: recall of the ten nearest {near_ones:.3f}, of the questions' answers {questions:.2f}")

# %% [markdown]
# With 8 bits hardly a neighbour changes, and with 4 bits few do. The recall of our forty questions, at the end of each
# line, moves even less. Three bits or four are enough to say in which direction a text lies, since there are 384
# numbers to say it with, and their errors cancel.

# %% [markdown]
# ## 11 · Tell them apart · extra
#
# Six ways to find the most similar text that are not the cosine. On ordinary vectors they agree with it more often than
# we would like.

# %%
suspects("search_counterexample")

# %% [markdown]
# ### Exercise: `search_counterexample` ●●○ · 8 minutes · extra
#
# Find one query and a handful of texts, such that each of the six picks another text than the cosine.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Start with the right text: make it point nearly as the query does, but short, so that inner product and distance both
# miss it. A long text in roughly the same direction takes the inner product, a text near the query's end the distances.
#
# </details>
# <details><summary>Hint 2: the size of the cosine, and the correlation</summary>
#
# If the sign is dropped, a text in exactly the opposite direction is the best of all, provided that the right text has
# a cosine below 1. And adding the same number everywhere does not change the correlation: take the query, and add 5 to
# each number.
#
# </details>
# <details><summary>Hint 3: the columns are left?</summary>
#
# Normalising a column divides it by its length over all texts. One huge number in a column makes that column count for
# next to nothing in all other texts.
#
# </details>


# %% exercise="search_counterexample"
def search_counterexample() -> tuple[Tensor, Tensor]:
    """A query and texts among which each of the suspects takes another one for the best than the cosine does.

    Returns:
        query: shape (width,), and corpus: shape (texts, width), float32, 2 to 12 texts of 2 to 8 numbers from −100 to
        100, none of them all zeros; the best text has a cosine that is larger than all others by 0.01 at least.
    """
    # BEGIN SOLUTION
    query = torch.tensor([1.0, 2.0, 0.0])
    right, long, close = [0.1, 0.18, 0.01], [60.0, 40.0, 0.0], [1.0, 2.0, 0.9]
    opposite, shifted = [-1.0, -2.0, 0.0], [6.0, 7.0, 5.0]
    return query, torch.tensor([right, long, close, opposite, shifted])
    # END SOLUTION


# %% check="search_counterexample"
check(search_counterexample)

# %%
pictures.lineup(search_counterexample())

# %% [markdown]
# *The picture, for the answer of this lesson: a 1 marks the text that each takes for the best. The library takes text
# 0. None of the six rows below it has its 1 there: two of them take text 1, two text 2, one text 3 and one text 4.*

# %% [markdown]
# ## What you have built
#
# | yours | elsewhere |
# |---|---|
# | `mean_pool` | `Pooling` with `pooling_mode="mean"` in sentence-transformers |
# | `cosine_search` | `faiss.IndexFlatIP` on normalised vectors, `sentence_transformers.util.semantic_search` |
# | `recall_at_k` | `InformationRetrievalEvaluator` |
# | `linear_probe` | `sklearn.linear_model.Ridge` on one-hot targets, `RidgeClassifier` |
# | `control_labels` | the control tasks of Hewitt and Liang |
# | `layer_curve` | `StandardScaler` and a probe, at each of `output_hidden_states=True` |
# | `head_specialists` | sums over `output_attentions=True` |
# | `cell_search` | `faiss.IndexIVFFlat` with `nprobe` |
# | `quantize_rows` | `faiss.IndexScalarQuantizer` |
# | `search_counterexample` | – |
#
# **Read the real source.** `faiss/IndexFlat.cpp` and `faiss/IndexIVF.cpp` in faiss's repository: the flat search is a
# matrix product and a heap. In sentence-transformers look for `pooling.py` (which has moved from version to version):
# its mean multiplies by the mask and divides by the count, with a `clamp(min=1e-9)`, so NaN at padding would get
# through. `transformers/models/bert/modeling_bert.py` shows where the hidden states of each layer are collected.
#
# **Sources.** [Reimers and Gurevych 2019](https://arxiv.org/abs/1908.10084), *Sentence-BERT*. [Hewitt and Liang
# 2019](https://arxiv.org/abs/1909.03368), *Designing and Interpreting Probes with Control Tasks*. [Jawahar et al.
# 2019](https://aclanthology.org/P19-1356/), *What Does BERT Learn about the Structure of Language?* [Clark et al.
# 2019](https://arxiv.org/abs/1906.04341), *What Does BERT Look At?* [Malkov and Yashunin
# 2016](https://arxiv.org/abs/1603.09320), on HNSW.
#
# **At scale.** A billion passages with 768 numbers each are 3 TB in float32 and 96 GB at one bit a number. They are
# read in cells, with a product quantiser of 32 to 64 bytes a vector and a graph over the centres, on one machine with a
# few hundred GB, in some milliseconds a question and with a recall around 0.9. Encoding is the larger bill: a billion
# passages of 100 tokens through a model of 100 million weights take 2 · 10⁸ · 10¹¹ = 2 · 10¹⁹ operations, which eight
# GPUs that really do 200 TFLOP/s each finish in three and a half hours. And if you change the model, you encode
# everything again, since the vectors of two models cannot be compared.
#
# **Three questions to take home.**
#
# 1. We kept the functions' names out of the texts. What would happen to the recall if they were in, and is "what I call
#    it" part of what a search should know?
# 2. Our probe was right about nouns and verbs after one layer. How would you find out whether the *model* makes any use
#    of this?
# 3. A colleague reports a recall at 10 of 0.99 for a new index, compared with the exact search. Users find less than
#    before. How can both be true?
