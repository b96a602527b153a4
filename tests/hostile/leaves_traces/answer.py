# exercise: double
import os
from multiprocessing import shared_memory
from pathlib import Path

import autograder

for folder in ("/dev/shm", "/tmp", "/var/tmp", Path.home(), Path(autograder.__file__).parent, "/run", "/dev/mqueue"):
    try:
        Path(folder, "hostile-trace").write_text("x")
    except OSError:
        pass
try:
    block = shared_memory.SharedMemory("hostile-trace-2", create=True, size=100)
except OSError:
    pass


def double(x):
    return x
