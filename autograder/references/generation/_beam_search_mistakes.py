"""Mistakes of `beam_search`."""

import math

import torch

from autograder.references import mistake
from autograder.references.generation._beam_search import beam_search, beamed


@mistake(
    beam_search,
    "Only the best token is followed at each step: this is greedy search, whatever the width. A beam keeps the `width` "
    "best texts so far.",
)
def greedy(model, prompt, width, longest, end=0, length_penalty=0.0):
    return beamed(model, prompt, 1, longest, end, length_penalty)


@mistake(
    beam_search,
    "Each hypothesis is continued by its own best token only, so that the beam never branches after the first step. "
    "All continuations of all hypotheses compete.",
)
def each_on_its_own(model, prompt, width, longest, end=0, length_penalty=0.0):
    def kept(mine):
        first = len(mine[0][1]) == prompt.shape[1] + 1
        return mine if first else [max(mine, key=lambda each: each[0])]

    return beamed(model, prompt, width, longest, end, length_penalty, kept=kept)


@mistake(
    beam_search,
    "Continuations are compared by their last token alone: what the tokens before it cost is forgotten. The logarithms "
    "are added up.",
)
def forgets_the_past(model, prompt, width, longest, end=0, length_penalty=0.0):
    return beamed(model, prompt, width, longest, end, length_penalty, add=lambda total, log: log)


@mistake(
    beam_search,
    "Scores of the model are added up as they are. They are no logarithms of probabilities before a `log_softmax`: how "
    "high a row of scores lies says nothing.",
)
def adds_scores(model, prompt, width, longest, end=0, length_penalty=0.0):
    return beamed(model, prompt, width, longest, end, length_penalty, logs_of=lambda scores: scores.double())


@mistake(
    beam_search,
    "Probabilities are added up. A text's probability is the product of those of its tokens: add their logarithms.",
)
def adds_probabilities(model, prompt, width, longest, end=0, length_penalty=0.0):
    return beamed(
        model, prompt, width, longest, end, length_penalty, logs_of=lambda scores: scores.double().softmax(dim=-1)
    )


@mistake(
    beam_search,
    "The text is right, but its score is a probability. It should be the sum of logarithms, divided by the length as "
    "the penalty says.",
    keeps=0.5,
)
def tells_a_probability(model, prompt, width, longest, end=0, length_penalty=0.0):
    return beamed(model, prompt, width, longest, end, length_penalty, told=math.exp)


@mistake(
    beam_search,
    "The worst are kept, or the worst of the beam is returned. Logarithms of probabilities are negative: the best is "
    "the one nearest to 0.",
)
def returns_the_worst(model, prompt, width, longest, end=0, length_penalty=0.0):
    return beamed(model, prompt, width, longest, end, length_penalty, pick=lambda beam, key: min(beam, key=key))


@mistake(
    beam_search,
    "The beam is one narrower or wider than `width`.",
)
def one_wider(model, prompt, width, longest, end=0, length_penalty=0.0):
    return beamed(model, prompt, width + 1, longest, end, length_penalty)


@mistake(
    beam_search,
    "Texts go on after their end. Who has ended stays in the beam as it is, without another token.",
)
def goes_on_after_the_end(model, prompt, width, longest, end=0, length_penalty=0.0):
    return beamed(model, prompt, width, longest, end, length_penalty, ended=lambda text: False)


@mistake(
    beam_search,
    "Texts that have ended drop out, so that only those are found that are as long as they may be. They stay in the "
    "beam and compete.",
    keeps=0.75,
)
def drops_the_ended(model, prompt, width, longest, end=0, length_penalty=0.0):
    seen = []

    def kept(mine):
        seen[:] = mine
        going = [each for each in mine if each[1][-1] != end]
        return going or mine

    return beamed(model, prompt, width, longest, end, length_penalty, kept=kept, wait=False)


@mistake(
    beam_search,
    "The search stops when the first text has ended, although a better one may still be under way. It is over when all "
    "in the beam have ended.",
    keeps=0.85,
)
def stops_at_the_first_end(model, prompt, width, longest, end=0, length_penalty=0.0):
    start, done = prompt.shape[1], []

    def ended(text):
        if len(text) > start and text[-1] == end:
            done.append(text)
        return bool(done)

    def pick(beam, key):
        over = [each for each in beam if len(each[1]) > start and each[1][-1] == end]
        return max(over or beam, key=key)

    return beamed(model, prompt, width, longest, end, length_penalty, ended=ended, pick=pick)


@mistake(
    beam_search,
    "A text that has ended is preferred at the end, although one that has not has a better score. The best of the last "
    "beam is asked for, ended or not.",
    keeps=0.95,
)
def prefers_the_ended(model, prompt, width, longest, end=0, length_penalty=0.0):
    start = prompt.shape[1]

    def pick(beam, key):
        over = [each for each in beam if len(each[1]) > start and each[1][-1] == end]
        return max(over or beam, key=key)

    return beamed(model, prompt, width, longest, end, length_penalty, pick=pick)


@mistake(
    beam_search,
    "An end in the prompt ends the text: nothing is written at all, or too little. Only new tokens end it.",
    keeps=0.97,
)
def ended_by_the_prompt(model, prompt, width, longest, end=0, length_penalty=0.0):
    return beamed(model, prompt, width, longest, end, length_penalty, ended=lambda text: end in text)


@mistake(
    beam_search,
    "The prompt's last token is asked whether the text has ended. Only new tokens end it.",
    keeps=0.97,
)
def ended_by_the_prompts_last(model, prompt, width, longest, end=0, length_penalty=0.0):
    return beamed(model, prompt, width, longest, end, length_penalty, ended=lambda text: text[-1] == end)


@mistake(
    beam_search,
    "The end is always token 0, whatever `end` says.",
    keeps=0.9,
)
def end_is_zero(model, prompt, width, longest, end=0, length_penalty=0.0):
    return beamed(model, prompt, width, longest, 0, length_penalty)


@mistake(
    beam_search,
    "The length is not divided by: `length_penalty` has no effect.",
    keeps=0.95,
)
def without_the_penalty(model, prompt, width, longest, end=0, length_penalty=0.0):
    return beamed(model, prompt, width, longest, end, 0.0)


@mistake(
    beam_search,
    "Scores are multiplied by the power of the length instead of divided by it: long texts get even worse.",
    keeps=0.95,
)
def multiplies_by_the_length(model, prompt, width, longest, end=0, length_penalty=0.0):
    return beamed(model, prompt, width, longest, end, -length_penalty)


@mistake(
    beam_search,
    "The length that is divided by includes the prompt. Only the new tokens count.",
    keeps=0.95,
)
def counts_the_prompt(model, prompt, width, longest, end=0, length_penalty=0.0):
    def key(total, new, start, penalty):
        return total / (new + start) ** penalty

    return beamed(model, prompt, width, longest, end, length_penalty, key=key)


@mistake(
    beam_search,
    "Scores are divided by length · penalty, not by the length to the power of it.",
    keeps=0.95,
)
def times_the_penalty(model, prompt, width, longest, end=0, length_penalty=0.0):
    def key(total, new, start, penalty):
        return total / (new * penalty) if penalty else total

    return beamed(model, prompt, width, longest, end, length_penalty, key=key)


@mistake(
    beam_search,
    "While the beam is chosen, sums are compared, and the length is divided by only at the end. Then longer texts have "
    "been dropped already. The score is the same all the way.",
    keeps=0.97,
)
def penalty_at_the_end(model, prompt, width, longest, end=0, length_penalty=0.0):
    return beamed(model, prompt, width, longest, end, length_penalty, prune=lambda total, new, start, penalty: total)


@mistake(
    beam_search,
    "The score that is returned is the plain sum: it should be divided by the length as well.",
    keeps=0.9,
)
def tells_the_sum(model, prompt, width, longest, end=0, length_penalty=0.0):
    text, score = beamed(model, prompt, width, longest, end, length_penalty)
    return text, score * (len(text) - prompt.shape[1]) ** length_penalty


@mistake(beam_search, "Only the new tokens come back. The text begins with the prompt.")
def without_the_prompt(model, prompt, width, longest, end=0, length_penalty=0.0):
    text, score = beamed(model, prompt, width, longest, end, length_penalty)
    return text[prompt.shape[1] :], score


@mistake(beam_search, "The text comes back as a batch of one. It is a row: shape (length + new,).", keeps=0.5)
def as_a_batch(model, prompt, width, longest, end=0, length_penalty=0.0):
    text, score = beamed(model, prompt, width, longest, end, length_penalty)
    return text[None], score


@mistake(beam_search, "There is one token more or less than `longest`.")
def one_longer(model, prompt, width, longest, end=0, length_penalty=0.0):
    return beamed(model, prompt, width, longest + 1, end, length_penalty)


@mistake(
    beam_search,
    "When all texts have ended, the model is still asked about longer ones. It is over then.",
    keeps=0.97,
)
def never_stops(model, prompt, width, longest, end=0, length_penalty=0.0):
    found = beamed(model, prompt, width, longest, end, length_penalty)
    with torch.no_grad():
        for length in range(len(found[0]), longest + 1):
            model(found[0][:1].expand(1, length))
    return found


@mistake(
    beam_search,
    "The score comes back as a tensor. Promised is a Python float.",
    keeps=0.5,
)
def score_as_a_tensor(model, prompt, width, longest, end=0, length_penalty=0.0):
    text, score = beamed(model, prompt, width, longest, end, length_penalty)
    return text, torch.tensor(score, dtype=torch.float64)
