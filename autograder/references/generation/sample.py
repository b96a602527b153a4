"""`sample`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, equivalent, mistake, promised
from autograder.references.generation import (  # they register themselves
    _sample_end_mistakes,  # noqa: F401
    _sample_mistakes,  # noqa: F401
    _sample_slips,  # noqa: F401
)
from autograder.references.generation._sample import looped, multinomial, sample


@mistake(
    sample,
    "The most likely token is taken each time, and nothing is drawn: the generator is not asked. That is greedy "
    "search.",
)
def takes_the_best(model, prompt, new, filters, generator, end=0):
    return looped(model, prompt, new, filters, generator, end, draw=lambda scores, generator: scores.argmax(dim=-1))


@mistake(
    sample,
    "The filters are not applied, or what they return is dropped: `each(scores)` gives new scores, `scores = "
    "each(scores)` keeps them.",
)
def forgets_the_filters(model, prompt, new, filters, generator, end=0):
    return looped(model, prompt, new, [], generator, end)


@mistake(
    sample,
    "The filters are applied in another order. The first one in the list comes first.",
)
def filters_backwards(model, prompt, new, filters, generator, end=0):
    return looped(model, prompt, new, filters[::-1], generator, end)


@mistake(
    sample,
    "Each filter gets the model's own scores, so that only the last one counts. It should get what the one before it "
    "has left.",
)
def only_the_last_filter(model, prompt, new, filters, generator, end=0):
    return looped(model, prompt, new, filters[-1:], generator, end)


@mistake(
    sample,
    "The filters are given probabilities instead of scores: the softmax comes too early. It belongs after the last "
    "filter.",
)
def filters_probabilities(model, prompt, new, filters, generator, end=0):
    def draw(scores, generator):
        return torch.multinomial(scores, 1, generator=generator)[:, 0]

    return looped(
        model, prompt, new, filters, generator, end, last=lambda scores: scores[:, -1].softmax(dim=-1), draw=draw
    )


@mistake(
    sample,
    "The filters see the scores of all places. They are written for the last one alone: (batch, vocabulary).",
)
def filters_all_places(model, prompt, new, filters, generator, end=0):
    def last(scores):
        for each in filters:
            scores = each(scores)
        return scores[:, -1]

    return looped(model, prompt, new, [], generator, end, last=last)


@mistake(
    sample,
    "The scores are those of another place than the last: the model says there what comes after an earlier token. What "
    "comes next stands at `scores[:, -1]`.",
)
def scores_of_the_first(model, prompt, new, filters, generator, end=0):
    return looped(model, prompt, new, filters, generator, end, last=lambda scores: scores[:, 0])


@mistake(
    sample,
    "The scores are those of another place than the last: the model says there what comes after an earlier token. What "
    "comes next stands at `scores[:, -1]`.",
)
def scores_of_the_last_but_one(model, prompt, new, filters, generator, end=0):
    return looped(model, prompt, new, filters, generator, end, last=lambda scores: scores[:, -2:][:, 0])


@mistake(
    sample,
    "The model is given only the newest token, without what stands before it. Without a cache it needs the whole text "
    "each time.",
)
def shows_one_token(model, prompt, new, filters, generator, end=0):
    return looped(model, prompt, new, filters, generator, end, given=lambda tokens: tokens[:, -1:])


@mistake(
    sample,
    "The model is given the prompt each time, and never sees what has been drawn. Append the token first.",
)
def shows_the_prompt(model, prompt, new, filters, generator, end=0):
    return looped(model, prompt, new, filters, generator, end, given=lambda tokens: tokens[:, : prompt.shape[1]])


@mistake(sample, "Only the new tokens come back. The text begins with the prompt.")
def without_the_prompt(model, prompt, new, filters, generator, end=0):
    return looped(model, prompt, new, filters, generator, end)[:, prompt.shape[1] :]


@mistake(
    sample,
    "What is drawn are not tokens by their probabilities: the draw is uniform among all of them, or among those that "
    "are left.",
)
def draws_evenly(model, prompt, new, filters, generator, end=0):
    def draw(scores, generator):
        return torch.multinomial((scores > -torch.inf).double(), 1, generator=generator)[:, 0]

    return looped(model, prompt, new, filters, generator, end, draw=draw)


@mistake(
    sample,
    "The numbers do not come from `generator`: the same seed gives another text each time, and the stream that "
    "everybody shares moves. Hand it to `multinomial(…, generator=generator)`.",
)
def torchs_own_stream(model, prompt, new, filters, generator, end=0):
    return looped(model, prompt, new, filters, generator, end, draw=lambda scores, _: multinomial(scores, None))


@mistake(
    sample,
    "The draws are others than those of `torch.multinomial(probabilities, 1, generator=generator)`, once for each new "
    "token of the whole batch: perhaps each row is drawn by itself, more than one token is drawn at a time, or they "
    "are drawn another way. They would be right by chance, but nobody could compare them.",
)
def by_adding_noise(model, prompt, new, filters, generator, end=0):
    def draw(scores, generator):
        noise = torch.rand(scores.shape, generator=generator, dtype=scores.dtype, device=scores.device)
        return (scores - (-noise.log()).log()).argmax(dim=-1)

    return looped(model, prompt, new, filters, generator, end, draw=draw)


@mistake(
    sample,
    "The model is called with a graph: for every token all activations are kept, and nobody will ask for a gradient. "
    "Put the loop under `torch.no_grad()`.",
    keeps=0.95,
)
def keeps_a_graph(model, prompt, new, filters, generator, end=0):
    return looped(model, prompt, new, filters, generator, end, graph=True)


@mistake(
    sample,
    "After the call no graph is recorded any more, anywhere: gradients were switched off and not on again. Use "
    "`with torch.no_grad():`.",
    keeps=0.95,
)
def switches_off_for_good(model, prompt, new, filters, generator, end=0):
    result = looped(model, prompt, new, filters, generator, end)
    torch.set_grad_enabled(False)
    return result


@mistake(sample, "One token too many or too few is drawn: it should be `new` of them, unless all rows are done.")
def one_more(model, prompt, new, filters, generator, end=0):
    return looped(model, prompt, new + 1, filters, generator, end)


@mistake(sample, "One token too many or too few is drawn: it should be `new` of them, unless all rows are done.")
def one_less(model, prompt, new, filters, generator, end=0):
    return looped(model, prompt, new - 1, filters, generator, end)


@mistake(
    sample,
    "The text as a whole is `new` tokens long at most, the prompt included. It is `new` tokens beside the prompt.",
)
def new_is_the_length(model, prompt, new, filters, generator, end=0):
    return looped(model, prompt, new - prompt.shape[1], filters, generator, end)


@alternative(sample)
@torch.inference_mode()
def with_a_cache(model, prompt, new, filters, generator, end=0):
    text, cache, step = [prompt], None, prompt
    done = torch.zeros(len(prompt), dtype=torch.bool, device=prompt.device)
    for _ in range(new):
        if done.all():
            break
        scores, cache = model(step, cache)
        scores = scores[:, -1, :]
        for change in filters:
            scores = change(scores)
        step = torch.multinomial(scores.softmax(-1), num_samples=1, generator=generator)
        step[done] = end
        done |= step[:, 0] == end
        text.append(step)
    return torch.cat(text, dim=1).clone()


@alternative(sample)
def in_a_buffer(model, prompt, new, filters, generator, end=0):
    length = prompt.shape[1]
    text = torch.full((len(prompt), length + new), end, device=prompt.device)
    text[:, :length] = prompt
    for place in range(length, length + new):
        done = (text[:, length:place] == end).any(dim=1)
        if done.all():
            return text[:, :place]
        with torch.no_grad():
            scores = model(text[:, :place])[0][:, -1]
        for change in filters:
            scores = change(scores)
        token = torch.softmax(scores, dim=1).multinomial(1, generator=generator)[:, 0]
        text[:, place] = torch.where(done, end, token)
    return text


promised(
    sample,
    "Goes on from the prompts, token by token, each drawn from what the filters leave.",
    by=["many tokens, one row", "many tokens, a batch", "two filters"],
)
promised(
    sample,
    "model: gives for tokens (batch, length) scores (batch, length, vocabulary), and a cache that you may drop.",
    by=["a single token", "many tokens, a batch", "large scores"],
)
promised(sample, "It is called without a graph.", by=["while it runs"])
promised(sample, "prompt: shape (batch, length), int64.", by=["many tokens, a batch", "the prompt afterwards"])
promised(sample, "new: how many tokens to draw at most, 0 or more.", by=["many tokens, one row", "no new tokens"])
promised(
    sample,
    "filters: functions from scores (batch, vocabulary) to scores, applied in this order to those of the last place.",
    by=["two filters", "what a filter is given"],
)
promised(
    sample,
    "generator: each step is one draw for the whole batch, `torch.multinomial(…, 1, generator=generator)`.",
    by=["many tokens, a batch", "the generator, and torch's own stream"],
)
promised(
    sample,
    "end: a row that has drawn it is done, and has only ends from there on.",
    by=["some rows end early", "another token is the end"],
)
promised(sample, "What stands in the prompt ends nothing.", by=["an end in the prompt"])
promised(
    sample,
    "Shape (batch, length + drawn), int64: the prompt, then what was drawn.",
    by=["many tokens, a batch", "no new tokens"],
)
promised(sample, "When all rows are done, no more is drawn.", by=["nobody goes on"])

for before, after, reason in (
    ("done = done | (token[:, 0] == end)", "done = done + (token[:, 0] == end)", "for booleans + is |"),
    ("done = done | (token[:, 0] == end)", "done = done | (token[:, -1] == end)", "there is one column"),
    ("break", "continue", "who is done stays done: the other rounds do nothing"),
    *(
        (
            "token = torch.multinomial(scores.softmax(dim=-1), 1, generator=generator)",
            f"token = torch.multinomial(scores.softmax(dim={same}), 1, generator=generator)",
            "the scores have two dimensions",
        )
        for same in ("+1", "1")
    ),
):
    equivalent(sample, before, after, reason)
