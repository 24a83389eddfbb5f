"""Simulated shops on real services: the clock, Kafka and PostgreSQL around `edge.simulator`.

What happens in the shops is decided there; here it is waited for, published and booked. The SQL
of the bookings lies beside it.
"""
