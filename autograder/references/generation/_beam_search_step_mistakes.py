"""More mistakes of `beam_search`: one step of it, with a line that is another one."""

from autograder.references import mistake
from autograder.references.generation._beam_search import beam_search
from autograder.references.generation._beam_search_steps import in_steps


@mistake(
    beam_search,
    "More hypotheses than `width` are kept, so that texts are found which a beam of this width would have lost. After "
    "each step only the `width` best of all candidates stay.",
)
def never_cuts(model, prompt, width, longest, end=0, length_penalty=0.0):
    return in_steps(model, prompt, width, longest, end, length_penalty, cut=lambda beam, ordered: ordered[:400])


@mistake(
    beam_search,
    "More hypotheses than `width` are kept, so that texts are found which a beam of this width would have lost. After "
    "each step only the `width` best of all candidates stay.",
)
def one_more_of_few(model, prompt, width, longest, end=0, length_penalty=0.0):
    return in_steps(
        model,
        prompt,
        width,
        longest,
        end,
        length_penalty,
        cut=lambda beam, ordered: ordered[: len(ordered[:width]) + 1],
    )


@mistake(
    beam_search,
    "Hypotheses that were continued stay in the beam beside their continuations, and since every token costs "
    "something, the prompt alone comes out best. Only those that have ended stay as they are.",
)
def keeps_what_was_continued(model, prompt, width, longest, end=0, length_penalty=0.0):
    return in_steps(model, prompt, width, longest, end, length_penalty, waits=lambda over, beam: beam)


@mistake(
    beam_search,
    "Hypotheses that were continued stay in the beam beside their continuations, and since every token costs "
    "something, the prompt alone comes out best. Only those that have ended stay as they are.",
)
def adds_to_the_old_beam(model, prompt, width, longest, end=0, length_penalty=0.0):
    return in_steps(
        model, prompt, width, longest, end, length_penalty, cut=lambda beam, ordered: (beam + ordered[:width])[:400]
    )


@mistake(
    beam_search,
    "Texts that have ended wait in the beam, and are continued as well. They wait, and get no further token.",
    keeps=0.85,
)
def continues_the_ended_too(model, prompt, width, longest, end=0, length_penalty=0.0):
    return in_steps(model, prompt, width, longest, end, length_penalty, goes=lambda over, others: over + others)


@mistake(
    beam_search,
    "Only one hypothesis of the beam is continued, such as the best or the last one. All that have not ended are.",
)
def continues_the_best_alone(model, prompt, width, longest, end=0, length_penalty=0.0):
    return in_steps(model, prompt, width, longest, end, length_penalty, goes=lambda over, others: others[:1])


@mistake(
    beam_search,
    "Only one hypothesis of the beam is continued, such as the best or the last one. All that have not ended are.",
)
def continues_the_last_alone(model, prompt, width, longest, end=0, length_penalty=0.0):
    return in_steps(model, prompt, width, longest, end, length_penalty, goes=lambda over, others: others[-1:])


@mistake(
    beam_search,
    "All hypotheses are continued by what the model says after one of them, such as the first. Each has a row of its "
    "own.",
)
def one_row_for_all(model, prompt, width, longest, end=0, length_penalty=0.0):
    return in_steps(model, prompt, width, longest, end, length_penalty, row_of=lambda row: 0)


@mistake(
    beam_search,
    "Of each hypothesis the least likely continuations are looked at. Logarithms of probabilities are negative: the "
    "best are the largest, those nearest to 0.",
)
def the_least_likely(model, prompt, width, longest, end=0, length_penalty=0.0):
    return in_steps(model, prompt, width, longest, end, length_penalty, down=False)


@mistake(
    beam_search,
    "Logarithms are subtracted, so that the less likely a text is, the better it looks, and the score is above 0. Add "
    "them up.",
)
def subtracts(model, prompt, width, longest, end=0, length_penalty=0.0):
    return in_steps(model, prompt, width, longest, end, length_penalty, add=lambda total, log: total - log)


@mistake(
    beam_search,
    "The sum does not begin at 0, the logarithm of 1: every score is off, by the same number where the length is not "
    "divided by.",
    keeps=0.6,
)
def begins_at_one(model, prompt, width, longest, end=0, length_penalty=0.0):
    return in_steps(model, prompt, width, longest, end, length_penalty, first=1.0)
