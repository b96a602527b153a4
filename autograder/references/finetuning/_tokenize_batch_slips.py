"""Slips of `tokenize_batch`: an order, a border, a second text."""

import torch

from autograder.references import mistake
from autograder.references.finetuning._tokenize_batch import by_call, tokenize_batch


@mistake(
    tokenize_batch,
    "The labels are those of other texts: they come in another order than the texts. The first label belongs to "
    "the first text.",
)
def labels_backwards(tokenizer, texts, libraries, label2id, longest):
    return by_call(tokenizer, texts, libraries[::-1], label2id, longest)


@mistake(
    tokenize_batch,
    "The labels are those of other texts: they come in another order than the texts. The first label belongs to "
    "the first text.",
)
def labels_by_name(tokenizer, texts, libraries, label2id, longest):
    return by_call(tokenizer, texts, sorted(libraries), label2id, longest)


@mistake(
    tokenize_batch,
    "The labels are all numbers of the table, however many texts there are. Of each text it is the number of its "
    "own name: `label2id[name]`.",
)
def all_of_the_table(tokenizer, texts, libraries, label2id, longest):
    batch = by_call(tokenizer, texts, libraries, label2id, longest)
    return {**batch, "labels": torch.tensor([*label2id.values()])}


@mistake(
    tokenize_batch,
    "A text that is too long keeps one token less than `longest`. It may have that many.",
    keeps=0.6,
)
def one_too_few(tokenizer, texts, libraries, label2id, longest):
    return by_call(tokenizer, texts, libraries, label2id, longest - 1)


@mistake(
    tokenize_batch,
    "A text that is too long keeps one token more than `longest`. It may have that many, and no more.",
    keeps=0.6,
)
def one_too_many(tokenizer, texts, libraries, label2id, longest):
    return by_call(tokenizer, texts, libraries, label2id, longest + 1)


@mistake(
    tokenize_batch,
    "The texts come in another order, and the labels do not: each row stands beside the label of another one.",
)
def rows_by_size(tokenizer, texts, libraries, label2id, longest):
    return by_call(tokenizer, sorted(texts, key=len), libraries, label2id, longest)


@mistake(
    tokenize_batch,
    "All texts are one row. Each should have a row of its own: the tokenizer takes a list of them.",
)
def all_in_one_row(tokenizer, texts, libraries, label2id, longest):
    return by_call(tokenizer, [" ".join(texts)], libraries, label2id, longest)
