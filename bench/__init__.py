"""The bench: the same class graded by stock nbgrader, by otter-grader and by ours. `python -m bench --help`."""
