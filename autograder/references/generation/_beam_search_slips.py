"""More mistakes of `beam_search`: the plainest slips."""

import torch

from autograder.references import mistake
from autograder.references.generation._beam_search import beam_search, beamed


@mistake(
    beam_search,
    "Logarithms are multiplied. They are added: the probabilities are what one would multiply.",
)
def multiplies_logarithms(model, prompt, width, longest, end=0, length_penalty=0.0):
    return beamed(model, prompt, width, longest, end, length_penalty, add=lambda total, log: total * log)


@mistake(
    beam_search,
    "The worst continuations are kept in the beam. Logarithms of probabilities are negative: the best are those "
    "nearest to 0, the largest.",
)
def keeps_the_worst(model, prompt, width, longest, end=0, length_penalty=0.0):
    def worst(total, new, start, penalty):
        return -total / max(1, new) ** penalty

    def pick(beam, key):
        return min(beam, key=key)

    text, score = beamed(model, prompt, width, longest, end, length_penalty, key=worst, pick=pick)
    return text, -score


@mistake(
    beam_search,
    "Scores are divided by the length whatever `length_penalty` says. With 0 they are plain sums: the length to the "
    "power of 0 is 1.",
)
def always_the_mean(model, prompt, width, longest, end=0, length_penalty=0.0):
    return beamed(model, prompt, width, longest, end, 1.0)


@mistake(
    beam_search,
    "Texts that have ended drop out of the beam, and when nobody is left there is nothing to return. They stay and "
    "compete.",
    keeps=0.75,
)
def the_ended_vanish(model, prompt, width, longest, end=0, length_penalty=0.0):
    return beamed(model, prompt, width, longest, end, length_penalty, wait=False)


@mistake(
    beam_search,
    "The search is over as soon as one in the beam has ended, although a better one may still be under way. It is over "
    "when all of them have.",
    keeps=0.9,
)
def over_at_the_first_end(model, prompt, width, longest, end=0, length_penalty=0.0):
    start = prompt.shape[1]

    def score(each):
        return each[0] / max(1, len(each[1]) - start) ** length_penalty

    beam = [(0.0, prompt[0].tolist())]
    with torch.no_grad():
        for _ in range(longest):
            after = []
            for total, text in beam:
                logs = model(torch.tensor([text], device=prompt.device))[0][0, -1].double().log_softmax(-1).tolist()
                after += [(total + log, [*text, token]) for token, log in enumerate(logs)]
            beam = sorted(after, key=score, reverse=True)[:width]
            if any(text[-1] == end for _, text in beam):
                break
    return torch.tensor(beam[0][1], device=prompt.device), score(beam[0])


@mistake(
    beam_search,
    "The text as a whole is `longest` tokens long at most, the prompt included. It is `longest` beside the prompt.",
)
def longest_is_the_length(model, prompt, width, longest, end=0, length_penalty=0.0):
    return beamed(model, prompt, width, longest - prompt.shape[1], end, length_penalty)


@mistake(
    beam_search,
    "The model is called with a graph: for every step all activations are kept, and nobody will ask for a gradient. "
    "Put the search under `torch.no_grad()`.",
    keeps=0.97,
)
def keeps_a_graph(model, prompt, width, longest, end=0, length_penalty=0.0):
    def with_a_graph(tokens, cache=None):
        with torch.enable_grad():
            return model(tokens, cache)

    return beamed(with_a_graph, prompt, width, longest, end, length_penalty)


@mistake(
    beam_search,
    "The scores are those of another place than the last: what the model says there comes after an earlier token.",
)
def another_place(model, prompt, width, longest, end=0, length_penalty=0.0):
    def first(tokens, cache=None):
        scores, cache = model(tokens, cache)
        return scores[:, :1], cache

    return beamed(first, prompt, width, longest, end, length_penalty)
