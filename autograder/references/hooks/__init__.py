"""What is right in `07_hooks`, and what goes wrong.

The references look through another window than the lesson does: hooks on all modules at once
(`register_module_forward_hook`), hooks on the graph's nodes, a zero added to an activation. They compute in float64.
"""
