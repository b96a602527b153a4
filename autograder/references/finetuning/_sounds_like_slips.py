"""Slips of `sounds_like`: a mode, an order, a limit."""

import torch

from autograder.references import mistake
from autograder.references.finetuning._sounds_like import ranked, scores_of, sounds_like


@mistake(
    sounds_like,
    "The model is in training mode, so it drops, and says something else each time. `model.eval()` comes first.",
    keeps=0.8,
)
def trains(model, tokenizer, sentence, most=5):
    model.train()
    with torch.no_grad():
        scores = model(**tokenizer([sentence], truncation=True, return_tensors="pt")).logits[0].double()
    return ranked(model, scores - scores.max(), most)


@mistake(
    sounds_like,
    "Each class has a probability of 1, as where the softmax goes over the sentences, of which there is one. It "
    "goes over the classes: the last dimension.",
)
def ones(model, tokenizer, sentence, most=5):
    scores = scores_of(model, tokenizer, sentence)
    plain = scores * 0 + 1
    return ranked(model, plain, most, shares=plain)


@mistake(
    sounds_like,
    "The probabilities are in per cent. They should lie between 0 and 1.",
)
def in_hundreds(model, tokenizer, sentence, most=5):
    return [(name, 100 * share) for name, share in sounds_like(model, tokenizer, sentence, most)]


@mistake(
    sounds_like,
    "The probabilities fall, but the names beside them are the first of the model, in the order of their numbers. "
    "Each name belongs to the probability of its own number.",
)
def the_first_names(model, tokenizer, sentence, most=5):
    found = sounds_like(model, tokenizer, sentence, most)
    return [(model.config.id2label[place], share) for place, (_, share) in enumerate(found)]


@mistake(
    sounds_like,
    "Names stand beside the probabilities of others where the dict of names has another order than their numbers. "
    "`id2label[number]` finds the name.",
    keeps=0.8,
)
def by_label2id(model, tokenizer, sentence, most=5):
    names = list(model.config.label2id)
    scores = scores_of(model, tokenizer, sentence)
    found = ranked(model, scores - scores.max(), most)
    places = {name: place for place, name in model.config.id2label.items()}
    return [(names[places[name]], share) for name, share in found]
