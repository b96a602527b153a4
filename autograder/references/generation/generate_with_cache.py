"""`generate_with_cache`: what is right, and what goes wrong."""

import torch

from autograder.references import alternative, mistake, promised
from autograder.references.generation import _generate_with_cache_mistakes  # noqa: F401  (they register themselves)
from autograder.references.generation._generate_with_cache import generate_with_cache, looped


@mistake(
    generate_with_cache,
    "The text is right, but all of it goes through the model again for every new token: no cache is handed over. The "
    "work grows with the text.",
)
def without_a_cache(model, prompt, new, choose):
    return looped(model, prompt, new, choose, given=lambda text, step: text, kept=lambda old, new: None)


@mistake(
    generate_with_cache,
    "The cache is handed over, and the whole text with it: the model sees every old token a second time, at places "
    "where it does not stand. Beside the cache it gets only what is new.",
)
def feeds_the_text_again(model, prompt, new, choose):
    return looped(model, prompt, new, choose, given=lambda text, step: text)


@mistake(
    generate_with_cache,
    "Only the newest token is given to the model, and no cache: it has forgotten everything before. Hand over the "
    "cache that came back.",
)
def forgets_the_cache(model, prompt, new, choose):
    return looped(model, prompt, new, choose, kept=lambda old, new: None)


@mistake(
    generate_with_cache,
    "The cache of the first call is handed over each time. Every call gives a new one, with one token more in it: "
    "carry that on.",
)
def keeps_the_first_cache(model, prompt, new, choose):
    return looped(model, prompt, new, choose, kept=lambda old, new: new if old is None else old)


@mistake(
    generate_with_cache,
    "The prompt's last token goes through the model twice: first with the prompt, and then once more instead of the "
    "token that was chosen. From there on every token stands a place too far back.",
)
def last_of_the_prompt_twice(model, prompt, new, choose):
    with torch.no_grad():
        cache = model(prompt)[1] if new else None
        text, step = prompt, prompt[:, -1:]
        for _ in range(new):
            scores, cache = model(step, cache)
            step = choose(scores[:, -1])[:, None]
            text = torch.cat([text, step], dim=1)
    return text


@mistake(
    generate_with_cache,
    "The model is given only the last token of the prompt at first: it has never seen the others.",
)
def only_the_last_of_the_prompt(model, prompt, new, choose):
    return looped(model, prompt, new, choose, first=lambda prompt: prompt[:, -1:])


@mistake(
    generate_with_cache,
    "The prompt goes through the model one token at a time. The text is right, but the prompt is known as a whole: "
    "give it in one call, which a machine does nearly as fast as a single token.",
    keeps=0.8,
)
def prompt_token_by_token(model, prompt, new, choose):
    with torch.no_grad():
        text, cache = prompt, None
        for place in range(prompt.shape[1] if new else 0):
            scores, cache = model(prompt[:, place : place + 1], cache)
        for done in range(new):
            step = choose(scores[:, -1])[:, None]
            text = torch.cat([text, step], dim=1)
            if done + 1 < new:
                scores, cache = model(step, cache)
    return text


@mistake(
    generate_with_cache,
    "The model is asked once too often: the last token is given to it, too, and nobody needs what it says then.",
    keeps=0.8,
)
def asks_once_more(model, prompt, new, choose):
    return looped(model, prompt, new, choose, after=new > 0)


@mistake(
    generate_with_cache,
    "With new=0 the model is asked all the same. There is nothing to choose then.",
    keeps=0.9,
)
def asks_for_nothing(model, prompt, new, choose):
    return looped(model, prompt, new, choose, after=new == 0)


@mistake(
    generate_with_cache,
    "The prompt goes through the model without its last token being used, or the first choice is made from the wrong "
    "place: after the prompt, what comes next stands at `scores[:, -1]`.",
)
def scores_of_the_first_place(model, prompt, new, choose):
    return looped(model, prompt, new, choose, last=lambda scores: scores[:, 0])


@mistake(
    generate_with_cache,
    "`choose` is given the scores of all places, and chooses for each. It gets those of the last place, (batch, "
    "vocabulary).",
    keeps=0.85,
)
def gives_all_places(model, prompt, new, choose):
    return looped(model, prompt, new, lambda scores: choose(scores)[:, -1], last=lambda scores: scores)


@mistake(
    generate_with_cache,
    "The tokens that `choose` returns, (batch,), are put behind the text without a dimension for it. They need one: "
    "`[:, None]`.",
)
def without_a_dimension(model, prompt, new, choose):
    text, step, cache = prompt, prompt, None
    with torch.no_grad():
        for _ in range(new):
            scores, cache = model(step, cache)
            step = choose(scores[:, -1])
            text = torch.cat([text, step], dim=1)
    return text


@mistake(
    generate_with_cache,
    "`choose` is given the scores of all places. It gets those of the last place, (batch, vocabulary).",
)
def all_places_and_their_sizes(model, prompt, new, choose):
    text, step, cache = prompt, prompt, None
    with torch.no_grad():
        for _ in range(new):
            scores, cache = model(step, cache)
            step = choose(scores)[:, None]
            text = torch.cat([text, step], dim=1)
    return text


@mistake(
    generate_with_cache,
    "Only the last token comes back. Promised is the whole text: the prompt, and all that was chosen.",
)
def only_the_last_token(model, prompt, new, choose):
    return looped(model, prompt, new, choose)[:, -1:] if new else prompt


@mistake(
    generate_with_cache,
    "`choose` is not asked: the best token is taken each time. Let it decide, whatever it decides by.",
)
def always_the_best(model, prompt, new, choose):
    return looped(model, prompt, new, lambda scores: scores.argmax(dim=-1))


@mistake(
    generate_with_cache,
    "`choose` is given probabilities. It expects scores, as the model gives them.",
    keeps=0.9,
)
def gives_probabilities(model, prompt, new, choose):
    return looped(model, prompt, new, choose, last=lambda scores: scores[:, -1].softmax(dim=-1))


@mistake(
    generate_with_cache,
    "Only the new tokens come back. The text begins with the prompt.",
)
def without_the_prompt(model, prompt, new, choose):
    return looped(model, prompt, new, choose)[:, prompt.shape[1] :]


@mistake(generate_with_cache, "There is one token too many or too few: it should be `new` of them beside the prompt.")
def one_more(model, prompt, new, choose):
    return looped(model, prompt, new + 1, choose)


@mistake(generate_with_cache, "There is one token too many or too few: it should be `new` of them beside the prompt.")
def one_less(model, prompt, new, choose):
    return looped(model, prompt, new - 1, choose)


@mistake(
    generate_with_cache,
    "The model is called with a graph: everything it has computed is kept for a gradient that nobody asks for. Put the "
    "loop under `torch.no_grad()`.",
    keeps=0.95,
)
def keeps_a_graph(model, prompt, new, choose):
    return looped(model, prompt, new, choose, graph=True)


@mistake(
    generate_with_cache,
    "After the call no graph is recorded any more, anywhere: gradients were switched off and not on again. Use "
    "`with torch.no_grad():`.",
    keeps=0.95,
)
def switches_off_for_good(model, prompt, new, choose):
    result = looped(model, prompt, new, choose)
    torch.set_grad_enabled(False)
    return result


@alternative(generate_with_cache)
@torch.no_grad()
def first_and_then_the_others(model, prompt, new, choose):
    tokens = [prompt]
    cache = None
    while len(tokens) <= new:
        scores, cache = model(tokens[-1], cache=cache)
        tokens.append(choose(scores[:, -1, :]).unsqueeze(1))
    return torch.cat(tokens, dim=1)


@alternative(generate_with_cache)
def the_prompt_apart(model, prompt, new, choose):
    if new == 0:
        return prompt.clone()
    with torch.inference_mode():
        scores, cache = model(prompt)
        token = choose(scores[:, -1])
        text = torch.cat([prompt, token[:, None]], dim=1)
        for _ in range(new - 1):
            scores, cache = model(token[:, None], cache)
            token = choose(scores[:, 0])
            text = torch.cat([text, token[:, None]], dim=1)
    return text.clone()


promised(
    generate_with_cache,
    "Goes on from the prompts, and lets each token go through the model once.",
    by=["one row", "a batch", "tokens that go through the model"],
)
promised(
    generate_with_cache,
    "The first call gets the prompt, each one after it the newest token (batch, 1) and the cache that came back last.",
    by=["tokens that go through the model", "a long text", "which cache each call is given"],
)
promised(
    generate_with_cache,
    "model: gives for new tokens (batch, new) and a cache scores (batch, new, vocabulary), and a cache that knows "
    "them, too.",
    by=["one row", "a batch"],
)
promised(generate_with_cache, "It is called without a graph.", by=["while it runs"])
promised(
    generate_with_cache,
    "prompt: shape (batch, length), int64, of at least one token.",
    by=["a prompt of one token", "a batch", "the prompt afterwards"],
)
promised(
    generate_with_cache,
    "new: how many tokens to add, 0 or more.",
    by=["a single new token", "a long text", "no new tokens"],
)
promised(
    generate_with_cache,
    "What the last token would be followed by is not asked.",
    by=["tokens that go through it, for one more", "no new tokens"],
)
promised(
    generate_with_cache,
    "choose: from the scores of the last place (batch, vocabulary) to the next tokens (batch,).",
    by=["the second best", "what `choose` is given"],
)
promised(generate_with_cache, "Shape (batch, length + new), int64.", by=["a batch", "no new tokens"])
