"""Whole fetched batches to synchronous folds, on Faust.

Faust gives the worker, group membership, assignment and settings. This package replaces what
it does to every single message: each partition's fetched list goes to a fold as it is, and
what the fold changed leaves as whole record batches, in one Kafka transaction with the
state's changelog and the input offsets. It is a library that any Faust project could take: it
knows nothing about retail and imports none of this project's packages but `clients`.
"""
