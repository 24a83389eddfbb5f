"""A day on which a store has no line: it sells, the line comes back, and the centre is equal.

Run it with `python -m tests.store_day`, or `make store-day`. The tills are outsiders, which know
the contract alone; what they have sold is known here, and is compared with what both sides say.
"""
