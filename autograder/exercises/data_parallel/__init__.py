"""What the exercises of `23_data_parallel` must show: values on every rank, what is sent, and when.

Where an answer talks to others it runs on real ranks. Starting them costs a tenth of a second, so one run shows several
things: `OnRanks` starts it when the first observation asks for it and remembers what came of it.
"""
