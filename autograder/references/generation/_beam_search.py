"""`beam_search`: the oracle, and what answers are made of."""

import itertools

import torch


@torch.no_grad()
def beam_search(model, prompt, width, longest, end=0, length_penalty=0.0):
    """One call of the model for each hypothesis, in float64; where the beam holds everything, by trying everything."""
    start = prompt[0].tolist()

    def logs_after(new):
        scores = model(torch.tensor([start + new], device=prompt.device))[0][0, -1].double()
        return (scores - scores.logsumexp(0)).tolist()

    vocabulary = len(logs_after([]))
    if width >= vocabulary**longest:
        best = _exhaustive(logs_after, vocabulary, longest, end, length_penalty)
    else:
        best = _beam(logs_after, width, longest, end, length_penalty)
    total, new = best
    return torch.tensor(start + new, device=prompt.device), _score(total, len(new), length_penalty)


def _score(total, length, length_penalty):
    return total / max(1, length) ** length_penalty


def _exhaustive(logs_after, vocabulary, longest, end, length_penalty):
    """Every text of up to so many tokens that ends with its first end, or is as long as it may be."""
    known, found = {}, []
    for length in range(1, longest + 1):
        for new in itertools.product(range(vocabulary), repeat=length):
            if end in new[:-1] or (length < longest and new[-1] != end):
                continue
            total = 0.0
            for place, token in enumerate(new):
                if new[:place] not in known:
                    known[new[:place]] = logs_after(list(new[:place]))
                total += known[new[:place]][token]
            found.append((total, list(new)))
    return max(found, key=lambda each: _score(each[0], len(each[1]), length_penalty))


def _beam(logs_after, width, longest, end, length_penalty):
    beam = [(0.0, [])]
    for _ in range(longest):
        if all(new and new[-1] == end for _, new in beam):
            break
        after = []
        for total, new in beam:
            if new and new[-1] == end:
                after.append((total, new))
            else:
                after += [(total + log, [*new, token]) for token, log in enumerate(logs_after(new))]
        after.sort(key=lambda each: _score(each[0], len(each[1]), length_penalty), reverse=True)
        beam = after[:width]
    return beam[0]


def beamed(
    model, prompt, width, longest, end=0, length_penalty=0.0,
    logs_of=lambda scores: scores.double().log_softmax(dim=-1), add=lambda total, log: total + log,
    key=lambda total, new, start, penalty: total / max(1, new) ** penalty, kept=None, ended=None,
    pick=lambda beam, key: max(beam, key=key), told=lambda score: score, prune=None, wait=True,
):  # fmt: skip
    """The frame of most answers; mistakes change one decision.

    Args:
        key: the score, from the total, the new tokens, those of the prompt, and the penalty.
        kept: what is kept of the continuations of one hypothesis.
        ended: whether a text has ended.
        prune: another score than `key` to prune by.
        wait: who has ended stays in the beam.
    """
    start = prompt.shape[1]
    ended = ended or (lambda text: len(text) > start and text[-1] == end)

    def by(rule):
        return lambda each: rule(each[0], len(each[1]) - start, start, length_penalty)

    beam = [(0.0, prompt[0].tolist())]
    with torch.no_grad():
        for _ in range(longest):
            going = [each for each in beam if not ended(each[1])]
            if not going:
                break
            after = [each for each in beam if ended(each[1])] if wait else []
            for total, text in going:
                logs = logs_of(model(torch.tensor([text], device=prompt.device))[0][0, -1]).tolist()
                mine = [(add(total, log), [*text, token]) for token, log in enumerate(logs)]
                after += kept(mine) if kept else mine
            beam = sorted(after, key=by(prune or key), reverse=True)[:width]
    best = pick(beam, by(key))
    return torch.tensor(best[1], device=prompt.device), told(by(key)(best))
