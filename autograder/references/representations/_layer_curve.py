"""`layer_curve`: what is right, and what answers are made of."""


def measured(learn, of):
    """Mean and spread of each number over the rows `learn`, by hand, in float64."""
    rows = of[learn].double()
    mean = rows.sum(dim=0) / len(rows)
    spread = ((rows - mean).square().sum(dim=0) / (len(rows) - 1)).sqrt()
    return mean, spread.masked_fill(spread == 0, 1.0)


def one_level(states, labels, train, fit, scale_on=None, learn=None, test=None, by=None):
    """The share at one level; what a mistake does otherwise is said by name."""
    mean, spread = by or measured(train if scale_on is None else scale_on, states)
    scaled = ((states.double() - mean) / spread).to(states.dtype)
    learn, test = (train if learn is None else learn), (~train if test is None else test)
    weight, bias = fit(scaled[learn], labels[learn])
    guess = [int(row.argmax()) for row in (scaled[test] @ weight + bias)]
    right = [one == other for one, other in zip(guess, labels[test].tolist(), strict=True)]
    return sum(right) / len(right)


def layer_curve(levels, labels, train, fit):
    return [one_level(states, labels, train, fit) for states in levels]
