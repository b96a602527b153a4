"""`hierarchical_log_prob`: what is right, and what goes wrong."""

import torch
from torch.nn import functional as F

from autograder.references import alternative, equivalent, mistake, promised


def hierarchical_log_prob(hidden, code, nodes):
    """The definition, in float64."""
    total = torch.zeros(hidden.shape[:-1], dtype=torch.float64, device=hidden.device)
    for step in range(len(code)):
        score = (hidden.double() * nodes[code[:step]].double()).sum(-1)
        total = total - F.softplus(-score if code[step] == "1" else score)
    return total.to(hidden.dtype)


def scores_on(hidden, code, nodes, *, node=lambda code, step: code[:step], up="1"):
    """For each decision its score, positive where it is likely."""
    scores = [hidden @ nodes[node(code, step)] * (1 if bit == up else -1) for step, bit in enumerate(code)]
    return scores or [torch.full_like(hidden[..., 0], torch.inf)]


def summed(terms):
    return torch.stack(terms).sum(0)


@mistake(
    hierarchical_log_prob,
    "−∞ or NaN where a decision is nearly impossible: its probability is rounded to 0 before the logarithm. Take "
    "both in one step, `F.logsigmoid`.",
)
def logarithm_of_the_sigmoid(hidden, code, nodes):
    return summed([torch.sigmoid(score).log() for score in scores_on(hidden, code, nodes)])


@mistake(
    hierarchical_log_prob,
    "−∞ where many decisions are unlikely: their product is too small for the dtype before its logarithm is taken. Add "
    "the logarithms instead.",
)
def logarithm_of_the_product(hidden, code, nodes):
    return torch.stack([score.sigmoid() for score in scores_on(hidden, code, nodes)]).prod(0).log()


@mistake(
    hierarchical_log_prob,
    "−∞ where a decision is nearly impossible, or where many are unlikely: probabilities are multiplied, and the "
    "product is rounded to 0 before its logarithm is taken. Add logarithms instead; `F.logsigmoid` takes that of σ(s), "
    "and 1 − σ(s) is σ(−s).",
)
def one_minus_the_other(hidden, code, nodes):
    shares = [torch.sigmoid(hidden @ nodes[code[:step]]) for step in range(len(code))]
    chosen = [share if bit == "1" else 1 - share for share, bit in zip(shares, code, strict=True)]
    return torch.stack([torch.ones_like(hidden[..., 0]), *chosen]).prod(0).log()


@mistake(
    hierarchical_log_prob,
    'A word with the code "" gets a single zero, whatever the contexts are. Its probability is 1: a zero for '
    "each context, `hidden.new_zeros(hidden.shape[:-1])`.",
    keeps=0.99,
)
def one_zero_for_all(hidden, code, nodes):
    terms = [F.logsigmoid(score) for score in scores_on(hidden, code, nodes)] if code else []
    return sum(terms, torch.tensor(0.0, device=hidden.device))


CAPPED = (
    "Unlikely decisions stop getting more expensive: something small is added to the probability, or it is cut off, "
    "before the logarithm. A decision with a score of −100 should cost 100, and have a gradient. `F.logsigmoid` takes "
    "the logarithm of the sigmoid in one step, and needs neither."
)


@mistake(hierarchical_log_prob, CAPPED)
def with_an_epsilon(hidden, code, nodes):
    return summed([(score.sigmoid() + 1e-12).log() for score in scores_on(hidden, code, nodes)])


@mistake(
    hierarchical_log_prob,
    "0 and 1 are swapped: with a 1 one goes on with the probability σ(hidden · vector), and with a 0 with 1 minus "
    "that.",
)
def swapped(hidden, code, nodes):
    return summed([F.logsigmoid(score) for score in scores_on(hidden, code, nodes, up="0")])


@mistake(
    hierarchical_log_prob,
    "Each decision counts as if it were a 1: for a 0 the probability is 1 − σ(hidden · vector), and that is "
    "σ(−hidden · vector).",
)
def always_one(hidden, code, nodes):
    return summed([F.logsigmoid(hidden @ nodes[code[:step]]) for step in range(len(code))] or [hidden[..., 0] * 0])


@mistake(
    hierarchical_log_prob,
    "The decisions that are a 0 count nothing. Each decision has a probability, that of a 0 is 1 − σ(hidden · vector).",
)
def only_the_ones(hidden, code, nodes):
    scores = [hidden @ nodes[code[:step]] for step, bit in enumerate(code) if bit == "1"]
    return summed([F.logsigmoid(score) for score in scores] or [torch.zeros_like(hidden[..., 0])])


@mistake(
    hierarchical_log_prob,
    "For each decision it asks the node behind it, `code[: step + 1]`, and at the end a word, which has no vector. "
    "It is the node in which one stands that is asked, the root first.",
)
def the_node_behind(hidden, code, nodes):
    return summed(
        [F.logsigmoid(score) for score in scores_on(hidden, code, nodes, node=lambda code, step: code[: step + 1])]
    )


@mistake(
    hierarchical_log_prob,
    'The root is left out. The first decision is made there, at the node with the name "".',
)
def without_the_root(hidden, code, nodes):
    return summed([torch.zeros_like(hidden[..., 0])] + [F.logsigmoid(s) for s in scores_on(hidden, code, nodes)[1:]])


@mistake(
    hierarchical_log_prob,
    "All decisions are made at the root. Each node on the way has a vector of its own.",
)
def always_the_root(hidden, code, nodes):
    return summed([F.logsigmoid(s) for s in scores_on(hidden, code, nodes, node=lambda code, step: "")])


@mistake(
    hierarchical_log_prob,
    "This is the probability. Asked for is its logarithm.",
    keeps=0.3,
)
def the_probability(hidden, code, nodes):
    return summed([F.logsigmoid(score) for score in scores_on(hidden, code, nodes)]).exp()


@mistake(
    hierarchical_log_prob,
    "The logarithms are averaged over the decisions. They should be added: then their exponential is a product.",
)
def averaged(hidden, code, nodes):
    return torch.stack([F.logsigmoid(score) for score in scores_on(hidden, code, nodes)]).mean(0)


@mistake(
    hierarchical_log_prob,
    "The scores are added before the sigmoid. Each decision has a probability, and these are multiplied: that is the "
    "sum of their logarithms.",
)
def scores_added(hidden, code, nodes):
    return F.logsigmoid(summed(scores_on(hidden, code, nodes)))


@mistake(
    hierarchical_log_prob,
    "Nodes beside the way are looked up as well, perhaps all of them. The gain of the tree is to ask only those on the "
    "way.",
)
def all_nodes(hidden, code, nodes):
    known = {name: hidden @ nodes[name] for name in list(nodes)}
    terms = [F.logsigmoid(known[code[:step]] if bit == "1" else -known[code[:step]]) for step, bit in enumerate(code)]
    return summed(terms or [torch.zeros_like(hidden[..., 0])])


@mistake(
    hierarchical_log_prob,
    'A word with the code "" is not provided for: this raises, or a plain number comes back. Its probability is 1, '
    "so a zero for each context.",
    keeps=0.99,
)
def nothing_to_decide(hidden, code, nodes):
    return torch.stack(
        [F.logsigmoid((2 * int(bit) - 1) * (hidden @ nodes[code[:at]])) for at, bit in enumerate(code)]
    ).sum(0)


@mistake(
    hierarchical_log_prob,
    "A batch of one context loses its dimension, as by `squeeze()`: (1, width) should give (1,).",
    keeps=0.9,
)
def squeezed(hidden, code, nodes):
    logs = [F.logsigmoid(score) for score in scores_on(hidden, code, nodes)]
    return summed(logs).squeeze()


@mistake(hierarchical_log_prob, CAPPED)
def cut_off(hidden, code, nodes):
    return summed([score.sigmoid().clamp_min(1e-7).log() for score in scores_on(hidden, code, nodes)])


@mistake(
    hierarchical_log_prob,
    "The probabilities of the decisions are added up, and no logarithm is taken. Probabilities are multiplied; their "
    "logarithms are added: F.logsigmoid.",
)
def adds_probabilities(hidden, code, nodes):
    terms = [score.sigmoid() for score in scores_on(hidden, code, nodes)]
    return summed(terms) if code else torch.zeros_like(hidden[..., 0])


@alternative(hierarchical_log_prob)
def by_one_product(hidden, code, nodes):
    if not code:
        return hidden.new_zeros(hidden.shape[:-1])
    way = torch.stack([nodes[code[:step]] for step in range(len(code))])
    signs = torch.tensor([1.0 if bit == "1" else -1.0 for bit in code], dtype=hidden.dtype, device=hidden.device)
    return F.logsigmoid(hidden @ way.T * signs).sum(-1)


@alternative(hierarchical_log_prob)
def by_binary_losses(hidden, code, nodes):
    result, node = hidden[..., 0] * 0, ""
    for bit in code:
        score = torch.einsum("...i,i->...", hidden, nodes[node])
        target = torch.full_like(score, float(bit))
        result = result - F.binary_cross_entropy_with_logits(score, target, reduction="none")
        node += bit
    return result


for sentence, by in {
    "The logarithm of the probability of a word: the sum over the decisions on the way to it.": [
        "a long code",
        "four words together",
    ],
    "hidden: contexts, shape (..., width), floating point; scores far from zero do no harm.": [
        "a batch of contexts",
        "two dimensions of contexts",
        "nearly certain, and nearly impossible",
    ],
    'code: the way to the word, as "0" and "1".': ["the code 10", "the code 01"],
    'nodes: for each beginning of a code, from "" on, the vector of that node, shape (width,).': [
        "the code 10",
        "a long code",
    ],
    "The probability of going on with a 1 is the sigmoid of hidden · vector.": ["the code 1", "the code 0"],
    "Only the nodes on the way are looked up.": ["which nodes are touched"],
    'Shape (...), dtype of `hidden`; 0 for the code "".': [
        "two dimensions of contexts",
        "float64",
        "a vocabulary of one word",
    ],
}.items():
    promised(hierarchical_log_prob, sentence, by=by)

for after in ('bit >= "1"', 'bit is "1"'):
    equivalent(
        hierarchical_log_prob,
        'result = result + F.logsigmoid(score if bit == "1" else -score)',
        f"result = result + F.logsigmoid(score if {after} else -score)",
        "a bit is 0 or 1, and Python keeps one object for each text of one letter",
    )
equivalent(
    hierarchical_log_prob,
    "result = torch.zeros_like(hidden[..., 0])",
    "result = torch.zeros_like(hidden[..., -1])",
    "only the shape counts",
)
