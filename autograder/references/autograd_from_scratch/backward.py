"""`backward`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised


def backward(result, order):
    """The definition: a node's gradient is the sum over all edges that lead to it."""
    come = {result: [torch.ones_like(result.value)]}
    for node in order:
        node.grad = torch.stack(come[node]).sum(dim=0)
        for source, back in node.edges:
            come.setdefault(source, []).append(back(node.grad))
    for node, shares in come.items():
        node.grad = torch.stack(shares).sum(dim=0)


def go(result, order, clear=True, add=lambda old, share: share if old is None else old + share, ones=torch.ones_like):
    """The frame of most mistakes."""
    if clear:
        for node in order:
            node.grad = None
    result.grad = ones(result.value)
    for node in order:
        for source, back in node.edges:
            source.grad = add(source.grad, back(node.grad))


@mistake(
    backward,
    "What comes over a second edge replaces what came over the first. A value that is used twice answers for both: add "
    "what arrives to what is there.",
)
def overwrites(result, order):
    go(result, order, add=lambda old, share: share)


@mistake(
    backward,
    "What comes over a second edge is lost: only the first is kept. A value that is used twice answers for both: add "
    "what arrives to what is there.",
)
def keeps_the_first(result, order):
    go(result, order, add=lambda old, share: share if old is None else old)


TWICE = (
    "A node hands on more than once, and each time all that has come so far: what came first is counted again. It has "
    "to wait until everything has come, and then hand on once. That is what `order` is for."
)


@mistake(backward, TWICE)
def at_each_arrival(result, order):
    for node in order:
        node.grad = None
    result.grad = torch.ones_like(result.value)
    waiting = [result]
    while waiting:
        node = waiting.pop()
        for source, back in node.edges:
            share = back(node.grad)
            source.grad = share if source.grad is None else source.grad + share
            waiting.append(source)


@mistake(backward, TWICE)
def at_each_arrival_in_turn(result, order):
    for node in order:
        node.grad = None
    result.grad = torch.ones_like(result.value)
    waiting = [result]
    for node in waiting:
        for source, back in node.edges:
            share = back(node.grad)
            source.grad = share if source.grad is None else source.grad + share
            waiting.append(source)


@mistake(
    backward,
    "A node hands on once, as soon as it is found, and what comes over a longer way comes too late. It has to wait "
    "until everything has come: that is the order in which `order` holds the nodes.",
)
def hands_on_when_found(result, order):
    for node in order:
        node.grad = None
    result.grad = torch.ones_like(result.value)
    found = [result]
    for node in found:
        for source, back in node.edges:
            share = back(node.grad)
            source.grad = share if source.grad is None else source.grad + share
            if not any(source is one for one in found):
                found.append(source)


@mistake(
    backward,
    "What is handed over as a mended version still replaces what came before, and a node still hands on at each "
    "arrival: both faults of the broken one are there.",
)
def as_it_was(result, order):
    result.grad, waiting = torch.ones_like(result.value), [result]
    while waiting:
        node = waiting.pop()
        for source, back in node.edges:
            source.grad = back(node.grad)
        waiting += [source for source, _ in node.edges]


@mistake(
    backward,
    "Each arrival is sent on by itself, all the way to the leaves. The numbers come out right, but a node hands on "
    "once for each way that leads to it, and the ways double with every doubling. Let all of it arrive first.",
)
def share_by_share(result, order):
    for node in order:
        node.grad = None
    waiting = [(result, torch.ones_like(result.value))]
    while waiting:
        node, share = waiting.pop()
        node.grad = share if node.grad is None else node.grad + share
        if node in order:
            waiting += [(source, back(share)) for source, back in node.edges]


@mistake(
    backward,
    "What stood in `.grad` before is added to. Here a gradient is of one way back, so begin by setting `.grad` of all "
    "nodes in the order to None. (PyTorch adds, but at leaves only.)",
    keeps=0.75,
)
def adds_to_the_old(result, order):
    go(result, order, clear=False)


@mistake(
    backward,
    "Some gradient is changed after it was handed on: `+=` writes into a tensor, and over the edges of a sum several "
    "nodes hold the same one. `old + new` makes a new tensor.",
    keeps=0.8,
)
def adds_in_place(result, order):
    go(result, order, add=lambda old, share: share if old is None else old.add_(share))


@mistake(
    backward,
    "The result has the gradient of its value instead of ones. How the result answers to itself is 1, whatever it is.",
)
def begins_with_the_value(result, order):
    go(result, order, ones=torch.clone)


@mistake(
    backward,
    "The result's gradient is one number of float32. It should have the shape and dtype of the result's value, as "
    "`torch.ones_like` makes it.",
    keeps=0.8,
)
def begins_with_one(result, order):
    go(result, order, ones=lambda value: torch.tensor(1.0, device=value.device))


@mistake(
    backward,
    "The nodes hand on in the opposite order, leaves first, when they have nothing yet.",
)
def from_the_wrong_end(result, order):
    for node in order:
        node.grad = None
    result.grad = torch.ones_like(result.value)
    for node in reversed(order):
        for source, back in node.edges:
            if node.grad is not None:
                share = back(node.grad)
                source.grad = share if source.grad is None else source.grad + share


@mistake(
    backward,
    "Two things at once: what stood in `.grad` before is added to, so begin by setting it to None for all nodes in the "
    "order; and a tensor is written into, as by `+=`, which other nodes may hold, too: `old + new` makes a new one.",
    keeps=0.65,
)
def adds_in_place_to_the_old(result, order):
    go(result, order, clear=False, add=lambda old, share: share if old is None else old.add_(share))


@mistake(
    backward,
    "The leaves keep what stood in their `.grad` and add to it, as in PyTorch. Here a gradient is of one way back, for "
    "leaves too: begin by setting `.grad` of all nodes in the order to None.",
    keeps=0.75,
)
def leaves_keep_theirs(result, order):
    for node in order:
        node.grad = None if node.edges else node.grad
    go(result, order, clear=False)


@alternative(backward)
def in_a_dict(result, order):
    grads = {result: torch.ones_like(result.value)}
    for node in order:
        for source, back in node.edges:
            share = back(grads[node])
            grads[source] = grads[source] + share if source in grads else share
    for node, grad in grads.items():
        node.grad = grad


@alternative(backward)
def from_zeros(result, order):
    for node in order:
        node.grad = torch.zeros_like(node.value)
    result.grad = torch.ones_like(result.value)
    for node in order:
        for source, back in node.edges:
            source.grad += back(node.grad)


promised(
    backward,
    "Gives each node its gradient: how much the result answers to a nudge of the node's value.",
    by=["a tangle", "the docstring's example"],
)
promised(
    backward,
    "result: where to begin; its own gradient is one for each number of its value, in the value's dtype.",
    by=["vectors", "float64", "a result of which nothing lies behind"],
)
promised(
    backward,
    "order: all nodes behind the result, each before all nodes that its edges lead to; they hand on one after the "
    "other.",
    by=["the long arm comes first", "the short arm comes first"],
)
promised(
    backward,
    "A node's gradient is the sum of what comes back over all edges that lead to it.",
    by=["a node that goes into another twice", "a tangle"],
)
promised(
    backward,
    "The function on an edge is called once.",
    by=["doublings: hundreds of ways, a few nodes"],
)
promised(
    backward,
    "What stood in `.grad` of these nodes before does not count, and no tensor is written into.",
    by=["gradients from before", "edges that hand on the very tensor", "edges that keep a tensor"],
)
