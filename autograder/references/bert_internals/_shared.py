"""What several references of this topic share."""

from transformers import BertConfig

DROPS_ALWAYS = (
    "Numbers are dropped in evaluation, too, as by an `F.dropout` that is not told `self.training`. An `nn.Dropout` "
    "made in `__init__` knows the mode by itself."
)


def eager(config):
    """The same configuration, whoever made it, with attention that can be looked at."""
    return BertConfig(**{**config.to_dict(), "attn_implementation": "eager"})
