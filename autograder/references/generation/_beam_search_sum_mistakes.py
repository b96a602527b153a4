"""More mistakes of `beam_search`: what is added up, put behind a text, and divided by."""

import torch

from autograder.references import mistake
from autograder.references.generation._beam_search import beam_search
from autograder.references.generation._beam_search_steps import in_steps


@mistake(beam_search, "The new token stands in front of the text. It belongs behind it.")
def in_front_of_the_text(model, prompt, width, longest, end=0, length_penalty=0.0):
    return in_steps(model, prompt, width, longest, end, length_penalty, join=lambda text, token: [token, *text])


@mistake(
    beam_search,
    "The text is replaced by its newest token, which is all that the model sees and all that comes back. Put it behind "
    "the text.",
)
def the_token_is_the_text(model, prompt, width, longest, end=0, length_penalty=0.0):
    return in_steps(model, prompt, width, longest, end, length_penalty, join=lambda text, token: [token])


@mistake(
    beam_search,
    "The model sees only the newest token of each text. It gets all of it, since there is no cache here.",
)
def shows_one_token(model, prompt, width, longest, end=0, length_penalty=0.0):
    return in_steps(model, prompt, width, longest, end, length_penalty, seen=lambda texts: texts[:, -1:])


@mistake(
    beam_search,
    "The length is multiplied by the penalty where it should be raised to its power. With a penalty of 0 that divides "
    "by zero.",
)
def length_times_penalty(model, prompt, width, longest, end=0, length_penalty=0.0):
    return in_steps(model, prompt, width, longest, end, length_penalty, power=lambda length, penalty: length * penalty)


@mistake(
    beam_search,
    "A text of one new token is divided by another length than 1, as with `max(2, …)`.",
    keeps=0.97,
)
def two_at_least(model, prompt, width, longest, end=0, length_penalty=0.0):
    return in_steps(model, prompt, width, longest, end, length_penalty, floor=2)


@mistake(
    beam_search,
    "At the end the one with the best plain sum is taken, though another has the better score. The best is the one "
    "with the best score, divided by the length as the penalty says.",
    keeps=0.97,
)
def best_sum_of_the_last_beam(model, prompt, width, longest, end=0, length_penalty=0.0):
    return in_steps(model, prompt, width, longest, end, length_penalty, best=lambda beam, score: max(beam))


@mistake(
    beam_search,
    "With a penalty of 0 every score is 0, and any text as good as any other: the score is multiplied by the penalty. "
    "It is the length that is raised to its power.",
)
def score_times_penalty(model, prompt, width, longest, end=0, length_penalty=0.0):
    def power(length, penalty):
        return length / penalty if penalty else torch.inf

    return in_steps(model, prompt, width, longest, end, length_penalty, power=power)


@mistake(
    beam_search,
    "Logarithms are multiplied. They are added: the probabilities are what one would multiply.",
)
def multiplies_from_zero(model, prompt, width, longest, end=0, length_penalty=0.0):
    return in_steps(model, prompt, width, longest, end, length_penalty, add=lambda total, log: total * log)


@mistake(
    beam_search,
    "New tokens are not put behind the text: the prompt comes back, with a score that has grown.",
)
def puts_it_nowhere(model, prompt, width, longest, end=0, length_penalty=0.0):
    return in_steps(model, prompt, width, longest, end, length_penalty, join=lambda text, token: text)


@mistake(
    beam_search,
    "The worst candidates stay in the beam. The best are those nearest to 0, the largest.",
)
def the_worst_stay(model, prompt, width, longest, end=0, length_penalty=0.0):
    return in_steps(model, prompt, width, longest, end, length_penalty, cut=lambda beam, ordered: ordered[::-1][:width])


@mistake(beam_search, "There is one token more or less than `longest`.")
def one_shorter(model, prompt, width, longest, end=0, length_penalty=0.0):
    return in_steps(model, prompt, width, longest - 1, end, length_penalty)


@mistake(
    beam_search,
    "When all in the beam have ended, the model is called with no text at all, and there is an error. Leave the loop.",
    keeps=0.85,
)
def calls_for_nobody(model, prompt, width, longest, end=0, length_penalty=0.0):
    return in_steps(model, prompt, width, longest, end, length_penalty, stop=False)


@mistake(
    beam_search,
    "The continuations of one hypothesis replace those of the others, and the texts that have ended, as with `=` where "
    "`+=` belongs. All of them are candidates.",
)
def the_last_replaces_the_others(model, prompt, width, longest, end=0, length_penalty=0.0):
    def cut(beam, ordered):
        last = [text for _, text in beam if len(text) == prompt.shape[1] or text[-1] != end][-1]
        return [one for one in ordered if len(one[1]) > len(last) and one[1][: len(last)] == last][:width]

    return in_steps(model, prompt, width, longest, end, length_penalty, cut=cut)
