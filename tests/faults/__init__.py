"""Faults on a whole stack under load, drawn from a seed, and a verdict on every figure.

The verdict is that of `tests.acceptance.outside`, a second implementation of the contracts,
held against what the tills were told is delivered. Nothing here imports a rule of the product:
only its command line, its public topics and tables, and the processes of its local stack.
"""
