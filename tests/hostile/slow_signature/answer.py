# exercise: double
class Slow:
    @property
    def __signature__(self):
        while True:
            pass

    __repr__ = __signature__.fget

    def __call__(self, x):
        return 2 * x


double = Slow()
