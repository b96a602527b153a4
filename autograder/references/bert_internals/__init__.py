"""What is right in `16_bert_internals`, and what goes wrong. Where transformers has the part, it is the oracle."""
