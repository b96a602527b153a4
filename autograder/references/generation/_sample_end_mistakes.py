"""More mistakes of `sample`: when a row is done, and what becomes of it."""

from autograder.references import mistake
from autograder.references.generation._sample import looped, sample


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
