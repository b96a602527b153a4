"""What several references of this topic share."""

from transformers import BertConfig


def eager(config):
    """The same configuration, whoever made it, with attention that can be looked at."""
    return BertConfig(**{**config.to_dict(), "attn_implementation": "eager"})
