"""`tokenize_batch`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised
from autograder.references.finetuning import (  # noqa: F401  (they register themselves)
    _tokenize_batch_mistakes,
    _tokenize_batch_slips,
)
from autograder.references.finetuning._tokenize_batch import by_call, rows_of, tokenize_batch


@mistake(
    tokenize_batch,
    "Each row is filled up to `longest`, also where all texts are shorter. It should be as long as the longest text of "
    "this batch: `padding=True`.",
)
def pads_to_the_limit(tokenizer, texts, libraries, label2id, longest):
    return by_call(tokenizer, texts, libraries, label2id, longest, padding="max_length")


@mistake(
    tokenize_batch,
    "Long texts are not cut at `longest`, though they may be elsewhere. It takes `truncation=True` and "
    "`max_length=longest`.",
)
def does_not_cut(tokenizer, texts, libraries, label2id, longest):
    return by_call(tokenizer, texts, libraries, label2id, longest, truncation=False)


@mistake(
    tokenize_batch,
    "Long texts are not cut at `longest`, though they may be elsewhere. It takes `truncation=True` and "
    "`max_length=longest`.",
)
def cuts_elsewhere(tokenizer, texts, libraries, label2id, longest):
    return by_call(tokenizer, texts, libraries, label2id, tokenizer.model_max_length)


@mistake(
    tokenize_batch,
    "A text that is too long loses the special token at its end, as when the finished rows are cut. The tokenizer cuts "
    "the words, and keeps it.",
)
def cuts_the_end_off(tokenizer, texts, libraries, label2id, longest):
    batch = by_call(tokenizer, texts, libraries, label2id, 10**6, truncation=False)
    return {name: value[:, :longest] if value.dim() == 2 else value for name, value in batch.items()}


@mistake(
    tokenize_batch,
    "A text that is too long keeps more than `longest` tokens: the special ones count as well.",
    keeps=0.6,
)
def does_not_count_the_special_ones(tokenizer, texts, libraries, label2id, longest):
    return by_call(tokenizer, texts, libraries, label2id, longest + 2)


@mistake(
    tokenize_batch,
    "A text that is too long keeps fewer than `longest` tokens. The tokenizer leaves room for its special ones by "
    "itself.",
    keeps=0.6,
)
def counts_the_special_ones_twice(tokenizer, texts, libraries, label2id, longest):
    return by_call(tokenizer, texts, libraries, label2id, longest - 2)


@mistake(
    tokenize_batch,
    "The special tokens, [CLS] and [SEP], are missing. The model has learned to read texts that have them.",
)
def without_special_tokens(tokenizer, texts, libraries, label2id, longest):
    return by_call(tokenizer, texts, libraries, label2id, longest, add_special_tokens=False)


@mistake(
    tokenize_batch,
    "There are no `labels`. A model that is given none has no loss: they belong into the batch, under this name.",
)
def without_labels(tokenizer, texts, libraries, label2id, longest):
    batch = by_call(tokenizer, texts, libraries, label2id, longest)
    return {name: value for name, value in batch.items() if name != "labels"}


@mistake(
    tokenize_batch,
    "The numbers of the classes are there under another name than `labels`. It is the argument of the model's own "
    "`forward`.",
)
def under_another_name(tokenizer, texts, libraries, label2id, longest):
    batch = by_call(tokenizer, texts, libraries, label2id, longest)
    batch["label"] = batch.pop("labels")
    return batch


@mistake(
    tokenize_batch,
    "There is no `attention_mask`: without it the padding is read like words. Hand on what the tokenizer gives.",
)
def without_the_mask(tokenizer, texts, libraries, label2id, longest):
    batch = by_call(tokenizer, texts, libraries, label2id, longest)
    return {name: batch[name] for name in ("input_ids", "labels")}


@mistake(
    tokenize_batch,
    "The `attention_mask` is 1 everywhere, also over the padding, which is then read like words. The tokenizer knows "
    "where its padding is.",
)
def sees_the_padding(tokenizer, texts, libraries, label2id, longest):
    batch = by_call(tokenizer, texts, libraries, label2id, longest)
    return {**batch, "attention_mask": torch.ones_like(batch["attention_mask"])}


@mistake(
    tokenize_batch,
    "The names are numbered anew in each batch, as by `sorted(set(libraries))` or in the order in which they come. The "
    "same name has another number in the next batch then; `label2id` tells it once and for all.",
)
def numbers_them_anew(tokenizer, texts, libraries, label2id, longest):
    known = sorted(set(libraries))
    return by_call(tokenizer, texts, libraries, {name: known.index(name) for name in known}, longest)


@mistake(
    tokenize_batch,
    "The names are numbered anew in each batch, as by `sorted(set(libraries))` or in the order in which they come. The "
    "same name has another number in the next batch then; `label2id` tells it once and for all.",
)
def numbers_them_as_they_come(tokenizer, texts, libraries, label2id, longest):
    known = list(dict.fromkeys(libraries))
    return by_call(tokenizer, texts, libraries, {name: known.index(name) for name in known}, longest)


@mistake(
    tokenize_batch,
    "A name gets its place in the table, not the number that stands there. The two differ where the table has gaps or "
    "another order: `label2id[name]`.",
    keeps=0.8,
)
def takes_the_place_in_the_table(tokenizer, texts, libraries, label2id, longest):
    known = sorted(label2id, key=label2id.__getitem__)
    return by_call(tokenizer, texts, libraries, {name: known.index(name) for name in known}, longest)


@mistake(
    tokenize_batch,
    "A name gets its place in the table, not the number that stands there. The two differ where the table has gaps or "
    "another order: `label2id[name]`.",
    keeps=0.8,
)
def takes_the_place_in_which_it_was_written(tokenizer, texts, libraries, label2id, longest):
    places = {name: place for place, name in enumerate(label2id)}
    return by_call(tokenizer, texts, libraries, places, longest)


@mistake(
    tokenize_batch,
    "A name gets its place in the alphabet, not the number that stands in the table: `label2id[name]`.",
)
def takes_the_place_in_the_alphabet(tokenizer, texts, libraries, label2id, longest):
    places = {name: place for place, name in enumerate(sorted(label2id))}
    return by_call(tokenizer, texts, libraries, places, longest)


@alternative(tokenize_batch)
def with_pad(tokenizer, texts, libraries, label2id, longest):
    rows = [tokenizer(text, truncation=True, max_length=longest) for text in texts]
    for row, name in zip(rows, libraries, strict=True):
        row["labels"] = label2id[name]
    return tokenizer.pad(rows, return_tensors="pt")


@alternative(tokenize_batch)
def by_hand(tokenizer, texts, libraries, label2id, longest):
    numbers = torch.as_tensor([label2id[name] for name in libraries])
    return {"labels": numbers, **rows_of(tokenizer, texts, longest)}


promised(
    tokenize_batch,
    "Some texts as a model is given them, and as `labels` what it should answer.",
    by=["texts of several lengths", "numbers of the names"],
)
promised(tokenize_batch, "tokenizer: one of transformers'.", by=["texts of several lengths", "one text"])
promised(
    tokenize_batch,
    "It knows its special tokens, its padding, and which tensors its model wants.",
    by=["texts of several lengths", "a tokenizer that pads on the left", "a tokenizer that gives a third tensor"],
)
promised(tokenize_batch, "texts: one or more.", by=["one text", "texts of several lengths"])
promised(tokenize_batch, "libraries: of each text the name of its class.", by=["numbers of the names"])
promised(tokenize_batch, "label2id: the number of each name.", by=["numbers of the names"])
promised(
    tokenize_batch,
    "longest: how many tokens a text may have, the special ones among them.",
    by=["exactly as long as allowed, and one more", "texts that are too long"],
)
promised(tokenize_batch, "What is longer is cut.", by=["texts that are too long"])
promised(
    tokenize_batch,
    "The tokenizer's tensors of shape (texts, tokens), as long as the longest text that is left and no longer; and "
    "`labels`, shape (texts,), int64.",
    by=["short texts only", "a second batch, shorter than the first", "texts of several lengths"],
)
promised(tokenize_batch, "All of it by name, as `model(**batch)` takes it.", by=["texts of several lengths"])
