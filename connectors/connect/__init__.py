"""Kafka Connect, whatever connectors it runs: its REST API, and what keeps one to its definition.

`rest` speaks with Connect, `keeping` applies a definition, compares it and says how its connector
stands. What a definition holds is not known here: `connectors.debezium` and
`connectors.mirrormaker` make theirs, and say what a connector hides that Connect calls running.
"""
