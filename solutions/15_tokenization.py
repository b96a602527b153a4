# %% [markdown]
# # Tokenization
#
# **A language model has a table with one row for each word that it knows. What does it do with a word that is not in
# the table?**
#
# A program has stopped, and we want to ask a model what went wrong. The message is in English, or in Chinese if that is
# what the computer speaks. Before the model sees anything of it, the message is cut into **tokens**, and each token is
# looked up in the model's table. BERT's table for English has 30,522 rows. That of `bert-base-chinese`, BERT's Chinese
# sister, has 21,128. This is how the two see the message:

# %%
import itertools
import re
import string
import unicodedata
from collections import Counter
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from autograder import check, suspects
from helpers import tokenization as pictures
from helpers.characters import is_chinese
from helpers.corpus import docstrings
from helpers.corpus import words as words_of
from helpers.plots import lines
from helpers.trainers import library_trained, likelihood_trained
from helpers.vocabularies import SPECIAL, merged, tokenizer_of, vocabulary_file, vocabulary_of
from helpers.widgets import choice, explore
from helpers.widgets import text as typed

# %%
messages = ["FileNotFoundError: can't open résumé.txt", "无法打开 résumé.txt：文件不存在。"]
for message in messages:
    print(tokenizer_of("English").tokenize(message))  # the library's own tokenizer
# `library_spans`: which characters each token came from; you will write that yourself in section 6
pictures.in_colours(messages, {name: pictures.library_spans(name) for name in ("English", "中文")})

# %% [markdown]
# *The picture: each message twice, with a colour for each token. The English one is 14 tokens by the English table and
# 17 by the Chinese one, and nothing in it is red. The Chinese one is 16 tokens by the Chinese table, again without red.
# By the English table it is 15 tokens, and six of its nine Chinese characters are red.*
#
# Two things are odd here. FileNotFoundError is surely not among the 30,522 words, and yet nothing in the first line is
# red: it was taken apart, into `file`, `##not`, `##fo`, `##under` and `##ror`. Of the Chinese message, on the other
# hand, hardly anything is left. It says *cannot open résumé.txt: the file does not exist*, and all that the English
# BERT gets to see of its words is *law* (法), *text* (文) and *not* (不), the first two of them halves of longer words.
# Both models have learned from gigabytes of text. What they are able to read was decided before that, by a list.
#
# In this lesson we write everything that stands between a text and its numbers, and on every text that we try, it gives
# what the library gives. At the end we look at our own code as three models would see it.
#
# At the end you will be able to
#
# - cut a word into pieces as BERT does, and say when that fails;
# - prepare a text for it: accents, capitals, punctuation, Chinese, and invisible characters;
# - put together what BERT is given, for one text and for two;
# - say for each token which characters of the text it came from;
# - as extras: go back to a text, cut pairs that are too long, mend a batch, train a vocabulary of your own, and catch
#   six wrong tokenizers with two texts.
#
# About 60 minutes for the core, 104 with the extras. You need to know that a word is a row of a table ([lesson
# 08](../08_layers/08_layers.ipynb)), and hardly any PyTorch.

# %% [markdown]
# ## 1 · A row for each word · core
#
# Inside a model there are no letters. [Lesson 08](../08_layers/08_layers.ipynb) had a table of vectors, and a word was
# the number of its row. The list that says which word has which row is the **vocabulary**. In Python it is a dict.

# %%
english, chinese = vocabulary_of("English"), vocabulary_of("中文")
print(f"{len(english):,} rows, {len(chinese):,} rows")
print({token: english[token] for token in ("open", "file", "the", "not", *SPECIAL)})

# %% [markdown]
# Five of the entries are not words but **special tokens**, and we shall meet each of them:
#
# | token | what it is for |
# |---|---|
# | `[UNK]` | whatever the vocabulary does not hold, *unknown* |
# | `[CLS]` | stands in front of every input; a classifier reads what the model makes of it |
# | `[SEP]` | ends a text, and separates two |
# | `[MASK]` | hides a word that the model has to guess |
# | `[PAD]` | fills up short texts in a batch |
#
# The plainest tokenizer cuts a text at its spaces and looks each word up.
#
# ### Exercise: `numbers` ●○○ · 3 minutes · core
#
# From tokens to numbers. A word that is not there gets the row of `[UNK]`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `vocabulary.get(token, otherwise)` gives `otherwise` if there is no such token. What should that be?
#
# </details>
# <details><summary>Hint 2: "the token with the number 0"?</summary>
#
# `vocabulary.get(token) or …` goes wrong where the number is 0, because Python takes 0 for false.
#
# </details>


# %% exercise="numbers"
def numbers(tokens: list[str], vocabulary: dict[str, int]) -> list[int]:
    """The number of each token: its row in the table.

    A token that the vocabulary does not hold gets the number of [UNK].

    Args:
        tokens: looked up as they stand; there may be none.
        vocabulary: token → number, with [UNK] among them; it stays as it is.

    Returns:
        A list with one Python integer for each token.

    >>> numbers(["open", "sesame"], {"[UNK]": 0, "open": 1})
    [1, 0]
    """
    # BEGIN SOLUTION
    unknown = vocabulary["[UNK]"]
    return [vocabulary.get(token, unknown) for token in tokens]
    # END SOLUTION


# %% check="numbers"
check(numbers)

# %% [markdown]
# **See it.** Our message, cut at its spaces.

# %%
words = messages[0].split()
print(dict(zip(words, numbers(words, english), strict=True)))

# %% [markdown]
# Only "open" has come through. "can't" is an ordinary word, but the table does not have it with its apostrophe, and
# FileNotFoundError is not there at all. All three became the same row, so the model could not tell them apart.
#
# We could make the table larger. But people invent words faster than tables grow, above all people who write programs,
# and a row that is met once in a billion words never learns anything. Or we could have a row for each letter. Then
# nothing would be unknown, but a page becomes thousands of tokens, and a letter says next to nothing. Is there
# something in between?

# %% [markdown]
# ## 2 · A word in pieces · core
#
# There is. Frequent words get a row of their own, and rare words are put together from pieces that are frequent. A
# piece inside a word is not the same as one that begins it (the *able* in *readable* is not the word *able*), so it has
# a row of its own, and a name that begins with `##`. BERT knows `able` and `##able`.
#
# So where do we cut? Take "tokenization". We try the whole word, then the word without its last letter, and so on,
# until something is in the vocabulary. Then we do the same with what is left.


# %%
def beginnings(rest: str, mark: str) -> list[str]:
    return [mark + rest[:end] for end in range(len(rest), 0, -1) if mark + rest[:end] in english]


print("at the beginning:", beginnings("tokenization", ""))
print("then:", beginnings("ization", "##"))

# %% [markdown]
# The longest beginning is `token`, the longest that can follow is `##ization`, and then the word is used up. That is
# all there is to **WordPiece**: take the longest piece, and never look back.
#
# It is how most of us count out change: the largest coin first. With coins of 4, 3 and 1, that pays 6 as 4 + 1 + 1,
# although 3 + 3 is shorter. But as long as there is a coin of 1, we can always pay, and this is where the picture
# breaks. A vocabulary may lack the piece that is needed at the end. Then WordPiece does not go back to try another way.
# It gives up the *whole* word, and says `[UNK]`.
#
# **Predict first.** A vocabulary holds `no`, `not`, `##ti`, `##tice`, `##ice` and `##fy`. What becomes of *notice*, and
# what of *notify*?
#
# <details><summary>The answer</summary>
#
# *notice* is `not`, `##ice`, although `no`, `##tice` would have fitted as well: the longest piece comes first. With
# *notify* the longest is `not` again, and then nothing fits *ify*. So it is `[UNK]`, although `no`, `##ti`, `##fy`
# would have been a way. And FileNotFoundError, in the first picture? Behind *not*, the longest piece is a *fo*, and
# then an *under* fits that nobody meant. Greedy cutting knows nothing of meaning.
#
# </details>
#
# ### Exercise: `wordpiece` ●●○ · 8 minutes · core
#
# One word, in pieces. BERT does not even look at words of more than 100 characters.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Two loops. The outer one runs while a part of the word is left, from `start` on. The inner one tries ends, from
# `len(word)` down to `start + 1`, and stops at the first piece that the vocabulary holds.
#
# </details>
# <details><summary>Hint 2: how do I notice that nothing fitted?</summary>
#
# A `for` loop may have an `else`, which runs if the loop was not left by `break`.
#
# </details>
# <details><summary>Hint 3: "the piece with the number 0"?</summary>
#
# Ask `piece in vocabulary`. The number of a piece may be 0, and then `vocabulary.get(piece)` looks like a no.
#
# </details>
# <details><summary>Hint 4: nearly the code</summary>
#
# ```python
# tokens, start = [], 0
# while start < len(word):
#     for end in range(len(word), start, -1):
#         piece = ...
#         if piece in vocabulary:
#             break
#     else:
#         return ...
#     tokens.append(piece)
#     start = ...
# return tokens
# ```
#
# </details>


# %% exercise="wordpiece"
def wordpiece(word: str, vocabulary: dict[str, int], limit: int = 100) -> list[str]:
    """The pieces of a word: the longest at its beginning that the vocabulary holds, then the longest of the rest, and
    so on.

    Not to be used: `tokenizers.models.WordPiece`, `helpers.vocabularies.pieces_of`.

    Each piece after the first is looked up with ## in front of it, and comes back with it. Where no piece fits, the
    whole word becomes [UNK], also if another way of cutting would have fitted.

    Args:
        word: one character or more.
        vocabulary: the tokens, each with its number; it stays as it is.
        limit: a word of more characters is [UNK] and not looked up.

    Returns:
        The names of the pieces, or a list with [UNK] alone.

    >>> wordpiece("tokenizer", {"token": 7, "##ize": 7, "##izer": 7, "##r": 7})
    ['token', '##izer']
    """
    # BEGIN SOLUTION
    if len(word) > limit:
        return ["[UNK]"]
    tokens, start = [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            piece = word[start:end] if start == 0 else "##" + word[start:end]
            if piece in vocabulary:
                break
        else:
            return ["[UNK]"]
        tokens.append(piece)
        start = end
    return tokens
    # END SOLUTION


# %% check="wordpiece"
check(wordpiece)

# %% [markdown]
# **See it.** Words, rare and rarer, in the pieces of both vocabularies.

# %%
for word in ("unreadable", "tokenizer", "filenotfounderror", "résumé", "件", "文件", "不存在"):
    print(f"{word}: {' '.join(wordpiece(word, english))}   and   {' '.join(wordpiece(word, chinese))}")
for vocabulary in (english, chinese):
    single = sum(is_chinese(token[-1]) and len(token) == 1 for token in vocabulary)
    marked = sum(is_chinese(token[-1]) and len(token) == 3 and token.startswith("##") for token in vocabulary)
    print(f"Chinese characters: {single:,} as they are, {marked:,} with ##")

# %% [markdown]
# The Chinese table knows nearly all of this, and the English one nothing of the last three words. 文件 means *file*,
# and only one of its two characters is there; then the whole word is gone. (By the last two lines each Chinese
# character stands in the table twice, once with ##. Let us keep that in mind.) "résumé" is unknown to both, although
# the first picture shows it cut without trouble. So something has to happen to a text *before* it is cut.
#
# > **You may read that** pieces put an end to unknown words. That is true of tokenizers that go down to bytes, like the
# > one in [lesson 14](../14_generation/14_generation.ipynb). For BERT it is not:

# %%
for word in ("file", "file☃", "😀"):
    print(word, wordpiece(word, english))

# %% [markdown]
# > One character without a row, and the whole word is gone, however well the rest of it is known.

# %% [markdown]
# ## 3 · Before the pieces · core
#
# Here are two texts.

# %%
one, other = pictures.TWINS
print(one, other)

# %% [markdown]
# **Predict first.** They look the same on your screen. Are they equal, and how long is each?

# %%
print(one == other, len(one), len(other))

# %% [markdown]
# <details><summary>The answer</summary>
#
# They are not equal. In the first, of four characters, é is one of them. In the second it is an e, and behind it comes
# an accent, which is drawn above whatever stands before it. Unicode allows both.
#
# </details>
#
# To a dict these are two words, and neither of them is "cafe", or "Café". If each way of writing had its own row, every
# row would see fewer examples. So the text is **normalized** first, character by character:
#
# | what | becomes |
# |---|---|
# | tab, line feed, carriage return | a space |
# | other control characters, invisible ones, private use, U+FFFD (what could not be read) | nothing |
# | any other white space | a space |
# | a Chinese character | itself, with a space on either side |
# | a letter with an accent, or another mark | the letter |
# | a capital | a small letter |
#
# For each of these Python has a word. `unicodedata.category("\x07")` is `Cc`, a control character. `Cf` is invisible,
# such as a mark for the direction of writing, `Co` is private use, and `Mn` a mark that takes up no room of its own,
# such as an accent. NFD, a normal form of Unicode, takes é apart into the letter and the accent.
#
# Why the spaces around Chinese? It is written without any, and where a word ends cannot be told from the characters
# alone: 文件不存在 would be a single word of five characters. BERT's authors did not try. With the spaces, every
# character is a word by itself.
#
# ### Exercise: `normalize` ●●○ · 8 minutes · core
#
# `is_chinese` is imported: it knows the eight blocks of Unicode that BERT counts as Chinese. (Unicode has added more
# since.) Lower case has one trap. `"ΟΔΟΣ".lower()` ends with ς, since `lower` knows a rule of Greek for the ends of
# words. The library looks at each character by itself, and makes σ.
#
# <details><summary>Hint 1: a nudge</summary>
#
# One loop over the characters that builds a new text, with an `if` for each of the first four rows of the table. Then
# `unicodedata.normalize("NFD", …)` on the whole, and a second loop that drops category `Mn` and makes small letters.
#
# </details>
# <details><summary>Hint 2: "control characters" or "tab and ends of lines"?</summary>
#
# To Unicode a tab is a control character as well, and to `isspace` some control characters are white space. The order
# of the table decides: first the three that become a space, then what vanishes, then white space.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# kept = ""
# for character in text:
#     if character in "\t\n\r":
#         kept += " "
#     elif unicodedata.category(character) in (...) or character == "\ufffd":
#         continue
#     elif character.isspace():
#         ...
#     else:
#         kept += f" {character} " if is_chinese(character) else character
# apart = unicodedata.normalize("NFD", kept)
# return "".join(character.lower() for character in apart if ...)
# ```
#
# </details>


# %% exercise="normalize"
def normalize(text: str) -> str:
    """A text as BERT's tokenizer reads it: cleaned, Chinese characters apart, without accents, in lower case.

    Not to be used: `tokenizers.normalizers.BertNormalizer`, `helpers.vocabularies.normalize`.

    Tab, line feed and carriage return become a space. Other control characters, invisible and private ones (categories
    Cc, Cf, Co) vanish, and so does U+FFFD. Any other white space becomes a space. A Chinese character (`is_chinese`)
    gets a space before and a space behind it. Canonical decomposition (NFD) separates accents from letters, and accents
    (category Mn) vanish. Each character is put in lower case by itself. Everything else stays, also spaces in a row.

    Args:
        text: any text; it may be empty.

    >>> normalize("Café\t中文")
    'cafe  中  文 '
    """
    # BEGIN SOLUTION
    kept = ""
    for character in text:
        if character in "\t\n\r":
            kept += " "
        elif unicodedata.category(character) in ("Cc", "Cf", "Co") or character == "\ufffd":
            continue
        elif character.isspace():
            kept += " "
        else:
            kept += f" {character} " if is_chinese(character) else character
    apart = unicodedata.normalize("NFD", kept)
    return "".join(character.lower() for character in apart if unicodedata.category(character) != "Mn")
    # END SOLUTION


# %% check="normalize"
check(normalize)

# %% [markdown]
# **See it.** What each of these looks like to BERT, with a bar at either end so that we can see the spaces.

# %%
for text in (messages[1], "el año", "STRAẞE ﬁle Ⅻ", "й ガ हिन्दी", "open\ufeffthe file"):
    print(f"{text!r} → |{normalize(text)}|")
print("한국:", wordpiece(normalize("한국"), english))

# %% [markdown]
# Something is lost here, and we should know what. *año* is Spanish for year, and *ano* is another word. An **uncased**
# BERT cannot tell them apart, nor *US* from *us*. (There are cased ones, which leave out the last two rows of our
# table: accents and capitals stay.) The ﬁ is a single character and stays one, since NFD separates marks and no more.
# So is Ⅻ, whose small form is ⅻ.
#
# For other scripts it is worse, because NFD takes more apart than accents. й and и are two letters of Russian, ガ
# (*ga*) and カ (*ka*) two syllables of Japanese. हिन्दी, *Hindi*, has lost the mark that binds its n to its d. And
# 한국, *Korea*, is written with two characters, of three letters each, and has become six tokens. The rule suits
# European accents, and other languages pay for it.
#
# And *openthe* is a classic. Where a space should have been there stood an invisible character. It vanishes, and the
# two words grow together.

# %% [markdown]
# ## 4 · Words · core
#
# Now for the words. White space separates them, that much is easy. But "error:" is not a word, and neither is "can't".
# So every punctuation mark counts as a word of its own, and even *can't* becomes three: `can`, `'`, `t`.
#
# What is punctuation? Unicode has categories for it, which all begin with a P: `Po` for a full stop, `Ps` for an
# opening bracket, and 。 or “ are there as well. But $, +, <, =, >, ^, |, ~ and the backtick are *symbols* there. BERT
# wants them split off too, and so it adds every visible character of ASCII that is neither letter nor digit, which is
# what `string.punctuation` holds. A € is in neither of the two, and stays with its word.
#
# ### Exercise: `basic_tokenize` ●●○ · 5 minutes · core
#
# The normalization is handed over, so that this works before yours does.
#
# <details><summary>Hint 1: a nudge</summary>
#
# We have just seen how to make something a word of its own: put a space on either side, and split later.
#
# </details>
# <details><summary>Hint 2: "several spaces, in front and behind"?</summary>
#
# `split(" ")` makes an empty word between two spaces. `split()` does not.
#
# </details>


# %% exercise="basic_tokenize"
def basic_tokenize(text: str, normalize: Callable[[str], str]) -> list[str]:
    """The words and punctuation marks of a text, in their order.

    Not to be used: `tokenizers.pre_tokenizers.BertPreTokenizer`, `helpers.vocabularies.split`.

    The whole text is normalized once. Then it is cut at spaces, however many, and before and behind each punctuation
    mark, which is a word of its own. Punctuation is what `string.punctuation` holds, and every character whose Unicode
    category begins with P.

    Args:
        text: any text; it may be empty.
        normalize: from a text to a normalized one, whose only white space is spaces.

    Returns:
        A list without empty words.

    >>> basic_tokenize("Can't open it.", str.lower)
    ['can', "'", 't', 'open', 'it', '.']
    """
    # BEGIN SOLUTION
    spaced = ""
    for character in normalize(text):
        mark = character in string.punctuation or unicodedata.category(character).startswith("P")
        spaced += f" {character} " if mark else character
    return spaced.split()
    # END SOLUTION


# %% check="basic_tokenize"
check(basic_tokenize)

# %% [markdown]
# **See it.** The tokenizer is complete: normalize, split, cut each word. One thing is left, special tokens that are
# *written* in a text. The library looks for them first, before anything else happens, so we do as well. Does ours give
# what the library's gives, on nine odd texts?

# %%
WRITTEN = re.compile(r"(\[(?:PAD|UNK|CLS|SEP|MASK)\])")


def tokenize(text: str, vocabulary: dict[str, int]) -> list[str]:
    tokens: list[str] = []
    for part in WRITTEN.split(text):
        words = [part] if part in SPECIAL else basic_tokenize(part, normalize)
        tokens += [token for word in words for token in ([word] if word in SPECIAL else wordpiece(word, vocabulary))]
    return tokens


odd = [*messages, "", "año\tÑ", "open\ufeffthe file", "[MASK] is not [mask]", "😀 x²+y²", "a" * 101, "한국어 カタカナ"]
for name, vocabulary in {"English": english, "中文": chinese}.items():
    print(name, [tokenize(text, vocabulary) == tokenizer_of(name).tokenize(text) for text in odd])

# %% [markdown]
# > **You may read that** special tokens are out of a user's reach. Whoever can type `[SEP]` can write one:

# %%
typed_in = "open [SEP] file"
print(tokenizer_of("English")(typed_in)["input_ids"])
print(tokenizer_of("English")(typed_in, split_special_tokens=True)["input_ids"])

# %% [markdown]
# > In the first list 102 stands twice, and only the second one is real: a text has ended in the middle of a text. For a
# > model that takes orders this would be a way to speak in somebody else's name. `split_special_tokens=True` makes
# > plain text of it.
#
# **Explore.** Type what you like, in any language, and see it by one table or another. Can you find an English word
# that the Chinese table cuts into single letters, or a Chinese character that the English one has?


# %%
def by_hand(name: str, written: str) -> pictures.Marked:
    vocabulary = vocabulary_of(name)  # below: the tokens in colours, with their numbers
    return pictures.as_tokens(tokenize(written, vocabulary), numbers(tokenize(written, vocabulary), vocabulary))


explore(
    by_hand,
    "Which tokens is a text made of?",
    name=choice(["English", "中文", "Python"], "中文", label="vocabulary"),
    written=typed("I love 北京, naïvely: x² + $5 ☃ unbelievable", label="text"),
)

# %% [markdown]
# <details><summary>What to see</summary>
#
# *unbelievable* is one token in the English table and six in the Chinese one, *love* is one in both. 北 and 京 stand
# in both tables: the Chinese characters in the English one belong mostly to names and places. `$5` is two words and x²
# is one, in two pieces. The snowman is unknown everywhere. (A third table, trained on Python programs, will come up in
# section 6.)
#
# </details>

# %% [markdown]
# ## 5 · What BERT is given · core
#
# BERT was trained on pairs: here are two texts, does the second follow the first? So it has to know where a text ends
# and which of the two a token belongs to. For that there are two special tokens and a second list of numbers. Of
# *can't* and its translation it sees this:
#
# | | | | | | | | | |
# |---|---|---|---|---|---|---|---|---|
# | token | `[CLS]` | `can` | `'` | `t` | `[SEP]` | `无` | `法` | `[SEP]` |
# | type | 0 | 0 | 0 | 0 | 0 | 1 | 1 | 1 |
# | mask | 1 | 1 | 1 | 1 | 1 | 1 | 1 | 1 |
#
# `[CLS]` stands in front. A classifier reads what the model makes of this place, since it belongs to no word. A `[SEP]`
# ends each text, and counts as part of it. The **mask** says what is not padding; it gets its zeros when texts are put
# into a batch (section 9). Is a pair with an empty second text the same as a single text? No: it has a `[SEP]` more.
#
# ### Exercise: `encode` ●●○ · 6 minutes · core
#
# <details><summary>Hint 1: a nudge</summary>
#
# Build two lists, `one` with the first text and all that belongs to it, `other` with the second. What the types are
# follows from their lengths.
#
# </details>
# <details><summary>Hint 2: "the second without tokens"?</summary>
#
# `if second:` is false for an empty list. Ask `if second is not None`.
#
# </details>


# %% exercise="encode"
def encode(first: list[str], vocabulary: dict[str, int], second: list[str] | None = None) -> dict[str, list[int]]:
    """What BERT is given for a text, or for a pair of texts.

    [CLS] stands in front, and a [SEP] behind each text.

    Args:
        first: the tokens of the first text; there may be none.
        vocabulary: token → number; what it does not hold gets the number of [UNK].
        second: those of the second text; None if there is no second text, which is not the same as one without
            tokens.

    Returns:
        Three lists of one length, of Python integers. `input_ids`: the numbers. `token_type_ids`: 0 for [CLS], the
        first text and its [SEP]; 1 for the second text and its [SEP]. `attention_mask`: 1 for every token. The
        arguments stay as they are.

    >>> encode(["a"], {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "a": 4, "b": 5}, ["b"])
    {'input_ids': [2, 4, 3, 5, 3], 'token_type_ids': [0, 0, 0, 1, 1], 'attention_mask': [1, 1, 1, 1, 1]}
    """
    # BEGIN SOLUTION
    one = ["[CLS]", *first, "[SEP]"]
    other = [*second, "[SEP]"] if second is not None else []
    return {
        "input_ids": [vocabulary.get(token, vocabulary["[UNK]"]) for token in one + other],
        "token_type_ids": [0] * len(one) + [1] * len(other),
        "attention_mask": [1] * len(one + other),
    }
    # END SOLUTION


# %% check="encode"
check(encode)

# %% [markdown]
# **See it.** Both messages as a pair, against the library.

# %%
mine = encode(tokenize(messages[0], chinese), chinese, tokenize(messages[1], chinese))
theirs = tokenizer_of("中文")(*messages)
print("the same:", mine == dict(theirs))
for name, values in mine.items():
    print(f"{name:16}{values}")

# %% [markdown]
# > **You may read that** `tokenizer.encode_plus` does this. In many books it does. Let us see what is there today:

# %%
bert = tokenizer_of("English")
try:
    bert.encode_plus("open the file")
except AttributeError as error:
    print("AttributeError:", error)
print("tokenizer(…):", dict(bert("open the file", return_tensors="pt")))
print("encode:", bert.encode("open the file"), "without special ones:", bert.encode("open", add_special_tokens=False))
print("convert_ids_to_tokens:", bert.convert_ids_to_tokens([101, 2330, 103, 102]))

# %% [markdown]
# > In transformers 5 it is gone, and we call the tokenizer itself. It gives all three lists, as tensors with
# > `return_tensors="pt"`. `encode` is still there and gives the numbers alone.

# %% [markdown]
# ## 6 · Where it came from, and your own code in colours · core
#
# A model that finds a name in a text answers with tokens: from 3 to 5. We want to underline it in the text. So for each
# token we have to know its **offsets**, where in the original text it begins and where it ends. But the text that we
# cut is not the original any more. Accents have vanished, and spaces have come in.
#
# We could search for each token in the text, but there is no "resume" in "résumé". It is easier to take the places
# along from the start. Let us normalize character by character, and note for each letter that comes out which character
# it was:

# %%
for place, character in enumerate("é 件\u200b."):
    print(place, ascii(character), [(letter, place) for letter in normalize(character)])

# %% [markdown]
# Now we cut, and count letters. A token's beginning is the place of its first letter, and its end is one behind the
# place of its last. So what vanishes behind the last letter is not counted: for `cafe\u0301`, five characters, the
# library says (0, 4), and so do we. A `[MASK]` written in the text is cut like any other word here.
#
# ### Exercise: `offsets` ●●● · 9 minutes · core
#
# All three parts are handed over: a normalization, what splits a normalized text into words, and what cuts a word into
# pieces.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Make two things of the text: a list with the place of each normalized letter, and all these letters as one text. Split
# the latter. `letters.index(word, end)` finds the next word from `end` on.
#
# </details>
# <details><summary>Hint 2: how long is a token?</summary>
#
# The first piece of a word is as long as its name, the others are two shorter, because of ##. And [UNK] is as long as
# the word.
#
# </details>
# <details><summary>Hint 3: nearly the code</summary>
#
# ```python
# pairs = [(letter, place) for place, character in enumerate(text) for letter in ...]
# letters = "".join(letter for letter, _ in pairs)
# found, end = [], 0
# for word in split(letters):
#     start = letters.index(word, end)
#     end = start + len(word)
#     for number, token in enumerate(pieces(word)):
#         size = ...
#         found.append((token, pairs[start][1], ...))
#         start += size
# return found
# ```
#
# </details>


# %% exercise="offsets"
def offsets(
    text: str,
    normalize: Callable[[str], str],
    split: Callable[[str], list[str]],
    pieces: Callable[[str], list[str]],
) -> list[tuple[str, int, int]]:
    """The tokens of a text, each with its place: the first character that it comes from, and the one behind the last.

    The places are those of the text as it was written, whatever the normalization does to it. A token [UNK] has the
    place of its whole word.

    Args:
        text: any text; it may be empty.
        normalize: from a text to a normalized one; normalizing character by character and joining gives the same as
            normalizing the whole text.
        split: from a normalized text to its words, in order; what it leaves out lies between them.
        pieces: from a word to its tokens, where those after the first begin with ##, or to a list with [UNK] alone.

    Returns:
        A list of tuples (token, start, end), so that `text[start:end]` is what the token comes from.

    >>> offsets("É 1", lambda one: {"É": "e"}.get(one, one), str.split, lambda word: [word])
    [('e', 0, 1), ('1', 2, 3)]
    """
    # BEGIN SOLUTION
    pairs = [(letter, place) for place, character in enumerate(text) for letter in normalize(character)]
    letters = "".join(letter for letter, _ in pairs)
    found, end = [], 0
    for word in split(letters):
        start = letters.index(word, end)
        end = start + len(word)
        for number, token in enumerate(pieces(word)):
            size = len(word) if token == "[UNK]" else len(token) - 2 * (number > 0)
            found.append((token, pairs[start][1], pairs[start + size - 1][1] + 1))
            start += size
    return found
    # END SOLUTION


# %% check="offsets"
check(offsets)

# %% [markdown]
# **See it.** Now for the code that you have just written. The function `offsets` itself goes through everything that
# you have built. First as BERT would see it, then as its Chinese sister does, and then by a third table of 8,000
# entries, trained on nothing but Python programs.


# %%
def spans(places: Callable[..., Any], text: str, vocabulary: dict[str, int]) -> list[tuple[str, int, int]]:
    return places(
        text,
        normalize,
        lambda letters: basic_tokenize(letters, str),  # normalized already
        lambda word: wordpiece(word, vocabulary),
    )


def in_my_colours(function: Callable[..., Any], name: str) -> pictures.Marked:
    code = pictures.body_of(function)  # what stands below the docstring
    return pictures.code_in_colours(code, spans(offsets, code, vocabulary_of(name)), name)


in_my_colours(offsets, "English")

# %%
in_my_colours(offsets, "中文")

# %%
in_my_colours(offsets, "Python")

# %% [markdown]
# <details><summary>What to see, for the answer of this lesson</summary>
#
# The same characters are 158 tokens by the English table, 197 by the Chinese one and 152 by that of programs. This is
# closer than you might think, because half of the words in this code are punctuation marks, and those stand in every
# table. The difference is in the other half. The table of programs has each of these words whole but one, the `unk` of
# `[UNK]`, which it cuts into `un` and `##k`. The English one lacks `enumerate`, `normalize` and `append`, and the
# Chinese one makes four pieces of *character*.
#
# </details>
#
# And the message that we began with?

# %%
pictures.in_colours(messages, {
    name: lambda text, name=name: spans(offsets, text, vocabulary_of(name)) for name in ("English", "中文", "Python")
})  # fmt: skip

# %% [markdown]
# The table of programs has a row for FileNotFoundError. In its world that is a common word. And of Chinese it knows not
# a single character, because programs hold next to none. So this is what a model does with a word that is not in its
# table: it puts it together from pieces, as well as the table allows, and if a single character has no row, it sees
# nothing of the word. Which words are whole, which fall to pieces and which are gone is decided by what the table was
# made from, long before any learning.
#
# That has a price, and we can count it. The same text in more tokens costs more time and fits less often into the 512
# places that BERT has, and if you pay by the token, you pay more for one language than for another.

# %% [markdown]
# ## 7 · Back to text · extra
#
# If a model writes, or fills a gap, we want to read it. So back from numbers to text: pieces are joined, and words get
# spaces between them. But were there spaces? The tokens of "can't" and "can ' t" are the same, so there is no way to
# know, and the library follows a rule: full stop, comma, question mark and exclamation mark follow at once, and all
# others stand apart.
#
# ### Exercise: `decode` ●○○ · 5 minutes · extra
#
# <details><summary>Hint 1: a nudge</summary>
#
# Join all tokens with spaces first. What has to be replaced in that text?
#
# </details>
# <details><summary>Hint 2: numbers to tokens</summary>
#
# `{number: token for token, number in vocabulary.items()}` is the vocabulary the other way round.
#
# </details>


# %% exercise="decode"
def decode(ids: list[int], vocabulary: dict[str, int], skip_special: bool = False) -> str:
    """The text of a list of numbers, as well as it can be told.

    A token that begins with ## is joined to what stands before it, without the ##; the very first token stays as it is.
    A full stop, comma, question mark or exclamation mark follows at once, and any other token after a space.

    Args:
        ids: numbers of tokens, all of them in the vocabulary; there may be none.
        vocabulary: token → number; it stays as it is.
        skip_special: leaves [PAD], [UNK], [CLS], [SEP] and [MASK] out before anything else.

    >>> decode([0, 2, 3, 4, 1], {"[CLS]": 0, "[SEP]": 1, "read": 2, "##able": 3, ".": 4}, skip_special=True)
    'readable.'
    """
    # BEGIN SOLUTION
    names = {number: token for token, number in vocabulary.items()}
    tokens = [names[number] for number in ids]
    if skip_special:
        tokens = [token for token in tokens if token not in SPECIAL]
    text = " ".join(tokens).replace(" ##", "")
    for mark in ".,?!":
        text = text.replace(f" {mark}", mark)
    return text
    # END SOLUTION


# %% check="decode"
check(decode)

# %% [markdown]
# > **You may read that** `decode` undoes `encode`.

# %%
for text in (*messages, "Version 3.5, e.g."):
    ids = bert(text)["input_ids"]
    print(decode(ids, english, skip_special=True))
    print(bert.decode(ids, skip_special_tokens=True))

# %% [markdown]
# > It gives *a* text with nearly the same tokens. Capitals and accents are gone, so are the unknown words, and "3.5"
# > has a space in it. If you need the original, keep it, and cut from it by offsets.

# %% [markdown]
# ## 8 · Too long · extra
#
# BERT has 512 places, and no more. (The table of positions has 512 rows.) For a pair, something has to be cut from one
# text or from both. From which? Say we have a question of 10 tokens and a page of 600: if we took the same number from
# both, nothing would be left of the question. So the library takes from the longer one, until both are equally long,
# and only then from both.
#
# > **You may read that** `max_length` has to be 510, because two places are for `[CLS]` and `[SEP]`, or even that the
# > library takes two off. Count:

# %%
long = "file " * 600
for most in (510, 512):
    print(f"max_length={most}:", len(bert(long, truncation=True, max_length=most)["input_ids"]), "numbers")
print("words among the 512:", bert(long, truncation=True, max_length=512)["input_ids"].count(english["file"]))
print("a pair, max_length=2:", len(bert("open the file", "now", truncation=True, max_length=2)["input_ids"]), "numbers")

# %% [markdown]
# > `max_length` is the length of the whole, special tokens included. So 512 leaves room for 510 words, and if you set
# > 510, you give two of them away. (The last line is a trap: where there is no room even for the special tokens, the
# > library cuts nothing, and says nothing. Ours refuses.)
#
# ### Exercise: `truncate_pair` ●●○ · 7 minutes · extra
#
# What about an odd place, where both are cut? The library gives it to the text that was longer, and if they were
# equally long, to the second.
#
# <details><summary>Hint 1: a nudge</summary>
#
# How many tokens may the *shorter* of the two keep at most? If it has no more than that, it keeps them all, and the
# longer one gets the rest.
#
# </details>
# <details><summary>Hint 2: a way with a loop</summary>
#
# While both together are too long, take one from the longer. If they are equally long, take it from the one that was
# *not* longer at first.
#
# </details>


# %% exercise="truncate_pair"
def truncate_pair(first: list[str], second: list[str], max_length: int) -> tuple[list[str], list[str]]:
    """Two texts cut so that they fit into `max_length` places, together with [CLS] and a [SEP] behind each.

    The longer one loses its last tokens, until both are equally long; then both lose theirs. If the room for both is
    odd then, the text that was longer keeps one token more, and of two that were equally long the second.

    Args:
        first, second: tokens; the lists stay as they are, and may be empty.
        max_length: places in all, special tokens included.

    Returns:
        The two lists, in this order.

    Raises:
        ValueError: max_length is below 3.

    >>> truncate_pair(["a", "b", "c", "d", "e", "f"], ["x", "y"], 8)
    (['a', 'b', 'c'], ['x', 'y'])
    """
    # BEGIN SOLUTION
    if max_length < 3:
        raise ValueError(f"there is no room for special tokens in {max_length}")
    room = max_length - 3
    shorter = min(len(first), len(second), room // 2)
    if len(first) > len(second):
        return first[: room - shorter], second[:shorter]
    return first[:shorter], second[: room - shorter]
    # END SOLUTION


# %% check="truncate_pair"
check(truncate_pair)

# %% [markdown]
# **See it.** A question of 8 tokens and a page of 40, at every `max_length`, against the library.

# %%
question, page = ["a"] * 8, ["b"] * 40
left = [tuple(map(len, truncate_pair(question, page, most))) for most in range(3, 60)]
library = [bert(" ".join(question), " ".join(page), truncation=True, max_length=m)["input_ids"] for m in range(3, 60)]
print("the same:", left == [(ids.count(english["a"]), ids.count(english["b"])) for ids in library])
lines({
    "left of the question": (range(3, 60), [one for one, _ in left]),
    "left of the page": (range(3, 60), [other for _, other in left]),
}, xlabel="max_length", ylabel="tokens")  # fmt: skip

# %% [markdown]
# *The picture: both lines climb together up to eight tokens, at a max_length of 19. From there on the question is
# whole, and the page gets every further place, until it is whole as well at 51.*

# %% [markdown]
# ## 9 · A batch · extra
#
# Texts of different lengths have to go into one tensor: short rows are filled up, and the mask says where ([lesson
# 09](../09_data/09_data.ipynb) has more ways to do that). Here is a function from a script. It works as long as all
# texts fit.


# %%
def batch_from_a_script(rows, max_length, sep, pad):
    longest = min(max(len(row) for row in rows), max_length)
    ids = [row[:longest] + [pad] * (longest - len(row)) for row in rows]
    mask = [[1] * len(row) + [0] * (longest - len(row)) for row in rows]
    return {"input_ids": torch.tensor(ids), "attention_mask": torch.tensor(mask)}


rows = [bert(text)["input_ids"] for text in ("open the file", "file")]
print(batch_from_a_script(rows, 8, sep=102, pad=0))
try:
    batch_from_a_script(rows, 4, sep=102, pad=0)
except ValueError as error:
    print("ValueError:", error)

# %% [markdown]
# ### Exercise: `pad_batch` ●●○ · 6 minutes · extra
#
# **Find and mend the bugs.** There is more than the one that complains. Copy the body of the script into your function
# and begin there.
#
# <details><summary>Hint 1: a nudge</summary>
#
# A row is cut for the numbers and not for the mask. Cut it before anything else, in a line of its own.
#
# </details>
# <details><summary>Hint 2: "some are too long"?</summary>
#
# Every text that BERT has seen ended with [SEP]. A row that is cut keeps `longest - 1` of its numbers, and then comes
# `sep`.
#
# </details>


# %% exercise="pad_batch"
def pad_batch(rows: list[list[int]], max_length: int, sep: int, pad: int) -> dict[str, Tensor]:
    """A batch of rows of different lengths, with a mask.

    A row that is longer than `max_length` is cut, and its last place is `sep`. Then all rows are filled up with `pad`
    at the end, to the longest that is left.

    Args:
        rows: one or more, each a list of numbers that begins with [CLS] and ends with [SEP]; they stay as they are.
        max_length: numbers in a row, at most; 2 or more.
        sep, pad: the numbers of [SEP] and [PAD].

    Returns:
        `input_ids` and `attention_mask`, both of shape (rows, longest), int64. The mask is 1 at what stood in a row and
        0 at what was filled up, whatever its number.

    >>> pad_batch([[1, 7, 8, 2], [1, 2]], 3, sep=2, pad=0)["input_ids"]
    tensor([[1, 7, 2],
            [1, 2, 0]])
    """
    # BEGIN SOLUTION
    cut = [row if len(row) <= max_length else [*row[: max_length - 1], sep] for row in rows]
    longest = max(len(row) for row in cut)
    ids = [row + [pad] * (longest - len(row)) for row in cut]
    mask = [[1] * len(row) + [0] * (longest - len(row)) for row in cut]
    return {"input_ids": torch.tensor(ids), "attention_mask": torch.tensor(mask)}
    # END SOLUTION


# %% check="pad_batch"
check(pad_batch)

# %% [markdown]
# **See it.** The same as `tokenizer(texts, padding=True, truncation=True, max_length=…, return_tensors="pt")`?

# %%
texts = ["open the file", "file", "can't open the file, since it is not there"]
mine = pad_batch([bert(text)["input_ids"] for text in texts], 8, sep=102, pad=0)
theirs = bert(texts, padding=True, truncation=True, max_length=8, return_tensors="pt")
print("the same:", all(torch.equal(value, theirs[name]) for name, value in mine.items()))
for padding in (True, "max_length"):
    made = bert(texts[:2], padding=padding, truncation=True, max_length=8, return_tensors="pt")
    print(f"two short texts, padding={padding!r}: {tuple(made['input_ids'].shape)}")

# %% [markdown]
# With `padding=True` a batch is as wide as its longest row. With `padding="max_length"` it is always as wide as
# allowed. That costs time, but we need it where shapes must not change.

# %% [markdown]
# ## 10 · Where a vocabulary comes from · extra
#
# What decides that `##ization` is a piece and `##found` is not? A count. Take a tiny text: *file* 12 times, *files* 5
# times, *fine* 4, *line* 9, *lines* 6. We begin with single characters, such as `f`, `##i`, `##l`. They are enough to
# write all of it, but it takes many tokens. So we look for the pair of neighbours that is most frequent and make one
# piece of it. `f ##i` stands in file, files and fine, 12 + 5 + 4 = 21 times. `##i ##n` and `##n ##e` stand in fine,
# line and lines, 19 times each. So `fi` is the first new piece, and all words are written anew: `fi ##l ##e`, `fi ##l
# ##e ##s`, `fi ##n ##e`. Then we count again. Of `##i ##n`, only 15 are left by now, because in *fine* the i belongs to
# another piece. `##n ##e` still comes 19 times, and is next.
#
# | | the most frequent pair | new piece | after it |
# |---|---|---|---|
# | 1 | `f ##i`, 21 times | `fi` | `fi ##l ##e`, `fi ##l ##e ##s`, `fi ##n ##e`, `l ##i ##n ##e`, `l ##i ##n ##e ##s` |
# | 2 | `##n ##e`, 19 times | `##ne` | `fi ##l ##e`, `fi ##l ##e ##s`, `fi ##ne`, `l ##i ##ne`, `l ##i ##ne ##s` |
# | 3 | `##l ##e` or `fi ##l`, 17 times | `##le` | `fi ##le`, `fi ##le ##s`, `fi ##ne`, `l ##i ##ne`, `l ##i ##ne ##s` |
# | 4 | `fi ##le`, 17 times | `file` | `file`, `file ##s`, `fi ##ne`, `l ##i ##ne`, `l ##i ##ne ##s` |
#
# In the third round two pairs are equally frequent. We take the one that comes first in Python's order, where # stands
# before all letters.
#
# ### Exercise: `train_wordpiece` ●●● · 10 minutes · extra
#
# The same as a function, from counts to a vocabulary of a given size. `merged` is there for you: `merged(pieces, first,
# second)` makes one piece of the two wherever they are neighbours.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Keep for each word its pieces, in a dict. In a loop, count all pairs of neighbours, each as often as its word occurs,
# find the best, note the new piece, and replace the pieces of every word.
#
# </details>
# <details><summary>Hint 2: the beginning</summary>
#
# `sorted(set("".join(counts)))` are all characters. Those inside words: `{letter for word in counts for letter in
# word[1:]}`.
#
# </details>
# <details><summary>Hint 3: the most frequent, and of equals the first?</summary>
#
# `min(pairs, key=lambda pair: (-pairs[pair], pair))`. The smallest of the negative counts belongs to the most frequent
# pair, and where two are equal, Python goes on to compare the pairs themselves.
#
# </details>
# <details><summary>Hint 4: <code>min() arg is an empty sequence</code>?</summary>
#
# All words have become whole, and there is no pair left. Then it is over.
#
# </details>


# %% exercise="train_wordpiece"
def train_wordpiece(counts: dict[str, int], size: int) -> dict[str, int]:
    """A vocabulary for words that occur so often.

    Not to be used: `tokenizers.trainers.WordPieceTrainer`, `tokenizers.trainers.BpeTrainer`.

    First come the special tokens, in the order of `SPECIAL`, then all characters in order, including those that occur
    only inside words, then those that stand inside a word, with ##, in order. At first each word is cut into
    characters. Then the most frequent pair of neighbours becomes one piece in all words (`merged`) and the next entry,
    again and again. Of equally frequent pairs it is the first in the order of Python's tuples.

    Args:
        counts: word → how often it occurs; it stays as it is.
        size: entries of the vocabulary; it ends when there are so many, or when no word has two pieces. The special
            tokens and the characters are always there, even if they are more.

    Returns:
        Token → number, counted from 0.

    >>> list(train_wordpiece({"ab": 2, "cab": 1}, 12))[5:]
    ['a', 'b', 'c', '##a', '##b', 'ab', '##ab']
    """
    # BEGIN SOLUTION
    inside = {letter for word in counts for letter in word[1:]}
    tokens = [*SPECIAL, *sorted(set("".join(counts))), *sorted("##" + letter for letter in inside)]
    cuts = {word: [word[0], *("##" + letter for letter in word[1:])] for word in counts}
    while len(tokens) < size:
        pairs: Counter[tuple[str, str]] = Counter()
        for word, cut in cuts.items():
            for pair in itertools.pairwise(cut):
                pairs[pair] += counts[word]
        if not pairs:
            break
        first, second = min(pairs, key=lambda pair: (-pairs[pair], pair))
        tokens.append(first + second.removeprefix("##"))
        cuts = {word: merged(cut, first, second) for word, cut in cuts.items()}
    return {token: number for number, token in enumerate(tokens)}
    # END SOLUTION


# %% check="train_wordpiece"
check(train_wordpiece)

# %% [markdown]
# > **You may read that** WordPiece takes the pair with the highest *likelihood*: its frequency divided by the product
# > of the frequencies of its two parts. Many courses explain it so, and some write their trainer so. Others use
# > `tokenizers`, and believe that this is what they have. Let us run both, on the 700 most frequent words of the
# > docstrings on this machine.

# %%
frequent = Counter(word for each in docstrings("train") for word in words_of(each.text))
counts = dict(frequent.most_common(700))
mine = list(train_wordpiece(counts, 300))
others = {"tokenizers": library_trained(counts, 300), "by likelihood": likelihood_trained(counts, 300)}
for name, other in others.items():
    share = len(set(mine) & set(other)) / len(mine)
    print(f"{name:14}{'more' if share > 0.9 else 'less'} than nine in ten entries are ours")
start = len(train_wordpiece(counts, 0))  # behind special tokens and characters
print("ours, first:          ", *mine[start : start + 9])
print("by likelihood, first: ", *others["by likelihood"][start : start + 9])

# %% [markdown]
# > The library's `WordPieceTrainer` is byte-pair encoding with ## in front of what goes on: it counts, as we do. Where
# > it differs from ours, two pairs were equally frequent, and which of them it takes is not specified. Likelihood, by
# > contrast, likes pairs whose parts occur nowhere else, however rare they are. And what did Google use for BERT?
# > BERT's repository holds no trainer, only code that *cuts*. The paper that WordPiece comes from ([Schuster and
# > Nakajima 2012](https://research.google/pubs/japanese-and-korean-voice-search/)) speaks of likelihood. TensorFlow
# > Text, also Google's, later published a trainer that goes a third way: it starts from whole words and breaks them
# > down.
#
# > **You may read that** a vocabulary is read with `read().splitlines()`. There is one token in a line, after all:

# %%
file = vocabulary_file("中文").read_text(encoding="utf-8")
for name, entries in {"split": file.removesuffix("\n").split("\n"), "splitlines": file.splitlines()}.items():
    print(f"{name:12}{len(entries):,} rows, 文 is row {entries.index('文')}, and 件 row {entries.index('件')}")

# %% [markdown]
# > Two rows of the Chinese table hold a character that few have met, U+2028, which ends a line: row 343 as it is, and
# > row 13,502 with ## in front. `splitlines` cuts at both, which makes two rows more, and behind each of them every
# > token has the vectors of another one. Nothing complains, and the model talks nonsense.
#
# **See it.** A vocabulary of your own: the words of seven functions that you have written in this lesson, counted, and
# a table of 400 entries. (The seven are listed in the first line; the cell needs all of them.)

# %%
written = [numbers, wordpiece, normalize, basic_tokenize, encode, offsets, train_wordpiece]
counted = Counter(word for each in written for word in basic_tokenize(pictures.body_of(each), normalize))
own = train_wordpiece(counted, 400)
made_from, unseen = map(pictures.body_of, (offsets, likelihood_trained))
for name, vocabulary in {
    "your own": own,
    "English": english,
    "中文": chinese,
    "Python": vocabulary_of("Python"),
}.items():
    both = " | ".join(", ".join(pictures.counts(spans(offsets, code, vocabulary))) for code in (made_from, unseen))
    print(f"{len(vocabulary):7,} entries: {both}   {name}")
pictures.code_in_colours(unseen, spans(offsets, unseen, own), "your own table, on code that it has not seen")

# %% [markdown]
# <details><summary>What to see, with the answers of this lesson</summary>
#
# We asked for 400 entries and got 339, since by then all words were whole. On code that it was made from (the first
# number), this tiny table does as well as those with thousands of entries, which is no wonder: it has it by heart. On
# code that it has not seen it needs more tokens than the English BERT's, fewer than its Chinese sister's, and two
# words are red. The longer one is `frequencies`. Nowhere in our code is there a q, so there is no row for it, and one
# character without a row takes the whole word with it.
#
# </details>

# %% [markdown]
# ## 11 · Tell them apart · extra
#
# Six tokenizers for `bert-base-chinese`, each with one fault of a kind that is easily made. On a plain sentence all of
# them are right.

# %%
suspects("tokenizer_counterexample")

# %% [markdown]
# ### Exercise: `tokenizer_counterexample` ●●○ · 7 minutes · extra
#
# Find two texts on which each of the six is seen to be wrong. All of them call `right_tokenizer`, which is right unless
# one of its arguments says otherwise:
#
# | argument | what it decides |
# |---|---|
# | `mark` | which characters are punctuation |
# | `han` | which characters are Chinese |
# | `plain` | what becomes of accents and capitals |
# | `unseen` | what an invisible character becomes |
# | `part` | whether the known beginning of an unknown word is kept |
# | `needed` | whether a second text counts only if it has tokens |
#
# <details><summary>Hint 1: a nudge</summary>
#
# Five of them can be caught with the first text. What must the second be like to catch the sixth?
#
# </details>
# <details><summary>Hint 2: "knows common Chinese only"?</summary>
#
# Two rare characters side by side, as 㐀㐁, are two words for the library. If a character does not count as Chinese, it
# gets no spaces around it.
#
# </details>
# <details><summary>Hint 3: "keeps what it has found of an unknown word"?</summary>
#
# A word that begins with a piece of the table and goes on with a character that has no row and is not punctuation.
#
# </details>


# %% exercise="tokenizer_counterexample"
def tokenizer_counterexample() -> tuple[str, str]:
    """Two texts on which each of the suspects is seen to be wrong.

    Returns:
        Two texts of up to 60 characters, without special tokens; the second may be empty.
    """
    # BEGIN SOLUTION
    return "“na\u200bïve” 㐀㐁 file☃", ""
    # END SOLUTION


# %% check="tokenizer_counterexample"
check(tokenizer_counterexample)

# %%
pictures.lineup(tokenizer_counterexample())

# %% [markdown]
# *The picture, for the answer of this lesson: the library's row has ten tokens, the last of them in brackets, since it
# is of type 1. In each of the six rows below something is red: another token at its place, or a dash where one is
# missing.*

# %% [markdown]
# ## What you have built
#
# | yours | in transformers |
# |---|---|
# | `numbers` | `tokenizer.convert_tokens_to_ids` |
# | `wordpiece` | `tokenizers.models.WordPiece` |
# | `normalize` | `tokenizers.normalizers.BertNormalizer` |
# | `basic_tokenize` | `tokenizers.pre_tokenizers.BertPreTokenizer` |
# | `encode` | `tokenizer(first, second)` |
# | `offsets` | `return_offsets_mapping=True` |
# | `decode` | `tokenizer.decode` |
# | `truncate_pair` | `truncation=True`, which is `"longest_first"` |
# | `pad_batch` | `padding=True, truncation=True, return_tensors="pt"` |
# | `train_wordpiece` | `tokenizers.trainers.WordPieceTrainer` |
# | `tokenizer_counterexample` | `tests/models/bert/test_tokenization_bert.py` in transformers' repository |
#
# **Who uses it.** [Lesson 16](../16_bert_internals/16_bert_internals.ipynb) puts such numbers into a BERT, [lesson
# 17](../17_pretraining/17_pretraining.ipynb) hides some of them behind `[MASK]`, and [lesson
# 20](../20_layoutlm/20_layoutlm.ipynb) has to carry labels of words over to their pieces.
#
# **Read the real source.** `transformers/models/bert/tokenization_bert.py` is short, because the work is done in Rust:
# `tokenizers/src/normalizers/bert.rs`, `pre_tokenizers/bert.rs` and `models/wordpiece/mod.rs` in its repository.
# Google's own `tokenization.py`, in plain Python, is kept beside the first as `tokenization_bert_legacy.py`. The two
# differ here and there: the Rust one has another lower end for one block of Chinese, 256 rare characters, and knows an
# older Unicode.
#
# **Sources.** [Schuster and Nakajima 2012](https://research.google/pubs/japanese-and-korean-voice-search/), *Japanese
# and Korean Voice Search*, where WordPiece comes from. [Wu et al. 2016](https://arxiv.org/abs/1609.08144), which made
# it known in translation. [Sennrich et al. 2015](https://arxiv.org/abs/1508.07909), byte-pair encoding. [Devlin et al.
# 2018](https://arxiv.org/abs/1810.04805), *BERT*. [Petrov et al. 2023](https://arxiv.org/abs/2305.15425), on what
# languages pay per token.
#
# **At scale.** BERT's table has 30,522 rows of 768 numbers, 23 million of its 110 million weights. Llama 3 has 128,256
# rows of 4,096 numbers, and a second table of the same size at its end: together 1.05 billion of 8 billion weights. It
# cuts bytes, so that nothing is unknown, and a larger table makes texts shorter: with 15 trillion tokens of training,
# one per cent fewer is 150 billion tokens saved. Such a text is not tokenized during training but once, before it, on
# hundreds of cores, and lies on disk as integers of 32 bits (16 are enough for 30,522 rows), 60 TB for 15 trillion.
# And once chosen, a vocabulary cannot be changed: its rows are weights.
#
# **Three questions to take home.**
#
# 1. The Chinese table has 7,322 entries like `##件`. When are they used, if every Chinese character stands between
#    spaces? And what would you do with their rows?
# 2. Greedy cutting reads `filenotfounderror` as *file not fo under ror*. Programs write FileNotFoundError with
#    capitals. Where would you split in order to use them, before the lower case or after it?
# 3. Your trainer counts all pairs anew for each piece. Which counts change when `f ##i` becomes one, and what would you
#    have to keep in order to touch only those?
