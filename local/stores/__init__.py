"""Stores with a stack of their own beside the centre's, each in a home below the centre's.

A store has its own Kafka, PostgreSQL, Connect and processes, and an authority that nobody else
trusts. All that passes between it and the centre goes over one line, which somebody may cut.
"""
