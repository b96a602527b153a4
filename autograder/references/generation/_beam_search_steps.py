"""`beam_search` with all that go on in one batch; mistakes change one step of it."""

import torch


@torch.no_grad()
def in_steps(
    model, prompt, width, longest, end, penalty, first=0.0, floor=1, power=pow, add=lambda total, log: total + log,
    join=lambda text, token: [*text, token], waits=lambda over, beam: over, goes=lambda over, beam: beam, down=True,
    each=None, row_of=lambda row: row, cut=None, best=lambda beam, score: max(beam, key=score),
    seen=lambda texts: texts, stop=True,
):  # fmt: skip
    """All that go on in one batch, `each` of them with so many continuations, the `width` best unless told otherwise.

    Args:
        waits: which candidates stand there before anybody is continued, from those that have ended and the beam.
        goes: who is continued, from those that have ended and the others.
        stop: leave the loop when nobody goes on.
        cut: what is kept, from the beam before and the candidates, best first.
    """
    start, each = prompt.shape[1], each or width

    def score(one):
        return one[0] / power(max(floor, len(one[1]) - start), penalty)

    beam = [(first, prompt[0].tolist())]
    for _ in range(longest):
        over = [one for one in beam if len(one[1]) > start and one[1][-1] == end]
        going, candidates = goes(over, [one for one in beam if one not in over]), list(waits(over, beam))
        if stop and not going:
            break
        texts = torch.tensor([text for _, text in going], device=prompt.device)
        logs, tokens = model(seen(texts))[0][:, -1].log_softmax(dim=-1).sort(dim=-1, descending=down, stable=True)
        for row, (total, text) in enumerate(going):
            pairs = zip(logs[row_of(row)].tolist(), tokens[row_of(row)].tolist(), strict=True)
            candidates += [(add(total, log), join(text, token)) for log, token in list(pairs)[:each]]
        ordered = sorted(candidates, key=score, reverse=True)
        beam = cut(beam, ordered) if cut else ordered[:width]
    found = best(beam, score)
    return torch.tensor(found[1], device=prompt.device), score(found)
