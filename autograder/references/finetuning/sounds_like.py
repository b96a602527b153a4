"""`sounds_like`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.finetuning import (  # noqa: F401  (they register themselves)
    _sounds_like_mistakes,
    _sounds_like_slips,
)
from autograder.references.finetuning._sounds_like import ranked, scores_of, sounds_like


@mistake(
    sounds_like,
    "The model is in training mode, so it drops, and says something else each time. `model.eval()` comes first.",
    keeps=0.9,
)
def while_it_trains(model, tokenizer, sentence, most=5):
    with torch.no_grad():
        scores = model(**tokenizer([sentence], truncation=True, return_tensors="pt")).logits[0].double()
    return ranked(model, scores - scores.max(), most)


@mistake(
    sounds_like,
    "The model is called with a graph, which keeps everything for a gradient that nobody wants. Use `torch.no_grad()`.",
    keeps=0.9,
)
def keeps_a_graph(model, tokenizer, sentence, most=5):
    with torch.enable_grad():
        model.eval()
        scores = model(**tokenizer([sentence], truncation=True, return_tensors="pt")).logits[0].double()
    return ranked(model, (scores - scores.max()).detach(), most)


@mistake(
    sounds_like,
    "The model is in training mode and keeps a graph: nothing prepares it for being asked. It takes `model.eval()` and "
    "`torch.no_grad()`.",
    keeps=0.9,
)
def unprepared(model, tokenizer, sentence, most=5):
    with torch.enable_grad():
        scores = model(**tokenizer([sentence], truncation=True, return_tensors="pt")).logits[0].double()
    return ranked(model, (scores - scores.max()).detach(), most)


@mistake(
    sounds_like,
    "After this call the model is in training mode. It should stay in evaluation mode.",
    keeps=0.9,
)
def trains_afterwards(model, tokenizer, sentence, most=5):
    result = sounds_like(model, tokenizer, sentence, most)
    model.train()
    return result


@mistake(sounds_like, "The scores come back as they are. A softmax makes probabilities of them.")
def scores_instead(model, tokenizer, sentence, most=5):
    scores = scores_of(model, tokenizer, sentence)
    return ranked(model, scores, most, scores)


@mistake(sounds_like, "Logarithms of probabilities come back. `softmax` gives the probabilities.")
def logarithms(model, tokenizer, sentence, most=5):
    scores = scores_of(model, tokenizer, sentence)
    return ranked(model, scores, most, scores.log_softmax(0))


@mistake(
    sounds_like,
    "A sigmoid is taken of each score by itself. The classes exclude each other, so that their probabilities sum to 1: "
    "a softmax.",
)
def by_sigmoid(model, tokenizer, sentence, most=5):
    scores = scores_of(model, tokenizer, sentence)
    return ranked(model, scores, most, scores.sigmoid())


@mistake(
    sounds_like,
    "The probabilities of those that are shown sum to 1: the softmax comes after the choice of the best. It belongs "
    "before, over all classes.",
    keeps=0.7,
)
def softmax_of_the_best(model, tokenizer, sentence, most=5):
    pairs = sounds_like(model, tokenizer, sentence, most)
    return [(name, share / sum(other for _, other in pairs)) for name, share in pairs]


@mistake(sounds_like, "The least likely ones come, or the least likely one first. The likeliest comes first.")
def the_least_likely(model, tokenizer, sentence, most=5):
    return sounds_like(model, tokenizer, sentence, 10**6)[::-1][:most]


@mistake(sounds_like, "The likeliest come, but in rising order. The likeliest comes first.", keeps=0.7)
def in_rising_order(model, tokenizer, sentence, most=5):
    return sounds_like(model, tokenizer, sentence, most)[::-1]


@mistake(
    sounds_like,
    "The first classes come, by their numbers, not the likeliest ones.",
)
def in_their_own_order(model, tokenizer, sentence, most=5):
    shares = scores_of(model, tokenizer, sentence).softmax(0).tolist()
    return [(model.config.id2label[place], share) for place, share in enumerate(shares)][:most]


@mistake(
    sounds_like,
    "The names are taken in the order in which they stand in `id2label`. A dict need not be in the order of the "
    "numbers: `id2label[number]`.",
    keeps=0.7,
)
def by_place_in_the_dict(model, tokenizer, sentence, most=5):
    names = list(model.config.id2label.values())
    shares = scores_of(model, tokenizer, sentence).softmax(0).sort(descending=True)
    return [(names[place], share) for place, share in zip(*(each.tolist() for each in shares[::-1]), strict=True)][
        :most
    ]


@mistake(sounds_like, "The numbers of the classes come back. `model.config.id2label` has their names.")
def numbers_instead_of_names(model, tokenizer, sentence, most=5):
    table = model.config.label2id
    return [(table[name], share) for name, share in sounds_like(model, tokenizer, sentence, most)]


@mistake(
    sounds_like,
    "The numbers are tensors. Promised are Python floats: `.tolist()` or `.item()`.",
    keeps=0.7,
)
def tensors(model, tokenizer, sentence, most=5):
    return [(name, torch.tensor(share)) for name, share in sounds_like(model, tokenizer, sentence, most)]


@mistake(
    sounds_like,
    "In a pair the probability comes first. It is the name, then the probability.",
    keeps=0.7,
)
def pairs_the_other_way_round(model, tokenizer, sentence, most=5):
    return [(share, name) for name, share in sounds_like(model, tokenizer, sentence, most)]


@mistake(sounds_like, "Only the names come back, without their probabilities.")
def names_only(model, tokenizer, sentence, most=5):
    return [name for name, _ in sounds_like(model, tokenizer, sentence, most)]


@alternative(sounds_like)
def by_sorting(model, tokenizer, sentence, most=5):
    model.train(False)
    with torch.inference_mode():
        shares = torch.softmax(model(**tokenizer(sentence, return_tensors="pt", truncation=True))["logits"], -1)[0]
    pairs = [(model.config.id2label[place], float(share)) for place, share in enumerate(shares)]
    return sorted(pairs, key=lambda pair: pair[1], reverse=True)[:most]


@alternative(sounds_like)
def by_topk(model, tokenizer, sentence, most=5):
    model = model.eval()
    with torch.no_grad():
        values, places = (
            model(**tokenizer([sentence], truncation=True, return_tensors="pt"))
            .logits.softmax(1)[0]
            .sort(descending=True)
        )
    names = [model.config.id2label[int(place)] for place in places]
    return list(zip(names, values.tolist(), strict=True))[:most]


promised(
    sounds_like,
    "The likeliest classes of a sentence and their probabilities, the likeliest first.",
    by=["a sentence", "a model that is sure"],
)
promised(
    sounds_like,
    "model: gives `logits`; `model.config.id2label` has the names.",
    by=["names in another order than their numbers", "a sentence"],
)
promised(
    sounds_like,
    "It is called in evaluation mode, is left in it, and keeps no graph.",
    by=["a model that was trained before"],
)
promised(
    sounds_like,
    "The sentence is brought to its device, `model.device`.",
    by="where a GPU grades, the models lie on it; elsewhere there is one device only",
)
promised(sounds_like, "tokenizer: the model's.", by=["a sentence"])
promised(sounds_like, "A sentence that is longer than its `model_max_length` is cut.", by=["too many words"])
promised(sounds_like, "sentence: any text, also an empty one.", by=["one word, and none", "a sentence"])
promised(
    sounds_like,
    "most: how many are wanted; where there are fewer classes, all come.",
    by=["only the best", "more than there are", "five, unless told otherwise"],
)
promised(sounds_like, "Pairs of a name and a Python float.", by=["its kinds", "a sentence"])

equivalent(
    sounds_like,
    "for place, share in zip(best.indices.tolist(), best.values.tolist(), strict=True)",
    "for place, share in zip(best.indices.tolist(), best.values.tolist(), strict=False)",
    "topk gives as many places as values",
)
equivalent(
    sounds_like,
    "shares = model(**batch).logits[0].softmax(dim=-1)",
    "shares = model(**batch).logits[ -1].softmax(dim=-1)",
    "the batch holds one sentence",
)
equivalent(
    sounds_like,
    "shares = model(**batch).logits[0].softmax(dim=-1)",
    "shares = model(**batch).logits[0].softmax(dim=- 0)",
    "one sentence's scores have one dimension",
)
