"""`top_k`: the oracle, and what answers are made of."""


def top_k(scores, k):
    """The library's, which takes two dimensions."""
    from transformers import TopKLogitsWarper

    return TopKLogitsWarper(k)(None, scores.reshape(-1, scores.shape[-1])).reshape(scores.shape)


def threshold(scores, k):
    must_be_one_or_more(k)
    return scores.topk(min(k, scores.shape[-1]), dim=-1).values[..., -1:]


def must_be_one_or_more(k):
    if k < 1:
        raise ValueError(f"k should be 1 or more, not {k}")
