"""The centre's own look at signed heads: what tills vouch for is checked once more, where the
gateway that passed it on cannot have a hand in it.

`watch` follows each till's chain and sums from head to head; `holders` knows whose key is whose.
Whoever reads `till.cart-events` hands its records over.
"""
