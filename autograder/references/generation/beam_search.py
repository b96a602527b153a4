"""`beam_search`: other ways that are right, and what is promised."""

import torch

from autograder.references import alternative, equivalent, promised
from autograder.references.generation import (  # they register themselves
    _beam_search_end_mistakes,  # noqa: F401
    _beam_search_mistakes,  # noqa: F401
    _beam_search_slips,  # noqa: F401
    _beam_search_step_mistakes,  # noqa: F401
    _beam_search_sum_mistakes,  # noqa: F401
)
from autograder.references.generation._beam_search import beam_search, beamed


@alternative(beam_search)
def in_the_frame(model, prompt, width, longest, end=0, length_penalty=0.0):
    return beamed(model, prompt, width, longest, end, length_penalty)


@alternative(beam_search)
@torch.no_grad()
def with_tensors(model, prompt, width, longest, end=0, length_penalty=0.0):
    """The going hypotheses in one batch; only the `width` best continuations of each are looked at."""
    start = prompt.shape[1]
    going, totals, beam = prompt, torch.zeros(1, dtype=torch.float64, device=prompt.device), []
    for step in range(longest):
        logs = model(going)[0][:, -1].double().log_softmax(-1) + totals[:, None]
        best = logs.topk(min(width, logs.shape[1]), dim=1)
        length = going.shape[1] + 1 - start
        for row, (values, tokens) in enumerate(zip(best.values, best.indices, strict=True)):
            for value, token in zip(values, tokens, strict=True):
                text = torch.cat([going[row], token[None]])
                beam.append((value.item() / length**length_penalty, value, text, token.item() == end))
        beam = sorted(beam, key=lambda each: -each[0])[:width]
        alive = [each for each in beam if not each[3]]
        if not alive:
            break
        going, totals = torch.stack([each[2] for each in alive]), torch.stack([each[1] for each in alive])
        if step + 1 < longest:
            beam = [each for each in beam if each[3]]
    best = max(beam, key=lambda each: each[0])
    return best[2], best[0]


promised(
    beam_search,
    "The best text that a beam finds, and its score.",
    by=["a beam of two", "the best begins badly", "as wide as everything"],
)
promised(
    beam_search,
    "At each step every hypothesis of the beam that has not ended is continued by every token.",
    by=["a beam of two", "the best begins badly", "a beam that is wider than the vocabulary"],
)
promised(
    beam_search,
    "Of all these and of those that ended before, the `width` with the best scores are the new beam.",
    by=[
        "a beam of three",
        "the third would have won",
        "some end, others go on",
        "an early end loses",
        "an end that has fallen out of the beam",
        "who has ended takes a place in the beam",
    ],
)
promised(
    beam_search,
    "It is over when all have ended, or have `longest` new tokens.",
    by=["all have ended", "a beam of two", "a single token"],
)
promised(
    beam_search,
    "The score of a hypothesis is the sum of the logarithms of the probabilities of its new tokens, divided by their "
    "number to the power of `length_penalty`; an end counts like any other token.",
    by=[
        "divided by the length",
        "divided by its root",
        "the length decides who stays",
        "as wide as everything, where texts end",
    ],
)
promised(
    beam_search,
    "model: gives for tokens (batch, length) scores (batch, length, vocabulary), and a cache that you may drop.",
    by=["a beam of two"],
)
promised(beam_search, "It is called without a graph.", by=["while it runs"])
promised(
    beam_search,
    "prompt: shape (1, length), int64.",
    by=["a beam of three", "the prompt afterwards"],
)
promised(beam_search, "What stands in the prompt ends nothing.", by=["an end in the prompt"])
promised(beam_search, "width: hypotheses in the beam, 1 or more.", by=["a beam of one", "as wide as everything"])
promised(beam_search, "longest: new tokens at most, 1 or more.", by=["a single token", "a beam of three"])
promised(beam_search, "end: the token that ends a text.", by=["another token is the end", "some end, others go on"])
promised(
    beam_search,
    "The best of the last beam: prompt and new tokens, shape (length + new,), int64, and its score, a Python float.",
    by=["a beam of two", "while it runs", "the prompt afterwards"],
)

ENDED = "candidates = [each for each in beam if len(each[1]) > start and each[1][-1] == end]"
LOGS = "best = model(texts)[0][:, -1].log_softmax(dim=-1).sort(dim=-1, descending=True)"
PAIRS = "pairs = zip(best.values[row, :width].tolist(), best.indices[row, :width].tolist(), strict=True)"
for before, after, reason in (
    (ENDED, ENDED.replace("== end", "is end"), "small whole numbers are the same object"),
    (ENDED, ENDED.replace("> start", "!= start"), "a text is never shorter than its prompt"),
    (ENDED, ENDED.replace("> start", "is not start"), "a text is never shorter than its prompt"),
    *(
        (LOGS, LOGS.replace("log_softmax(dim=-1)", f"log_softmax(dim={same})"), "two dimensions")
        for same in ("+1", "1")
    ),
    *((LOGS, LOGS.replace("sort(dim=-1", f"sort(dim={same}"), "two dimensions") for same in ("+1", "1")),
    (PAIRS, PAIRS.replace("True", "False"), "both are of one length"),
    ("break", "continue", "when all have ended, the other rounds do nothing"),
    (
        "return each[0] / max(1, len(each[1]) - start) ** length_penalty",
        "return each[0] / max( 0, len(each[1]) - start) ** length_penalty",
        "only what has a new token is compared",
    ),
    ("beam = [(0.0, prompt[0].tolist())]", "beam = [(0.0, prompt[ -1].tolist())]", "the batch holds one prompt"),
):
    equivalent(beam_search, before, after, reason)
