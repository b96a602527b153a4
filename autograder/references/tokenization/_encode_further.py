"""Still more mistakes of `encode`: the last [SEP], the number 0, what is left out."""

from autograder.references import mistake
from autograder.references.tokenization._encode import encode, in_parts

MASKED = "The mask is 0 at tokens that are there, as at special ones. It is 1 at every token: 0 is for padding alone."
MISSING = "What the vocabulary does not hold gets another number than that of [UNK], as 0 or that of [PAD]."
KEYS = "A row is missing, or has another name than asked for: `input_ids`, `token_type_ids` and `attention_mask`."


@mistake(
    encode,
    "The [SEP] behind the first text is of type 1, also where there is no second text. It is of type 0, as the text "
    "that it ends.",
)
def every_separator_of_type_one(first, vocabulary, second=None):
    return in_parts(first, vocabulary, second, types=lambda one, other: [0] * (len(first) + 1) + [1] * (len(other) + 1))


def masks_by_number(missing):
    """The mask follows from the number; `missing`: of an unknown token."""

    def answer(first, vocabulary, second=None):
        made = in_parts(first, vocabulary, second)
        unknown = vocabulary["[UNK]"]
        known = [number if number != unknown else missing(unknown) for number in made["input_ids"]]
        return {**made, "attention_mask": [int(number != 0) for number in known]}

    mistake(encode, MASKED, keeps=0.95)(answer)


masks_by_number(lambda unknown: unknown)


def gives_for_missing(number):
    """`number`: from a vocabulary to what a missing token gets."""

    def answer(first, vocabulary, second=None):
        return in_parts(first, {**vocabulary, " ": number(vocabulary)}, second, missing=" ")

    mistake(encode, MISSING)(answer)


gives_for_missing(lambda vocabulary: 100)


@mistake(encode, "The token whose number is 0 gets that of [UNK]: 0 is false to Python.", keeps=0.95)
def zero_is_unknown(first, vocabulary, second=None):
    return in_parts(first, {token: number or vocabulary["[UNK]"] for token, number in vocabulary.items()}, second)


@mistake(
    encode, "Special tokens are not found, as with `token.lower()`: they have become [UNK]. Look tokens up as they are."
)
def lower_case_tokens(first, vocabulary, second=None):
    small = {token: number for token, number in vocabulary.items() if token == token.lower() or token == "[UNK]"}
    return in_parts(first, small, second)


@mistake(encode, "Tokens that the vocabulary does not hold are left out of the numbers. They get that of [UNK].")
def leaves_out_unknown(first, vocabulary, second=None):
    made = in_parts(first, {**vocabulary, " ": None}, second, missing=" ")
    return {**made, "input_ids": [number for number in made["input_ids"] if number is not None]}


@mistake(encode, "The numbers are those of one text, although the other rows are there for both.")
def numbers_of_the_first(first, vocabulary, second=None):
    return {**in_parts(first, vocabulary, second), "input_ids": in_parts(first, vocabulary)["input_ids"]}


def without(row, name=""):
    """A row is missing, or has the given name."""

    def answer(first, vocabulary, second=None):
        made = in_parts(first, vocabulary, second)
        return {name if key == row else key: value for key, value in made.items() if key != row or name}

    mistake(encode, KEYS)(answer)


without("token_type_ids")
without("attention_mask")
