"""What the exercises of `16_bert_internals` must show.

The configuration is a real `transformers.BertConfig`, small, with distinct numbers throughout. Modules get their
weights by name, so the names are those of a real checkpoint. transformers is imported where it is used: whoever checks
another lesson need not wait for it.
"""
