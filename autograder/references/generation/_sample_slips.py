"""More mistakes of `sample`: what becomes of a token that has been drawn, and who is asked whether it is the end."""

import torch

from autograder.references import mistake
from autograder.references.generation._sample import looped, multinomial, sample


def stepwise(
    model, prompt, new, filters, generator, end, join=lambda text, token: torch.cat([text, token], dim=1),
    share=-1, count=1, fill=None,
    scores_in=lambda answer: answer[0][:, -1], mask=lambda done: done[:, None],
    over=lambda done, token, end: done | (token[:, 0] == end),
):  # fmt: skip
    """The loop, with the tokens of a step as a column.

    Args:
        join: the text and the new tokens.
        share: the dimension of the softmax.
        fill: what a row that is done gets, if not the end.
        over: who is done after a step.
        scores_in: what is used of the model's answer.
        mask: which of the new tokens are replaced.
    """
    text, done = prompt, torch.zeros(len(prompt), dtype=torch.bool, device=prompt.device)
    with torch.no_grad():
        for _ in range(new):
            if done.all():
                break
            scores = scores_in(model(text))
            for each in filters:
                scores = each(scores)
            token = torch.multinomial(scores.softmax(dim=share), count, generator=generator)
            token = token.masked_fill(mask(done), end if fill is None else fill)
            done = over(done, token, end)
            text = join(text, token)
    return text


@mistake(
    sample,
    "What has been drawn is not put behind the text, so that the prompt comes back as it was. Concatenate, and go on "
    "with the longer text.",
)
def puts_it_nowhere(model, prompt, new, filters, generator, end=0):
    return stepwise(model, prompt, new, filters, generator, end, lambda text, token: text)


@mistake(
    sample,
    "The new token stands in front of the text. It belongs behind it: the model predicts what comes next.",
)
def in_front_of_the_text(model, prompt, new, filters, generator, end=0):
    return stepwise(model, prompt, new, filters, generator, end, lambda text, token: torch.cat([token, text], dim=1))


@mistake(
    sample,
    "The text is replaced by the token that was drawn, so that one token is all that the model sees and all that comes "
    "back. Put it behind the text.",
)
def the_token_is_the_text(model, prompt, new, filters, generator, end=0):
    return stepwise(model, prompt, new, filters, generator, end, lambda text, token: token)


@mistake(
    sample,
    "The softmax runs over the rows of the batch: a single row makes every token equally likely. It runs over the "
    "vocabulary, the last dimension.",
)
def softmax_over_the_rows(model, prompt, new, filters, generator, end=0):
    return stepwise(model, prompt, new, filters, generator, end, share=0)


@mistake(
    sample,
    "More than one token is drawn in a step, and all are put behind the text. It is one for each row: the next one can "
    "only be drawn when the model has seen it.",
)
def two_at_a_time(model, prompt, new, filters, generator, end=0):
    return stepwise(model, prompt, new, filters, generator, end, count=2)


@mistake(
    sample,
    "A row that is done is filled up with something else than `end`, such as −1.",
    keeps=0.9,
)
def fills_with_minus_one(model, prompt, new, filters, generator, end=0):
    return stepwise(model, prompt, new, filters, generator, end, fill=-1)


@mistake(
    sample,
    "A row is done when it draws a 0, whatever `end` says, and then it is filled up with `end`. Compare with `end`.",
    keeps=0.85,
)
def done_at_zero(model, prompt, new, filters, generator, end=0):
    return stepwise(
        model, prompt, new, filters, generator, end, over=lambda done, token, end: done | (token[:, 0] == 0)
    )


@mistake(
    sample,
    "Rows are done when they draw something else than `end`: the comparison is the wrong way round, and the text is "
    "cut short.",
)
def done_at_all_but_the_end(model, prompt, new, filters, generator, end=0):
    return stepwise(
        model, prompt, new, filters, generator, end, over=lambda done, token, end: done | (token[:, 0] != end)
    )


@mistake(
    sample,
    "Only the new tokens come back, and with new=0 the prompt does, since `[:, -0:]` is everything. The text begins "
    "with the prompt.",
)
def the_last_so_many(model, prompt, new, filters, generator, end=0):
    return looped(model, prompt, new, filters, generator, end)[:, -new:]


@mistake(
    sample,
    "The scores are those of the last row for everybody. Dimension 0 is the batch; the last place is `scores[:, -1]`.",
)
def scores_of_the_last_row(model, prompt, new, filters, generator, end=0):
    return looped(model, prompt, new, filters, generator, end, last=lambda scores: scores[-1], draw=multinomial)


@mistake(
    sample,
    "The new tokens are put below the text instead of behind it: another row, or an error about sizes. Concatenate "
    "along dimension 1.",
)
def below_the_text(model, prompt, new, filters, generator, end=0):
    return stepwise(model, prompt, new, filters, generator, end, lambda text, token: torch.cat([text, token], dim=0))


@mistake(
    sample,
    "The model's answer is used as if it were the scores alone. It is a pair: the scores, and a cache that may be "
    "dropped.",
)
def takes_the_pair_for_scores(model, prompt, new, filters, generator, end=0):
    return stepwise(model, prompt, new, filters, generator, end, scores_in=lambda answer: answer[:, -1])


@mistake(
    sample,
    "The scores of all places are handed on, three dimensions, and `multinomial` takes two at most. Only those of the "
    "last place are needed.",
)
def draws_at_all_places(model, prompt, new, filters, generator, end=0):
    return stepwise(model, prompt, new, filters, generator, end, scores_in=lambda answer: answer[0])


@mistake(
    sample,
    "Rows that still go on get the end, instead of those that are done: the mask is the wrong way round.",
)
def ends_those_who_go_on(model, prompt, new, filters, generator, end=0):
    return stepwise(model, prompt, new, filters, generator, end, mask=lambda done: ~done[:, None])


COLUMN = (
    "A row of booleans, (batch,), meets a column of tokens, (batch, 1), and they become a table in which each row asks "
    "all others, or there is an error. Give both the same dimensions."
)


@mistake(sample, COLUMN)
def masks_a_column_by_a_row(model, prompt, new, filters, generator, end=0):
    return stepwise(model, prompt, new, filters, generator, end, mask=lambda done: done)


@mistake(sample, COLUMN)
def done_becomes_a_table(model, prompt, new, filters, generator, end=0):
    return stepwise(model, prompt, new, filters, generator, end, over=lambda done, token, end: done | (token == end))
