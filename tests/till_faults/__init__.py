"""Tills that sell while everything breaks: what a till called done is at the centre, once.

Run it with `python -m tests.till_faults`, or `make till-faults`. Here live the tills' machines, the
links that can be cut, customers, the faults, and the judge. The judge knows what customers were
told and what the centre says; it asks neither a till nor a gateway what became of a sale.
"""
