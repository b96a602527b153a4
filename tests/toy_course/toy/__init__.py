"""A tiny course for the tests of the house; `tests/toy.py` makes a course folder of it."""
