"""`attend`: what is right, and the weights of most answers."""


def attend(query, key, value):
    """The definition in float64, one word after the other."""
    scores = [sum(q * k for q, k in zip(query.double(), each, strict=True)) for each in key.double()]
    powers = [(score - max(scores)).exp() for score in scores]
    heard = sum(power * each for power, each in zip(powers, value.double(), strict=True)) / sum(powers)
    return heard.to(value.dtype)


def weigh(query, key):
    return (key @ query).softmax(0)
