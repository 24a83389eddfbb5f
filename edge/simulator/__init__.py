"""Simulated shops: places, a catalog, customers, carts and shelves, deterministic by seed.

Everything here is pure: it takes a seed and a time and hands out till events and stock movements.
No clock is read, nothing is published or booked; `edge.company` does that.
"""
