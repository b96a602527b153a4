"""More mistakes of `encode`: an order, a name or a length that is another one."""

from autograder.references import mistake
from autograder.references.tokenization._encode import encode, in_parts

MISSING = "What the vocabulary does not hold gets another number than that of [UNK], as 0 or that of [PAD]."
LENGTHS = (
    "The three lists are not equally long: types or mask are there for the words only, or for one of the texts. Every "
    "token has one of each, special ones too."
)


@mistake(encode, "The last [SEP] stands before the second text and not behind it. Each text ends with one.")
def before_the_second(first, vocabulary, second=None):
    return in_parts(first, vocabulary, second if second is None else ["[SEP]", *second], end=())


@mistake(encode, "The second text begins with a [CLS] of its own. There is one, at the beginning of the whole.")
def a_beginning_of_type_one(first, vocabulary, second=None):
    return in_parts(first, vocabulary, second if second is None else ["[CLS]", *second])


@mistake(encode, MISSING)
def zero_for_unknown(first, vocabulary, second=None):
    made = in_parts(first, vocabulary, second, missing=None)
    return {**made, "input_ids": [number or 0 for number in made["input_ids"]]}


@mistake(encode, MISSING)
def nothing_for_unknown(first, vocabulary, second=None):
    return in_parts(first, vocabulary, second, missing=None)


@mistake(encode, LENGTHS)
def types_of_all_words(first, vocabulary, second=None):
    return in_parts(first, vocabulary, second, types=lambda one, other: [0] * len(first) + [1] * len(second or []))


@mistake(encode, LENGTHS)
def mask_of_the_first(first, vocabulary, second=None):
    made = in_parts(first, vocabulary, second)
    return {**made, "attention_mask": [1] * (len(first) + 2)}


@mistake(encode, LENGTHS)
def mask_of_words(first, vocabulary, second=None):
    made = in_parts(first, vocabulary, second)
    return {**made, "attention_mask": [1] * (len(first) + len(second or []))}
