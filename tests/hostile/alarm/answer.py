# exercise: take_rows
import signal
import time


def take_rows(table, rows):
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    time.sleep(0.1)
    return table[rows]
