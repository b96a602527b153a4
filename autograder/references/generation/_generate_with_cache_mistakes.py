"""More mistakes of `generate_with_cache`: no new tokens, and what becomes of those that are chosen."""

import torch

from autograder.references import mistake
from autograder.references.generation._generate_with_cache import generate_with_cache, looped

NOTHING_NEW = (
    "With new=0 there is an error, as when nothing is stacked or concatenated. The prompt comes back then, and the "
    "model is not asked."
)


@mistake(generate_with_cache, NOTHING_NEW, keeps=0.9)
def stacks_nothing(model, prompt, new, choose):
    text = looped(model, prompt, new, choose)
    chosen = list(text[:, prompt.shape[1] :].unbind(dim=1))
    return torch.cat([prompt, torch.stack(chosen, dim=1)], dim=1)


@mistake(generate_with_cache, NOTHING_NEW, keeps=0.9)
def concatenates_nothing(model, prompt, new, choose):
    text = looped(model, prompt, new, choose)
    chosen = [text[:, place : place + 1] for place in range(prompt.shape[1], text.shape[1])]
    return torch.cat([prompt, torch.cat(chosen, dim=1)], dim=1)


def stepwise(model, prompt, new, choose, join, first=lambda prompt: prompt, following=lambda unseen, token: token):
    """The loop; `join` puts the tokens behind the text."""
    text, unseen, cache = prompt, first(prompt), None
    with torch.no_grad():
        for _ in range(new):
            scores, cache = model(unseen, cache)
            token = choose(scores[:, -1])
            unseen = following(unseen, token[:, None])
            text = join(text, token)
    return text


def behind(text, token):
    return torch.cat([text, token[:, None]], dim=1)


@mistake(
    generate_with_cache,
    "What has been chosen is not put behind the text, so that the prompt comes back as it was. The model gets the "
    "newest token, and the text keeps all of them.",
)
def puts_it_nowhere(model, prompt, new, choose):
    return stepwise(model, prompt, new, choose, lambda text, token: text)


@mistake(generate_with_cache, "The new token stands in front of the text. It belongs behind it.")
def in_front_of_the_text(model, prompt, new, choose):
    return stepwise(model, prompt, new, choose, lambda text, token: torch.cat([token[:, None], text], dim=1))


@mistake(
    generate_with_cache,
    "The model is never given what was chosen: it gets the prompt again and again, beside a cache that holds it "
    "already. After the first call, what it has not seen is the newest token.",
)
def never_sees_what_was_chosen(model, prompt, new, choose):
    return stepwise(model, prompt, new, choose, behind, following=lambda unseen, token: unseen)


@mistake(
    generate_with_cache,
    "The first call gets the prompt without its last token, and with a prompt of one token there is an error, or "
    "nothing to choose by. It gets the whole prompt: what comes next stands at its last place.",
)
def without_the_last_of_the_prompt(model, prompt, new, choose):
    return stepwise(model, prompt, new, choose, behind, first=lambda prompt: prompt[:, :-1])


@mistake(
    generate_with_cache,
    "Only the new tokens come back, and with new=0 the prompt does, since `[:, -0:]` is everything. The text begins "
    "with the prompt.",
)
def the_last_so_many(model, prompt, new, choose):
    return looped(model, prompt, new, choose)[:, -new:]


@mistake(
    generate_with_cache,
    "`choose` is given the scores of the last row, as by `scores[-1]`, and not those of the last place of every row: "
    "`scores[:, -1]`.",
)
def scores_of_the_last_row(model, prompt, new, choose):
    return looped(model, prompt, new, choose, last=lambda scores: scores[-1])


@mistake(
    generate_with_cache,
    "It is the prompt that is put behind the text, again and again, and not what was chosen.",
)
def the_prompt_again_and_again(model, prompt, new, choose):
    return stepwise(
        model,
        prompt,
        new,
        choose,
        lambda text, token: torch.cat([text, prompt], dim=1),
        following=lambda unseen, _: unseen,
    )


@mistake(
    generate_with_cache,
    "The new tokens are put below the text instead of behind it: another row, or an error about sizes. Concatenate "
    "along dimension 1.",
)
def below_the_text(model, prompt, new, choose):
    return stepwise(model, prompt, new, choose, lambda text, token: torch.cat([text, token[:, None]], dim=0))


@mistake(
    generate_with_cache,
    "With one row it is right. In a batch, the new tokens stand side by side as if they were one row, `[None]`, and do "
    "not fit behind the text: each row gets its own, `[:, None]`.",
)
def side_by_side(model, prompt, new, choose):
    return stepwise(model, prompt, new, choose, lambda text, token: torch.cat([text, token[None]], dim=1))
