"""Slips of `self_attention`: matrices and results exchanged, products the wrong way round."""

from torch.nn import functional as F

from autograder.references import mistake
from autograder.references.attention._numbers import NUMBERS, ROOTS
from autograder.references.attention._self_attention import mixed, self_attention
from autograder.references.attention._shared import scaled_scores

ONE_SENTENCE = "it works for a single sentence only. `.mT` and `dim=-1` count from the end."


def _made(sentence, name, make, keeps=0.5):
    """Attention over what `make` gives of x and the matrices: query, key, value."""

    def answer(x, w_q, w_k, w_v):
        return mixed(*make(x, w_q, w_k, w_v))

    answer.__name__ = name
    mistake(self_attention, sentence, keeps)(answer)


def _done(sentence, name, finish, keeps=0.5):
    """Right queries, keys and values, and what is then done with them."""

    def answer(x, w_q, w_k, w_v):
        return finish(x @ w_q, x @ w_k, x @ w_v)

    answer.__name__ = name
    mistake(self_attention, sentence, keeps)(answer)


_made(
    "Keys and values have changed their matrices, or their places: keys are x @ w_k, values x @ w_v.",
    "keys_and_values_swapped",
    lambda x, w_q, w_k, w_v: (x @ w_q, x @ w_v, x @ w_k),
)
_made(
    "Queries and values have changed their matrices: queries are x @ w_q, values x @ w_v.",
    "queries_and_values_swapped",
    lambda x, w_q, w_k, w_v: (x @ w_v, x @ w_k, x @ w_q),
)
_made(
    "Queries, keys and values are all made by w_q. Each has a matrix of its own.",
    "one_matrix_for_all",
    lambda x, w_q, w_k, w_v: (x @ w_q, x @ w_q, x @ w_q),
)
_made(
    "The matrix stands on the left of x. A word is a row of x, so that it is x @ w_q.",
    "matrix_on_the_left",
    lambda x, w_q, w_k, w_v: (w_q @ x, w_k @ x, w_v @ x),
)
_made(
    "x and the matrices are multiplied number by number, by `*`. It is the matrix product, x @ w_q.",
    "number_by_number",
    lambda x, w_q, w_k, w_v: (x * w_q, x * w_k, x * w_v),
)
_made(
    "The words look at each other as they are, and what is handed over are the words: none of the three matrices "
    "changes anything.",
    "no_matrix_at_all",
    lambda x, w_q, w_k, w_v: (x, x, x),
    keeps=0.3,
)
_done(
    "With a batch it fails, or mixes sentences, as with `key.T`: " + ONE_SENTENCE,
    "turns_everything",
    lambda query, key, value: (query @ key.permute(*range(key.dim())[::-1]) / key.shape[-1] ** 0.5).softmax(-1) @ value,
)
_done(
    "The softmax runs along dimension 1: with a batch these are the words that ask, and " + ONE_SENTENCE,
    "softmax_over_dimension_one",
    lambda query, key, value: mixed(query, key, value, dim=1),
)
_done(
    "The softmax runs along dimension 0: with a batch these are the sentences. It belongs over the keys, dim=-1.",
    "softmax_over_dimension_zero",
    lambda query, key, value: mixed(query, key, value, dim=0),
)
_done(
    "Softmax and scaling are both missing: the values are added up by plain dot products.",
    "plain_dot_products",
    lambda query, key, value: query @ key.mT @ value,
    keeps=0.3,
)


@mistake(
    self_attention,
    "x is added to the result. That shortcut stands around attention in a transformer; here only what was heard is "
    "wanted.",
)
def adds_x(x, w_q, w_k, w_v):
    return x + mixed(x @ w_q, x @ w_k, x @ w_v)


@mistake(self_attention, "The values go through w_v twice, before the attention and after it. Once is enough.")
def projects_twice(x, w_q, w_k, w_v):
    return F.scaled_dot_product_attention(x @ w_q, x @ w_k, x @ w_v) @ w_v


for name, root, sentence in ROOTS:
    _done(
        sentence,
        f"self_{name}",
        lambda query, key, value, root=root: (query @ key.mT / root(query.shape[-1])).softmax(-1) @ value,
    )
for softmax, sentence, keeps in NUMBERS:
    _done(
        sentence,
        f"self_{softmax.__name__}",
        lambda query, key, value, softmax=softmax: softmax(scaled_scores(query, key), None) @ value,
        keeps,
    )
