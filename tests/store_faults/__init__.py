"""A store with a stack of its own, in which everything breaks while its tills sell and somebody
books deliveries: what was called done is in the store and at the centre, once.

Run it with `python -m tests.store_faults`, or `make store-faults`. Tills, their customers and most
of the judge are those of `tests.till_faults`; here live the faults of a store and of its line, the
bookings, and the comparison of the store's own figures with the centre's.
"""
