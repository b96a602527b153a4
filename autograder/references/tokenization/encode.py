"""`encode`: what is right, and what goes wrong."""

from autograder.references import alternative, mistake, promised
from autograder.references.tokenization import (  # they register themselves
    _encode_further,  # noqa: F401
    _encode_slips,  # noqa: F401
)
from autograder.references.tokenization._encode import encode, in_parts

OTHER_SIDE = (
    "The border between the types lies in another place. [CLS], the first text and its [SEP] are of type 0; the second "
    "text and its own [SEP] are of type 1."
)
MASKED = "The mask is 0 at tokens that are there, as at special ones. It is 1 at every token: 0 is for padding alone."


@mistake(encode, "[CLS] is missing. Every input begins with it.")
def no_beginning(first, vocabulary, second=None):
    return in_parts(first, vocabulary, second, begin=())


@mistake(encode, "There is no [SEP] behind the first text. Each text ends with one.")
def no_end_of_the_first(first, vocabulary, second=None):
    return in_parts(first, vocabulary, second, middle=())


@mistake(encode, "There is no [SEP] behind the second text. Each text ends with one.")
def no_end_of_the_second(first, vocabulary, second=None):
    return in_parts(first, vocabulary, second, end=())


@mistake(encode, "A single text has no [SEP] at its end: it stands only between two texts. Each text ends with one.")
def only_between(first, vocabulary, second=None):
    return in_parts(first, vocabulary, second, middle=() if second is None else ("[SEP]",))


@mistake(encode, "There are no special tokens at all. [CLS] stands in front, and a [SEP] behind each text.")
def nothing_special(first, vocabulary, second=None):
    return in_parts(first, vocabulary, second, begin=(), middle=(), end=())


@mistake(encode, "[CLS] and [SEP] are exchanged: [CLS] begins the input, [SEP] ends a text.")
def exchanged(first, vocabulary, second=None):
    return in_parts(first, vocabulary, second, begin=("[SEP]",), middle=("[CLS]",), end=("[CLS]",))


@mistake(encode, "Two [SEP] stand between the texts, as other models have it (RoBERTa). BERT has one behind each text.")
def two_separators(first, vocabulary, second=None):
    return in_parts(first, vocabulary, second, middle=("[SEP]",) if second is None else ("[SEP]", "[SEP]"))


@mistake(encode, "The second text comes first. It follows the first one.")
def the_other_way_round(first, vocabulary, second=None):
    return in_parts(first, vocabulary) if second is None else in_parts(second, vocabulary, first)


@mistake(encode, "The second text is left out.")
def drops_the_second(first, vocabulary, second=None):
    return in_parts(first, vocabulary)


@mistake(
    encode,
    "A second text without tokens is taken for one that is not there: an empty list is false to Python. It has a [SEP] "
    "of its own, of type 1. Ask whether it is None.",
    keeps=0.9,
)
def empty_is_none(first, vocabulary, second=None):
    return in_parts(first, vocabulary, second, there=bool)


@mistake(
    encode,
    "A single text is treated as a pair whose second text is empty, so there is a [SEP] too many.",
)
def always_a_pair(first, vocabulary, second=None):
    return in_parts(first, vocabulary, second or [])


@mistake(encode, "All types are 0, also those of the second text. It is of type 1, with its [SEP].")
def all_of_one_type(first, vocabulary, second=None):
    return in_parts(first, vocabulary, second, types=lambda one, other: [0] * len(one + other))


@mistake(encode, OTHER_SIDE)
def separator_belongs_to_the_second(first, vocabulary, second=None):
    return in_parts(
        first,
        vocabulary,
        second,
        types=lambda one, other: [0] * (len(one) - 1) + [1] * (len(other) + 1) if other else [0] * len(one),
    )


@mistake(encode, OTHER_SIDE)
def last_separator_of_the_first_type(first, vocabulary, second=None):
    return in_parts(
        first,
        vocabulary,
        second,
        types=lambda one, other: [0] * len(one) + [1] * (len(other) - 1) + [0] if other else [0] * len(one),
    )


@mistake(encode, OTHER_SIDE)
def beginning_not_counted(first, vocabulary, second=None):
    return in_parts(
        first,
        vocabulary,
        second,
        types=lambda one, other: [0] * (len(one) - 2) + [1] * (len(other) + 2) if other else [0] * len(one),
    )


@mistake(encode, "Types are counted from 1: the first text has 1 and the second 2. They are 0 and 1.")
def types_from_one(first, vocabulary, second=None):
    return in_parts(first, vocabulary, second, types=lambda one, other: [1] * len(one) + [2] * len(other))


@mistake(encode, MASKED, keeps=0.85)
def special_are_masked(first, vocabulary, second=None):
    special = ("[CLS]", "[SEP]", "[PAD]", "[MASK]", "[UNK]")
    return in_parts(first, vocabulary, second, mask=lambda tokens: [0 if token in special else 1 for token in tokens])


@mistake(encode, MASKED, keeps=0.95)
def masks_padding(first, vocabulary, second=None):
    return in_parts(first, vocabulary, second, mask=lambda tokens: [int(token != "[PAD]") for token in tokens])


@mistake(encode, MASKED, keeps=0.95)
def masks_unknown(first, vocabulary, second=None):
    return in_parts(first, vocabulary, second, mask=lambda tokens: [int(token in vocabulary) for token in tokens])


@mistake(
    encode, "The mask is 0 everywhere, so that the model would look at nothing. A 1 stands for a token that counts."
)
def all_masked(first, vocabulary, second=None):
    return in_parts(first, vocabulary, second, mask=lambda tokens: [0] * len(tokens))


@mistake(
    encode,
    "A token that the vocabulary does not hold raises an error, or gives None. It gets the number of [UNK].",
)
def known_tokens_only(first, vocabulary, second=None):
    one = ["[CLS]", *first, "[SEP]"]
    other = [] if second is None else [*second, "[SEP]"]
    return {
        "input_ids": [vocabulary[token] for token in one + other],
        "token_type_ids": [0] * len(one) + [1] * len(other),
        "attention_mask": [1] * len(one + other),
    }


@mistake(encode, "The tokens themselves come back. Asked for are their numbers.")
def names_for_numbers(first, vocabulary, second=None):
    tokens = ["[CLS]", *first, "[SEP]", *([] if second is None else [*second, "[SEP]"])]
    return {**in_parts(first, vocabulary, second), "input_ids": tokens}


@mistake(
    encode,
    "Special tokens have the numbers that BERT's English vocabulary gives them, 101 and 102. Another one has others: "
    "look them up.",
)
def numbers_of_bert(first, vocabulary, second=None):
    return in_parts(first, {**vocabulary, "[CLS]": 101, "[SEP]": 102, "[UNK]": 100}, second)


@mistake(encode, "Only the numbers come back. BERT is given two more rows, the types and the mask.")
def numbers_only(first, vocabulary, second=None):
    return in_parts(first, vocabulary, second)["input_ids"]


@mistake(
    encode,
    "A list of the caller is changed: special tokens are put into it, and are there twice with the next call. Make a "
    "new list.",
    keeps=0.95,
)
def changes_the_lists(first, vocabulary, second=None):
    first.insert(0, "[CLS]")
    first.append("[SEP]")
    if second is not None:
        second.append("[SEP]")
    return in_parts(first, vocabulary, second, begin=(), middle=(), end=())


@alternative(encode)
def part_by_part(first, vocabulary, second=None):
    return in_parts(first, vocabulary, second)


@alternative(encode)
def by_counting(first, vocabulary, second=None):
    tokens = ["[CLS]", *first, "[SEP]"]
    border = len(tokens)
    if second is not None:
        tokens += [*second, "[SEP]"]
    unknown = vocabulary["[UNK]"]
    return {
        "attention_mask": [1] * len(tokens),
        "token_type_ids": [int(place >= border) for place in range(len(tokens))],
        "input_ids": [vocabulary.get(token, unknown) for token in tokens],
    }


promised(encode, "What BERT is given for a text, or for a pair of texts.", by=["a single text", "a pair, the numbers"])
promised(
    encode,
    "[CLS] stands in front, and a [SEP] behind each text.",
    by=["a single text", "a pair, the numbers", "the second without tokens", "both without tokens"],
)
promised(
    encode,
    "first: the tokens of the first text; there may be none.",
    by=["a text without tokens", "the first without tokens"],
)
promised(
    encode,
    "vocabulary: token → number; what it does not hold gets the number of [UNK].",
    by=["tokens that the vocabulary does not hold", "a pair with unknown tokens in both"],
)
promised(
    encode,
    "second: those of the second text; None if there is no second text, which is not the same as one without tokens.",
    by=["the second without tokens", "both without tokens", "called by names"],
)
promised(encode, "Three lists of one length, of Python integers.", by=["all three rows of a single text"])
promised(encode, "`input_ids`: the numbers.", by=["a single text", "a pair, the numbers"])
promised(
    encode,
    "`token_type_ids`: 0 for [CLS], the first text and its [SEP]; 1 for the second text and its [SEP].",
    by=["a pair, the types", "a single text, the types"],
)
promised(encode, "`attention_mask`: 1 for every token.", by=["the mask", "special tokens inside"])
promised(encode, "The arguments stay as they are.", by=["the arguments afterwards", "twice, with the same lists"])
