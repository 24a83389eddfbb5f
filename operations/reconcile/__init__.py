"""`tillstream reconcile`: two independent ways to the same figures, held against each other.

Here live the comparisons of levels with the ledger, totals with receipts, till status with what
the sink has counted, and PostgreSQL with the topics. Nothing here repairs anything.
"""
