# exercise: double
get_ipython().displayhook(1)


def double(x):
    get_ipython().displayhook(1)
    return x
