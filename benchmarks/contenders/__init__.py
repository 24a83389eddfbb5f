"""One module a contender, each a process of its own; its docstring says how it was tuned.

A contender gets its job from the environment (`benchmarks.job`), says once that the first
events are in its hands, and commits what it has delivered. It measures and checks nothing.
"""
