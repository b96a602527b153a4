"""`read_digit`: what is right, and what goes wrong."""

import contextlib

import torch

from autograder.references import alternative, equivalent, mistake, promised


def read_digit(model, drawing):
    was = model.training
    model.eval()
    try:
        with torch.no_grad():
            logits = model((drawing.double() / 16).float()[None, None])
    finally:
        model.train(was)
    return logits[0].double().softmax(-1).float()


@contextlib.contextmanager
def evaluating(model):
    was = model.training
    model.eval()
    with torch.no_grad():
        yield
    model.train(was)


def logits_of(model, drawing, ink=16.0):
    return model(drawing.float().div(ink).reshape(1, 1, *drawing.shape))


DROPS = (
    "The answer is another one each time: a model in training drops numbers at random. Put it, and all parts inside "
    "it, into evaluation with `model.eval()` first, and back afterwards."
)


@mistake(read_digit, DROPS)
def still_training(model, drawing):
    return logits_of(model, drawing).softmax(-1)[0]


@mistake(read_digit, DROPS, keeps=0.6)
def still_training_without_a_graph(model, drawing):
    with torch.no_grad():
        return logits_of(model, drawing).softmax(-1)[0]


@mistake(
    read_digit,
    "The model is left in evaluation: if somebody was training it, it goes on without dropout. Put it back into the "
    "mode in which it was.",
    keeps=0.92,
)
def left_in_evaluation(model, drawing):
    model.eval()
    with torch.no_grad():
        return logits_of(model, drawing).softmax(-1)[0]


@mistake(
    read_digit,
    "The model is always in training afterwards, also where it was not before. Note `model.training` first.",
    keeps=0.92,
)
def always_training_afterwards(model, drawing):
    with evaluating(model):
        result = logits_of(model, drawing).softmax(-1)[0]
    model.train()
    return result


@mistake(
    read_digit,
    "What comes back is on a graph that keeps alive what the model computed. Nobody goes back from here: "
    "`torch.no_grad()`.",
    keeps=0.9,
)
def on_a_graph(model, drawing):
    was = model.training
    model.eval()
    result = logits_of(model, drawing).softmax(-1)[0]
    model.train(was)
    return result


@mistake(
    read_digit,
    "The model is left in evaluation, and what comes back is on a graph. Put the model back into the mode in which it "
    "was, and compute under `torch.no_grad()`.",
    keeps=0.8,
)
def evaluates_and_no_more(model, drawing):
    model.eval()
    return logits_of(model, drawing).softmax(-1)[0]


@mistake(
    read_digit,
    "These are scores and not yet probabilities: a softmax is missing.",
)
def scores(model, drawing):
    with evaluating(model):
        return logits_of(model, drawing)[0]


@mistake(
    read_digit,
    "Each class has a probability by itself, as from a sigmoid. A drawing shows one digit: its ten shares sum to 1.",
)
def sigmoids(model, drawing):
    with evaluating(model):
        return logits_of(model, drawing).sigmoid()[0]


@mistake(
    read_digit,
    "These are logarithms of probabilities. Asked for are the probabilities themselves.",
)
def logarithms(model, drawing):
    with evaluating(model):
        return logits_of(model, drawing).log_softmax(-1)[0]


@mistake(
    read_digit,
    "This is the digit alone. Asked for are the probabilities of all ten.",
)
def the_winner(model, drawing):
    with evaluating(model):
        return logits_of(model, drawing)[0].argmax()


@mistake(
    read_digit,
    "The ink is handed over as it is, from 0 to 16. The model has learned from pictures between 0 and 1.",
    keeps=0.6,
)
def unscaled(model, drawing):
    with evaluating(model):
        return logits_of(model, drawing, ink=1.0).softmax(-1)[0]


@mistake(
    read_digit,
    "The ink is divided by 255, as if it were a photograph: hardly any is left. Here it goes up to 16.",
    keeps=0.6,
)
def like_a_photograph(model, drawing):
    with evaluating(model):
        return logits_of(model, drawing, ink=255.0).softmax(-1)[0]


@mistake(
    read_digit,
    "The drawing is divided by its own darkest place: a page with little ink becomes dark, and a blank one NaN. Divide "
    "by 16, as for the pictures that the model has learned from.",
    keeps=0.6,
)
def by_its_own_ink(model, drawing):
    with evaluating(model):
        return logits_of(model, drawing, ink=drawing.max()).softmax(-1)[0]


@mistake(
    read_digit,
    "The batch is still there: shape (1, 10). Asked for are the ten probabilities of the one drawing, shape (10,).",
    keeps=0.7,
)
def with_the_batch(model, drawing):
    with evaluating(model):
        return logits_of(model, drawing).softmax(-1)


@mistake(
    read_digit,
    "There is no graph because the model's parameters were frozen, and they still are: nobody can train it any "
    "further. Call the model under `torch.no_grad()` instead.",
    keeps=0.9,
)
def freezes_the_model(model, drawing):
    was = model.training
    logits = logits_of(model.eval().requires_grad_(False), drawing)
    model.train(was)
    return logits.softmax(-1)[0]


@mistake(
    read_digit,
    "The model gets three dimensions, where it wants four: (batch, channel, row, column). A layer may take three "
    "without a word, but the batch of one is missing: drawing[None, None].",
    keeps=0.85,
)
def without_a_batch(model, drawing):
    was = model.training
    model.eval()
    with torch.no_grad():
        logits = model(drawing.float()[None] / 16)
    model.train(was)
    return logits[0].softmax(-1)


@alternative(read_digit)
def by_functional(model, drawing):
    with evaluating(model):
        (scores_of_one,) = model(torch.stack([drawing / 16])[:, None].to(torch.float32))
    return torch.nn.functional.softmax(scores_of_one.detach(), dim=0)


@alternative(read_digit)
def by_squeeze(model, drawing):
    before = model.training
    with torch.inference_mode():
        shares = model.eval()(drawing.to(torch.float32).unsqueeze(0).unsqueeze(0) / 16.0).softmax(dim=1)
    model.train(before)
    return shares.squeeze(0).clone()


for sentence, by in {
    "What a trained model thinks of one drawing.": ["a model without dropout", "three times"],
    "model: takes pictures of shape (batch, 1, rows, columns) between 0 and 1, float32; gives logits, (batch, 10).": [
        "what the model is shown",
        "full ink",
    ],
    "It may be training, and is afterwards in the mode that it was in.": ["it was training", "it was evaluating"],
    "drawing: how much ink is in each place, from 0 to 16, shape (rows, columns), any dtype.": [
        "whole numbers in a byte",
        "ink in floating point",
        "a square drawing",
    ],
    "The probabilities of the ten digits, shape (10,), float32, without graph: the same ones in each call.": [
        "no graph",
        "three times",
        "no random number is drawn",
    ],
}.items():
    promised(read_digit, sentence, by=by)

equivalent(read_digit, "return logits[0].softmax(-1)", "return logits[ -1].softmax(-1)", "there is one row")
equivalent(
    read_digit, "return logits[0].softmax(-1)", "return logits[0].softmax(- 0)", "one row has one dimension, the last"
)
