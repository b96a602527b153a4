# exercise: double
import ctypes
import faulthandler

faulthandler.enable()
faulthandler.dump_traceback_later(1, repeat=True)


def double(x):
    ctypes.CDLL(None).abort()
