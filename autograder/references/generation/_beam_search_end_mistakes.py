"""More mistakes of `beam_search`: who has ended, and when it is over."""

import torch

from autograder.references import mistake
from autograder.references.generation._beam_search import beam_search

COMES_BACK = (
    "A text that has ended comes back and wins though it had fallen out of the beam, as where all that end are put "
    "aside. It competes step by step: who is not among the `width` best is gone for good."
)


def aside(model, prompt, width, longest, end, length_penalty, enough=None, among=None):
    """Texts that end leave the beam, and `width` others go on.

    Args:
        enough: it is over when so many have ended.
        among: only ends among so many of the best are put aside.
    """
    start = prompt.shape[1]

    def score(each):
        return each[0] / max(1, len(each[1]) - start) ** length_penalty

    beam, over = [(0.0, prompt[0].tolist())], []
    with torch.no_grad():
        for _ in range(longest):
            after = []
            for total, text in beam:
                logs = model(torch.tensor([text], device=prompt.device))[0][0, -1].double().log_softmax(-1).tolist()
                after += [(total + log, [*text, token]) for token, log in enumerate(logs)]
            after = sorted(after, key=score, reverse=True)
            over += [each for each in after[:among] if each[1][-1] == end]
            beam = [each for each in after if each[1][-1] != end][:width]
            if not beam or (enough and len(over) >= enough):
                break
    best = max(over + beam, key=score)
    return torch.tensor(best[1], device=prompt.device), score(best)


@mistake(beam_search, COMES_BACK, keeps=0.95)
def all_that_end_are_put_aside(model, prompt, width, longest, end=0, length_penalty=0.0):
    return aside(model, prompt, width, longest, end, length_penalty)


@mistake(beam_search, COMES_BACK, keeps=0.95)
def put_aside_until_there_are_enough(model, prompt, width, longest, end=0, length_penalty=0.0):
    return aside(model, prompt, width, longest, end, length_penalty, enough=width)


@mistake(
    beam_search,
    "Who has ended takes no place in the beam: `width` others go on beside it, as in transformers. Here those that "
    "have ended and those that go on are `width` together.",
    keeps=0.95,
)
def ends_of_the_best_are_put_aside(model, prompt, width, longest, end=0, length_penalty=0.0):
    return aside(model, prompt, width, longest, end, length_penalty, among=width)


def stepwise(model, prompt, width, longest, end, length_penalty, stop):
    """A beam that stops early: `stop` gives from the beam what is returned, or None."""
    start = prompt.shape[1]

    def score(each):
        return each[0] / max(1, len(each[1]) - start) ** length_penalty

    def ended(text):
        return len(text) > start and text[-1] == end

    beam = [(0.0, prompt[0].tolist())]
    with torch.no_grad():
        for _ in range(longest):
            after = [each for each in beam if ended(each[1])]
            for total, text in beam:
                if not ended(text):
                    logs = model(torch.tensor([text], device=prompt.device))[0][0, -1].double().log_softmax(-1)
                    after += [(total + log, [*text, token]) for token, log in enumerate(logs.tolist())]
            beam = sorted(after, key=score, reverse=True)[:width]
            if (found := stop([each for each in beam if ended(each[1])], beam)) is not None:
                return torch.tensor(found[1], device=prompt.device), score(found)
    return torch.tensor(beam[0][1], device=prompt.device), score(beam[0])


@mistake(
    beam_search,
    "As soon as a text in the beam has ended it is returned, although one that goes on may be better, then or later. "
    "It is over when all in the beam have ended, and then the best is taken.",
    keeps=0.85,
)
def returns_the_first_that_ends(model, prompt, width, longest, end=0, length_penalty=0.0):
    return stepwise(model, prompt, width, longest, end, length_penalty, lambda over, beam: over[0] if over else None)


@mistake(
    beam_search,
    "It is over when the best of the beam has ended, although others are under way. With a length penalty above 0 they "
    "may still pass it. Go on until all in the beam have ended.",
    keeps=0.97,
)
def over_when_the_best_has_ended(model, prompt, width, longest, end=0, length_penalty=0.0):
    def stop(over, beam):
        return beam[0] if beam[0] in over else None

    return stepwise(model, prompt, width, longest, end, length_penalty, stop)
