# exercise: double
import threading

lock = threading.Lock()
lock.acquire()


def double(x):
    lock.acquire()
