# exercise: double
def double(x):
    return x.to("meta")
