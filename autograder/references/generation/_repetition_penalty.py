"""`repetition_penalty`: the oracle, and what answers are made of."""

import torch


def repetition_penalty(scores, tokens, penalty):
    """The library's."""
    from transformers import RepetitionPenaltyLogitsProcessor

    return RepetitionPenaltyLogitsProcessor(float(penalty))(tokens, scores)


def occurred(scores, tokens):
    return torch.zeros_like(scores, dtype=torch.bool).scatter(1, tokens, True)


def must_be_above_zero(penalty):
    if not penalty > 0:
        raise ValueError(f"the penalty should be above 0, not {penalty}")


def punished(scores, penalty):
    return torch.where(scores < 0, scores * penalty, scores / penalty)
