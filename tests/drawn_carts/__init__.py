"""Carts at random: sold by a till's own decisions, and decided again by the centre's.

`tables` draws what is decided by, `till` sells in memory, and `carts` draws what a cashier does.
``make carts`` draws ten thousand; a test draws some hundred.
"""
