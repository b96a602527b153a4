"""More mistakes of `sample`: when a row is done, and what becomes of it."""

import torch

from autograder.references import mistake
from autograder.references.generation._sample import looped, multinomial, sample

NOTHING_NEW = (
    "Where no token is to be drawn there is an error, as when nothing is stacked or concatenated. With new=0 the "
    "prompt comes back."
)


@mistake(
    sample,
    "Nothing ends a row: after the end it goes on with other tokens. Who has drawn `end` gets `end` from then on.",
    keeps=0.7,
)
def goes_on_after_the_end(model, prompt, new, filters, generator, end=0):
    return looped(model, prompt, new, filters, generator, end, fill=False, stop="never")


@mistake(
    sample,
    "A row goes on after its end, with other tokens. It should get `end` from then on, until the others are done.",
    keeps=0.85,
)
def no_end_for_those_who_wait(model, prompt, new, filters, generator, end=0):
    return looped(model, prompt, new, filters, generator, end, fill=False)


@mistake(
    sample,
    "The loop stops as soon as one row has drawn the end, and cuts the others short. It stops when all have.",
    keeps=0.85,
)
def stops_at_the_first_end(model, prompt, new, filters, generator, end=0):
    return looped(model, prompt, new, filters, generator, end, stop="any")


@mistake(
    sample,
    "When all rows are done, the model is still asked, up to `new` times, and the text is filled up with ends. Stop "
    "there.",
    keeps=0.85,
)
def never_stops(model, prompt, new, filters, generator, end=0):
    return looped(model, prompt, new, filters, generator, end, stop="never")


@mistake(
    sample,
    "The end is always 0, whatever `end` says.",
    keeps=0.85,
)
def end_is_zero(model, prompt, new, filters, generator, end=0):
    return looped(model, prompt, new, filters, generator, 0)


@mistake(
    sample,
    "An end in the prompt counts as drawn: such a row is over before it has begun. Our prompts begin with one. Only "
    "what has been drawn ends a row.",
    keeps=0.9,
)
def counts_the_prompts_end(model, prompt, new, filters, generator, end=0):
    return looped(
        model, prompt, new, filters, generator, end, done=lambda tokens, prompt, end: (tokens == end).any(dim=1)
    )


@mistake(
    sample,
    "The last token of the prompt is asked whether the row is done. A row ends with what has been drawn.",
    keeps=0.9,
)
def asks_the_prompts_last(model, prompt, new, filters, generator, end=0):
    return looped(model, prompt, new, filters, generator, end, done=lambda tokens, prompt, end: tokens[:, -1] == end)


@mistake(
    sample,
    "Once a row is done, the others draw something else than they would in one draw for the whole batch, as when it is "
    "left out of `multinomial`. Draw for all rows in every step, and let `end` replace what those that are done have "
    "drawn.",
    keeps=0.9,
)
def draws_for_those_who_go_on(model, prompt, new, filters, generator, end=0):
    text, going = prompt, torch.ones(len(prompt), dtype=torch.bool, device=prompt.device)
    with torch.no_grad():
        for _ in range(new):
            if not going.any():
                break
            scores = model(text)[0][:, -1]
            for each in filters:
                scores = each(scores)
            token = torch.full_like(text[:, 0], end)
            token[going] = multinomial(scores[going], generator)
            going = going & (token != end)
            text = torch.cat([text, token[:, None]], dim=1)
    return text


@mistake(
    sample,
    NOTHING_NEW,
    keeps=0.95,
)
def stumbles_over_no_new_tokens(model, prompt, new, filters, generator, end=0):
    text = looped(model, prompt, new, filters, generator, end)
    drawn = list(text[:, prompt.shape[1] :].unbind(dim=1))
    return torch.cat([prompt, torch.stack(drawn, dim=1)], dim=1)


@mistake(
    sample,
    NOTHING_NEW,
    keeps=0.95,
)
def stumbles_over_nothing_to_concatenate(model, prompt, new, filters, generator, end=0):
    text = looped(model, prompt, new, filters, generator, end)
    drawn = list(text[:, prompt.shape[1] :].split(1, dim=1)) if text.shape[1] > prompt.shape[1] else []
    return torch.cat([prompt, torch.cat(drawn, dim=1)], dim=1)
