"""`tokenize_batch`: the oracle, and what answers are made of."""

import torch


def rows_of(tokenizer, texts, longest):
    """Word by word and row by row, for tokenizers that put [CLS] and [SEP] around a text and cut it at spaces."""
    first, last = tokenizer.cls_token_id, tokenizer.sep_token_id
    rows = [[first, *tokenizer.convert_tokens_to_ids(text.split())[: longest - 2], last] for text in texts]
    size = max(map(len, rows))
    found = {"input_ids": [], "attention_mask": []}
    for row in rows:
        padding = [tokenizer.pad_token_id] * (size - len(row))
        hidden, seen = [0] * len(padding), [1] * len(row)
        left = tokenizer.padding_side == "left"
        found["input_ids"].append(padding + row if left else row + padding)
        found["attention_mask"].append(hidden + seen if left else seen + hidden)
    if "token_type_ids" in tokenizer.model_input_names:
        found["token_type_ids"] = [[0] * size for _ in rows]
    return {name: torch.tensor(each) for name, each in found.items()}


def tokenize_batch(tokenizer, texts, libraries, label2id, longest):
    return {**rows_of(tokenizer, texts, longest), "labels": torch.tensor([label2id[name] for name in libraries])}


def by_call(tokenizer, texts, libraries, label2id, longest, **changes):
    """By the tokenizer itself, with other options."""
    options = {"padding": True, "truncation": True, "max_length": longest, "return_tensors": "pt", **changes}
    if options["truncation"] is False and options["padding"] is True:
        del options["max_length"]
    batch = dict(tokenizer(list(texts), **options))
    batch["labels"] = torch.tensor([label2id[name] for name in libraries])
    return batch
