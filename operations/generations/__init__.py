"""Generations of state: which one an application id lives on, and which one is being built.

Versions begin with the generation, so that what a rebuilt state says passes what the state before
it said. Here live the log of all words about generations, what it comes to, and the names under
which a generation keeps its state.
"""
