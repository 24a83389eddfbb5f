"""How fast the workers are, beside others on the same job, same broker and same input.

Lives here: input by seed with its direct sum, the contenders, and what starts, measures and
checks them. Never here: anything that a worker needs to run, and figures that no run has
produced. A contender whose output differs from the direct sum counts as wrong, however fast.
"""
