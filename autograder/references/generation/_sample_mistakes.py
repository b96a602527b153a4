"""More mistakes of `sample`: the plainest slips."""

import torch

from autograder.references import mistake
from autograder.references.generation._sample import looped, multinomial, sample


@mistake(
    sample,
    "The filters are called, and what they return is dropped: the draw is from the model's own scores. Write "
    "`scores = each(scores)`.",
)
def drops_what_they_return(model, prompt, new, filters, generator, end=0):
    def watch(scores):
        for each in filters:
            each(scores)
        return scores

    return looped(model, prompt, new, [watch], generator, end)


@mistake(
    sample,
    "`multinomial` is given scores. It wants weights that are not negative: take the softmax first.",
)
def draws_from_scores(model, prompt, new, filters, generator, end=0):
    def draw(scores, generator):
        return torch.multinomial(scores, 1, generator=generator)[:, 0]

    return looped(model, prompt, new, filters, generator, end, draw=draw)


@mistake(
    sample,
    "Where scores are large, exp of them is infinite, and nothing can be drawn. `softmax` takes the largest score off "
    "first.",
    keeps=0.5,
)
def draws_from_exponentials(model, prompt, new, filters, generator, end=0):
    def draw(scores, generator):
        return torch.multinomial(scores.exp(), 1, generator=generator)[:, 0]

    return looped(model, prompt, new, filters, generator, end, draw=draw)


@mistake(
    sample,
    "Softmax is taken twice, before the filters and after them: the draws are much more even than the model means it.",
)
def softmax_twice(model, prompt, new, filters, generator, end=0):
    return looped(model, prompt, new, filters, generator, end, last=lambda scores: scores[:, -1].softmax(dim=-1))


@mistake(
    sample,
    "The text is replaced by the token that was drawn, so that one token is all that the model sees and all that comes "
    "back. Put it behind the text.",
)
def forgets_the_text(model, prompt, new, filters, generator, end=0):
    return looped(model, prompt, new, filters, generator, end, given=lambda tokens: tokens[:, -1:])[:, -1:]


@mistake(sample, "Only the last token comes back. Promised is the whole text: the prompt, and all that was drawn.")
def only_the_last_token(model, prompt, new, filters, generator, end=0):
    return looped(model, prompt, new, filters, generator, end)[:, -1:]


@mistake(
    sample,
    "A row that is done is filled up with 0, whatever `end` is. It is filled up with `end`.",
    keeps=0.95,
)
def fills_up_with_zero(model, prompt, new, filters, generator, end=0):
    text, start = looped(model, prompt, new, filters, generator, end).clone(), prompt.shape[1]
    drawn = text[:, start:]
    over = (drawn == end).cumsum(dim=1) > 1
    text[:, start:] = drawn.masked_fill(over, 0)
    return text


@mistake(
    sample,
    "Only one of the filters is applied, and where there is none there is an error. Apply all of them, in a loop.",
)
def only_the_first_filter(model, prompt, new, filters, generator, end=0):
    return looped(model, prompt, new, [filters[0]], generator, end)


@mistake(
    sample,
    "The new tokens are put below the text instead of behind it: another row, or an error about sizes. Concatenate "
    "along dimension 1.",
)
def below_the_text(model, prompt, new, filters, generator, end=0):
    text = prompt
    with torch.no_grad():
        for _ in range(new):
            scores = model(text)[0][:, -1]
            for each in filters:
                scores = each(scores)
            text = torch.cat([text, multinomial(scores, generator)[:, None]], dim=0)
    return text


@mistake(
    sample,
    "An end in the prompt counts as drawn, and the token that has just been drawn is asked too late: a row is done one "
    "token after its end. Ask the new token, and only that.",
    keeps=0.75,
)
def asks_the_text_too_early(model, prompt, new, filters, generator, end=0):
    text, done = prompt, torch.zeros(len(prompt), dtype=torch.bool, device=prompt.device)
    with torch.no_grad():
        for _ in range(new):
            if done.all():
                break
            scores = model(text)[0][:, -1]
            for each in filters:
                scores = each(scores)
            token = multinomial(scores, generator).masked_fill(done, end)
            done = done | (text == end).any(dim=1)
            text = torch.cat([text, token[:, None]], dim=1)
    return text
