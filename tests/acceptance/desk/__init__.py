"""Operators at their desk: faults of a whole stack, a Prometheus over it, and what people then do.

Each fault is real; no metric is written by hand and no service is a stand-in.
"""
