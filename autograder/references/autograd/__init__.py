"""What is right in `04_autograd`, and what goes wrong.

The references for derivatives are `torch.func`, which differentiates functions and knows no `.grad`. The others are the
definition in plain loops.
"""
