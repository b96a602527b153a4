"""The loss, label by label."""

import torch

IGNORED = -100


def part(scores, labels):
    """Each label by itself: the logarithm of a softmax, at the place that the label says."""
    rows, wanted = scores.reshape(-1, scores.shape[-1]), labels.reshape(-1).tolist()
    found = [-row.log_softmax(dim=-1)[label] for row, label in zip(rows, wanted, strict=True) if label != IGNORED]
    return torch.stack(found).mean() if found else scores.sum() * 0


def pretraining_loss(prediction_logits, seq_relationship_logits, labels, next_sentence_label):
    return part(prediction_logits, labels) + part(seq_relationship_logits, next_sentence_label)
