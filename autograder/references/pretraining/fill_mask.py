"""`fill_mask`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.pretraining._fill_mask import best_of, fill_mask, places_of, steps


@mistake(
    fill_mask,
    "The model is asked in the mode it is in: while it trains, dropout makes each answer another one. Call `eval()` "
    "first.",
)
def asks_in_any_mode(model, input_ids, mask_id, most=5):
    return steps(model, input_ids, mask_id, most, mode=False)


@mistake(
    fill_mask,
    "The model stays in evaluation mode afterwards, though it was training before: it would go on to train without "
    "dropout. Put it back with `model.train(was)`.",
    keeps=0.93,
)
def leaves_it_in_evaluation(model, input_ids, mask_id, most=5):
    return steps(model, input_ids, mask_id, most, back=False)


@mistake(
    fill_mask,
    "The model is in training mode afterwards, though it was not before: `model.train()` without asking what was. Keep "
    "`model.training` before you change it.",
    keeps=0.93,
)
def always_trains_afterwards(model, input_ids, mask_id, most=5):
    result = steps(model, input_ids, mask_id, most, back=False)
    model.train()
    return result


@mistake(
    fill_mask,
    "A graph is kept while the model is asked, for gradients that nobody will ask for: use `torch.no_grad()`.",
    keeps=0.93,
)
def keeps_a_graph(model, input_ids, mask_id, most=5):
    return steps(model, input_ids, mask_id, most, graph=True)


@mistake(
    fill_mask,
    "Gradients are switched off for good: whoever computes afterwards has no graph. `with torch.no_grad():` ends "
    "where it should.",
    keeps=0.93,
)
def switches_off_for_good(model, input_ids, mask_id, most=5):
    result = steps(model, input_ids, mask_id, most)
    torch.set_grad_enabled(False)
    return result


@mistake(
    fill_mask,
    "Only the first covered place is filled. Each [MASK] has a list of its own.",
)
def the_first_place_only(model, input_ids, mask_id, most=5):
    return steps(model, input_ids, mask_id, most)[:1]


@mistake(
    fill_mask,
    "For a single covered place its list stands alone. It should be a list of one list, as for several.",
)
def one_list_for_one_place(model, input_ids, mask_id, most=5):
    result = steps(model, input_ids, mask_id, most)
    return result[0] if len(result) == 1 else result


@mistake(
    fill_mask,
    "The guesses are those of the place before, as in a model that tells the next word. BERT says at the covered place "
    "itself what stands there.",
)
def one_place_early(model, input_ids, mask_id, most=5):
    return steps(model, input_ids, mask_id, most, at=lambda place: place - 1)


@mistake(
    fill_mask,
    "The guesses are those of the place behind. BERT says at the covered place itself what stands there.",
)
def one_place_late(model, input_ids, mask_id, most=5):
    return steps(model, input_ids, mask_id, most, at=lambda place: (place + 1) % len(input_ids))


@mistake(
    fill_mask,
    "Scores come back instead of probabilities. A softmax over the vocabulary makes them comparable from text to text.",
)
def scores_for_probabilities(model, input_ids, mask_id, most=5):
    def best(scores, most):
        found = scores.topk(min(most, len(scores)))
        return list(zip(found.indices.tolist(), found.values.tolist(), strict=True))

    return steps(model, input_ids, mask_id, most, best=best)


@mistake(
    fill_mask,
    "The probabilities are shares of the best few alone: the softmax came after `topk`. It belongs over the whole "
    "vocabulary.",
)
def softmax_of_the_best(model, input_ids, mask_id, most=5):
    def best(scores, most):
        found = scores.topk(min(most, len(scores)))
        return list(zip(found.indices.tolist(), found.values.softmax(dim=-1).tolist(), strict=True))

    return steps(model, input_ids, mask_id, most, best=best)


@mistake(
    fill_mask,
    "The softmax runs along the text, over all places of a token, and not over the tokens of a place: `dim=-1`.",
)
def softmax_along_the_text(model, input_ids, mask_id, most=5):
    def best(shares, most):
        found = shares.topk(min(most, len(shares)))
        return list(zip(found.indices.tolist(), found.values.tolist(), strict=True))

    return steps(model, input_ids, mask_id, most, best=best, asks=lambda model, ids: model(ids[None])[0].softmax(dim=0))


@mistake(fill_mask, "The least likely tokens come first, or alone. The best should.")
def the_worst_first(model, input_ids, mask_id, most=5):
    def best(scores, most):
        return best_of(scores, len(scores))[::-1][:most]

    return steps(model, input_ids, mask_id, most, best=best)


@mistake(fill_mask, "Probability and token are exchanged in the pairs: the token comes first.")
def probability_first(model, input_ids, mask_id, most=5):
    return [[(share, token) for token, share in place] for place in steps(model, input_ids, mask_id, most)]


@mistake(fill_mask, "Only the tokens come back, without their probabilities.")
def tokens_alone(model, input_ids, mask_id, most=5):
    return [[token for token, _ in place] for place in steps(model, input_ids, mask_id, most)]


@mistake(
    fill_mask,
    "A text in which nothing is covered is not refused. It should raise a `ValueError`: there is nothing to fill.",
    keeps=0.95,
)
def fills_nothing(model, input_ids, mask_id, most=5):
    return steps(model, input_ids, mask_id, most) if places_of(input_ids, mask_id) else []


@mistake(
    fill_mask,
    "The best tokens are counted by `topk(most)`, which refuses more than there are: `min(most, …)` does not.",
    keeps=0.97,
)
def refuses_more_than_all(model, input_ids, mask_id, most=5):
    def best(scores, most):
        found = scores.softmax(dim=-1).topk(most)
        return list(zip(found.indices.tolist(), found.values.tolist(), strict=True))

    return steps(model, input_ids, mask_id, most, best=best)


@mistake(
    fill_mask,
    "A token or a probability comes back as a tensor. `tolist()` or `item()` makes a plain number of it.",
    keeps=0.7,
)
def tensors_in_the_pairs(model, input_ids, mask_id, most=5):
    return [
        [(torch.tensor(token), torch.tensor(share, dtype=torch.float64)) for token, share in place]
        for place in steps(model, input_ids, mask_id, most)
    ]


@mistake(
    fill_mask,
    "The text goes to the model without a batch, (length,). It takes (batch, length): `input_ids[None]`.",
)
def without_a_batch(model, input_ids, mask_id, most=5):
    return steps(model, input_ids, mask_id, most, asks=lambda model, ids: model(ids))


@mistake(
    fill_mask,
    "Each covered place gets the same guesses: their scores were averaged, or one place stands for all.",
)
def one_answer_for_all(model, input_ids, mask_id, most=5):
    found = steps(model, input_ids, mask_id, most)
    return [found[0]] * len(found)


@mistake(
    fill_mask,
    "Only the first covered place is filled, and its list stands alone. It should be a list for each [MASK], in a "
    "list.",
)
def the_first_place_alone(model, input_ids, mask_id, most=5):
    return steps(model, input_ids, mask_id, most)[0]


@mistake(
    fill_mask,
    "A text in which nothing is covered ends in another error than a `ValueError`, as when the first of no places is "
    "taken.",
    keeps=0.95,
)
def another_error(model, input_ids, mask_id, most=5):
    places_of(input_ids, mask_id)[0]
    return steps(model, input_ids, mask_id, most)


@alternative(fill_mask)
def by_topk(model, input_ids, mask_id, most=5):
    covered = input_ids == mask_id
    if not covered.any():
        raise ValueError("there is no [MASK]")
    was, _ = model.training, model.eval()
    with torch.inference_mode():
        shares = model(input_ids.unsqueeze(0)).squeeze(0)[covered].softmax(dim=-1)
        best = shares.topk(min(most, shares.shape[-1]), dim=-1)
    model.train(was)
    values, tokens = best.values.tolist(), best.indices.tolist()
    return [list(zip(one, other, strict=True)) for one, other in zip(tokens, values, strict=True)]


@alternative(fill_mask)
def place_by_place(model, input_ids, mask_id, most=5):
    """Asked once for each place."""
    result = []
    for place in range(len(input_ids)):
        if int(input_ids[place]) == mask_id:
            was = model.training
            model.eval()
            with torch.no_grad():
                result.append(best_of(model(input_ids.reshape(1, -1))[0, place], most))
            model.train(was)
    if result:
        return result
    raise ValueError("nothing to fill")


promised(
    fill_mask,
    "The likeliest tokens for each [MASK] of a text.",
    by=["one covered place", "two and three covered places", "everything is covered"],
)
promised(
    fill_mask,
    "The model is asked without a graph and in evaluation mode, and is afterwards in the mode that it was in.",
    by=["a model that was training, asked twice", "a model that was training", "a model that was not", "graphs"],
)
promised(
    fill_mask,
    "model: gives for tokens (batch, length) scores (batch, length, vocabulary).",
    by=["one covered place", "graphs"],
)
promised(fill_mask, "input_ids: shape (length,), int64.", by=["one covered place", "the text afterwards, by names"])
promised(fill_mask, "mask_id: the number of [MASK].", by=["[MASK] has the number 0", "one covered place"])
promised(
    fill_mask,
    "most: how many tokens for each; where the vocabulary has fewer, all of them.",
    by=["the whole vocabulary", "more than the vocabulary has", "the best one alone", "without a number"],
)
promised(
    fill_mask,
    "For each [MASK], in the order of the text, a list of pairs: the token and its probability, plain numbers, the "
    "likeliest first.",
    by=["two and three covered places", "kinds", "the first place, and the last"],
)
promised(fill_mask, "ValueError: there is no [MASK].", by=["nothing is covered"])
TWO = "what is chosen has two dimensions, (places, vocabulary), so that 1 and −1 are the same"
SHARES = "shares = model(input_ids[None])[{}][covered].softmax(dim={})"
for other in ("+1", "1"):
    equivalent(fill_mask, SHARES.format("0", "-1"), SHARES.format("0", other), TWO)
equivalent(fill_mask, SHARES.format("0", "-1"), SHARES.format(" -1", "-1"), "the batch holds a single text")
BEST = "best = shares.topk(min(most, shares.shape[{}]), dim={})"
for one, other in (("+1", "-1"), ("1", "-1"), ("-1", "+1"), ("-1", "1")):
    equivalent(fill_mask, BEST.format("-1", "-1"), BEST.format(one, other), TWO)
ROWS = "rows = zip(best.indices.tolist(), best.values.tolist(), strict={})"
PAIRS = "return [list(zip(tokens, values, strict={})) for tokens, values in rows]"
for line in (ROWS, PAIRS):
    equivalent(fill_mask, line.format("True"), line.format("False"), "both come from one `topk` and are equally long")
