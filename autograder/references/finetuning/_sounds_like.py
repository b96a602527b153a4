"""`sounds_like`: the oracle, and what answers are made of."""

import torch


def scores_of(model, tokenizer, sentence, **options):
    """Of one sentence, in evaluation mode and without a graph, in float64."""
    model.eval()
    with torch.no_grad():
        batch = tokenizer([sentence], return_tensors="pt", **{"truncation": True, **options})
        return model(**batch).logits[0].double()


def ranked(model, scores, most, shares=None):
    """Names with what stands beside each, by the scores."""
    values = (scores.exp() / scores.exp().sum() if shares is None else shares).tolist()
    order = sorted(range(len(values)), key=lambda place: -float(scores[place]))
    return [(model.config.id2label[place], values[place]) for place in order[:most]]


def sounds_like(model, tokenizer, sentence, most=5):
    scores = scores_of(model, tokenizer, sentence)
    return ranked(model, scores - scores.max(), most)
