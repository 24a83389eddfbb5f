"""The contracts: what crosses a boundary of Tillstream, and nothing else.

Here live the models of every event and derived row, the registry of every topic, the rule
that places a location in a partition, and the rule that tells a duplicate from a gap. Everyone
may import this package, so it imports nobody: a till must be able to use it without Faust, Kafka
or a database. It does no I/O.
"""
