"""More mistakes of `tokenize_batch`: kinds, shapes and padding."""

import torch
from torch.nn import functional as F

from autograder.references import mistake
from autograder.references.finetuning._tokenize_batch import by_call, rows_of, tokenize_batch


@mistake(
    tokenize_batch,
    "The labels are a list of numbers. They should be a tensor, int64, of shape (texts,).",
)
def labels_as_a_list(tokenizer, texts, libraries, label2id, longest):
    batch = by_call(tokenizer, texts, libraries, label2id, longest)
    return {**batch, "labels": batch["labels"].tolist()}


@mistake(
    tokenize_batch,
    'The tensors are lists of lists. A model takes tensors: `return_tensors="pt"`.',
)
def rows_as_lists(tokenizer, texts, libraries, label2id, longest):
    batch = by_call(tokenizer, texts, libraries, label2id, longest)
    return {name: value if name == "labels" else value.tolist() for name, value in batch.items()}


@mistake(
    tokenize_batch,
    "The labels are floating-point numbers. Classes are int64; for floats transformers' models compute another loss.",
)
def labels_as_floats(tokenizer, texts, libraries, label2id, longest):
    batch = by_call(tokenizer, texts, libraries, label2id, longest)
    return {**batch, "labels": batch["labels"].float()}


@mistake(
    tokenize_batch,
    "The labels have a dimension too many. Their shape is (texts,): one number for each text.",
)
def labels_in_a_column(tokenizer, texts, libraries, label2id, longest):
    batch = by_call(tokenizer, texts, libraries, label2id, longest)
    return {**batch, "labels": batch["labels"][:, None]}


@mistake(
    tokenize_batch,
    "The labels are rows of zeros with a one. Their shape is (texts,): one number for each text.",
)
def labels_as_ones(tokenizer, texts, libraries, label2id, longest):
    batch = by_call(tokenizer, texts, libraries, label2id, longest)
    return {**batch, "labels": F.one_hot(batch["labels"])}


@mistake(
    tokenize_batch,
    "The rows are filled up with 0. Which number the padding has, the tokenizer knows; 0 may be a word.",
    keeps=0.7,
)
def pads_with_zero(tokenizer, texts, libraries, label2id, longest):
    batch = by_call(tokenizer, texts, libraries, label2id, longest)
    return {**batch, "input_ids": batch["input_ids"] * batch["attention_mask"]}


@mistake(
    tokenize_batch,
    "The rows are filled up on the right, whatever the tokenizer says. For some models padding stands on the left; "
    "let the tokenizer fill up.",
    keeps=0.95,
)
def pads_on_the_right(tokenizer, texts, libraries, label2id, longest):
    side, tokenizer.padding_side = tokenizer.padding_side, "right"
    try:
        return by_call(tokenizer, texts, libraries, label2id, longest)
    finally:
        tokenizer.padding_side = side


@mistake(
    tokenize_batch,
    "Some of what the tokenizer gives is missing, such as `token_type_ids`. Hand on all of it.",
    keeps=0.95,
)
def only_two_tensors(tokenizer, texts, libraries, label2id, longest):
    batch = by_call(tokenizer, texts, libraries, label2id, longest)
    return {name: batch[name] for name in ("input_ids", "attention_mask", "labels")}


@mistake(
    tokenize_batch,
    "Each row is filled up to a multiple of 8. The longest text of the batch says how long rows are.",
    keeps=0.7,
)
def pads_to_eights(tokenizer, texts, libraries, label2id, longest):
    return by_call(tokenizer, texts, libraries, label2id, longest, pad_to_multiple_of=8)


@mistake(
    tokenize_batch,
    "All texts are cut to the shortest one of the batch. They are filled up to the longest that is left.",
)
def cuts_to_the_shortest(tokenizer, texts, libraries, label2id, longest):
    shortest = min(int(row.sum()) for row in rows_of(tokenizer, texts, longest)["attention_mask"])
    return by_call(tokenizer, texts, libraries, label2id, shortest)


@mistake(tokenize_batch, "Only the first text is there. Every text is a row of its own.")
def the_first_text_only(tokenizer, texts, libraries, label2id, longest):
    return by_call(tokenizer, texts[:1], libraries[:1], label2id, longest)


@mistake(
    tokenize_batch,
    "Texts of different lengths raise an error, since rows of different lengths are not a tensor. Let the tokenizer "
    "fill up: `padding=True`.",
)
def does_not_fill_up(tokenizer, texts, libraries, label2id, longest):
    return by_call(tokenizer, texts, libraries, label2id, longest, padding=False)


@mistake(tokenize_batch, "As labels the names themselves come. A model takes numbers: `label2id[name]`, as a tensor.")
def names_as_labels(tokenizer, texts, libraries, label2id, longest):
    return {**by_call(tokenizer, texts, libraries, label2id, longest), "labels": list(libraries)}


@mistake(
    tokenize_batch,
    "The labels count the texts, 0, 1, 2 and so on. They should say of each text its class: `label2id[name]`.",
)
def counts_the_texts(tokenizer, texts, libraries, label2id, longest):
    return {**by_call(tokenizer, texts, libraries, label2id, longest), "labels": torch.arange(len(texts))}
