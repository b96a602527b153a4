"""Filling in small steps, each of which a wrong answer may take otherwise."""

import torch


def places_of(ids, mask_id):
    return [place for place, token in enumerate(ids.tolist()) if token == mask_id]


def best_of(scores, most):
    """By sorting, in plain Python."""
    shares = scores.softmax(dim=-1).tolist()
    order = sorted(range(len(shares)), key=lambda token: -shares[token])
    return [(token, shares[token]) for token in order[:most]]


def steps(
    model, input_ids, mask_id, most, *,
    places=places_of, best=best_of, asks=lambda model, ids: model(ids[None])[0], mode=True, back=True, graph=False,
    at=lambda place: place,
):  # fmt: skip
    """Finds the places, asks once, and sorts."""
    found = places(input_ids, mask_id)
    if not found:
        raise ValueError("nothing is covered")
    was = model.training
    if mode:
        model.eval()
    with torch.set_grad_enabled(graph):
        scores = asks(model, input_ids)
    if back:
        model.train(was)
    return [best(scores[at(place)].detach(), most) for place in found]


def fill_mask(model, input_ids, mask_id, most=5):
    return steps(model, input_ids, mask_id, most)
