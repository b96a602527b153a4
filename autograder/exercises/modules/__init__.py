"""What the exercises of `06_modules` must show: what a module registers, and what follows it wherever it goes.

`given` writes the drawn weights into whatever tensor of that name an answer holds, registered or not: so an answer
with one fault shows that fault and no other.
"""
