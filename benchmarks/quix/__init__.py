"""Quix Streams in a venv of its own, hash-locked: its pins differ from the project's.

Its docstring as a contender is that of `benchmarks.contenders.quix`.
"""
