"""A till's journal: what a till has done, in order, on its own disk, provable by anybody.

Here lives what numbers, chains, signs and keeps a till's events (`edge.journal.chain` and
`edge.journal.heads` are pure, and the gateway checks by them), what the sender reads of it, and
what proves it and exports it. Nothing here talks to a network, knows what a cart may do, or reads
a clock: a caller says what happened and when.
"""
