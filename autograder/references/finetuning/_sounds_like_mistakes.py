"""More mistakes of `sounds_like`: how many, what is cut, what kind."""

from autograder.references import mistake
from autograder.references.finetuning._sounds_like import ranked, scores_of, sounds_like


@mistake(
    sounds_like,
    "To ask for more than there are raises an error: `topk` wants a k that is not larger than the number of classes. "
    "Take the smaller of the two.",
    keeps=0.8,
)
def refuses_more(model, tokenizer, sentence, most=5):
    scores_of(model, tokenizer, sentence).topk(most)
    return sounds_like(model, tokenizer, sentence, most)


@mistake(
    sounds_like,
    "All classes come back, or five always. `most` says how many are wanted.",
    keeps=0.7,
)
def all_of_them(model, tokenizer, sentence, most=5):
    return sounds_like(model, tokenizer, sentence, 10**6)


@mistake(
    sounds_like,
    "All classes come back, or five always. `most` says how many are wanted.",
    keeps=0.7,
)
def always_five(model, tokenizer, sentence, most=5):
    return sounds_like(model, tokenizer, sentence, 5)


@mistake(
    sounds_like,
    "Without a word about it, another number than five comes back.",
    keeps=0.8,
)
def another_default(model, tokenizer, sentence, most=3):
    return sounds_like(model, tokenizer, sentence, most)


@mistake(
    sounds_like,
    "A sentence that is too long is not cut, and the model has no place for its end. `truncation=True` cuts at the "
    "tokenizer's `model_max_length`.",
    keeps=0.9,
)
def does_not_cut(model, tokenizer, sentence, most=5):
    scores = scores_of(model, tokenizer, sentence, truncation=False)
    return ranked(model, scores - scores.max(), most)


@mistake(
    sounds_like,
    "The special tokens, [CLS] and [SEP], are missing. The model has learned to read texts that have them.",
)
def without_special_tokens(model, tokenizer, sentence, most=5):
    scores = scores_of(model, tokenizer, sentence or "the", add_special_tokens=False)
    return ranked(model, scores - scores.max(), most)


@mistake(
    sounds_like,
    "exp is taken of scores in the hundreds, and gives infinities. `softmax` takes the largest off first.",
    keeps=0.8,
)
def by_exp(model, tokenizer, sentence, most=5):
    scores = scores_of(model, tokenizer, sentence).float()
    return ranked(model, scores, most, scores.exp() / scores.exp().sum())


@mistake(
    sounds_like,
    "`id2label` is asked for a tensor, and does not know it: its keys are Python numbers. `.tolist()` or `.item()`.",
)
def asks_for_tensors(model, tokenizer, sentence, most=5):
    best = scores_of(model, tokenizer, sentence).softmax(0).topk(1)
    return [(model.config.id2label[place], share) for share, place in zip(*best, strict=True)]


@mistake(sounds_like, "A dict comes back. Promised are pairs, the likeliest first.", keeps=0.7)
def as_a_dict(model, tokenizer, sentence, most=5):
    return dict(sounds_like(model, tokenizer, sentence, most))


@mistake(
    sounds_like,
    "The probabilities are rounded. They come as they are; who prints them may round.",
    keeps=0.7,
)
def rounded(model, tokenizer, sentence, most=5):
    return [(name, round(share, 2)) for name, share in sounds_like(model, tokenizer, sentence, most)]


@mistake(
    sounds_like,
    "To ask for more than there are raises an error, and so does a sentence that is too long. It takes the smaller of "
    "`most` and the number of classes, and `truncation=True`.",
    keeps=0.8,
)
def asks_for_too_much(model, tokenizer, sentence, most=5):
    scores = scores_of(model, tokenizer, sentence, truncation=False)
    scores.topk(most)
    return ranked(model, scores - scores.max(), most)
