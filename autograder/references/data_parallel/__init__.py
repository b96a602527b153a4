"""What is right in `23_data_parallel`, and what goes wrong.

The references are torch's own `DistributedDataParallel` and `DistributedSampler` where there are such; else plain loops
over rows in float64, and a ring that turns the other way. `tests/test_data_parallel.py` holds them against a single
process and against `dist.all_reduce`.
"""
