"""Customers as the board may see them: ids that say nothing, consents, and whether they are gone.

What is sealed stays sealed: the board has no key, and its role in PostgreSQL reads a view without
card hashes and sealed fields. A name is shown by ``tillstream customers show`` alone.
"""
