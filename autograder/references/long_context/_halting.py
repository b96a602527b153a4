"""ACT after Graves 2016, equations 5 to 7: for one place, step by step."""


def last_step(p, epsilon):
    """The number of the last step, from 0 on, and the remainder that it counts, as a tensor with its graph."""
    used = p.new_zeros(())
    for step in range(len(p)):
        if float((used + p[step]).detach()) >= 1 - epsilon or step == len(p) - 1:
            return step, 1 - used
        used = used + p[step]
    raise ValueError("no steps")


def places(p):
    return p.reshape(-1, p.shape[-1]).unbind(0)
