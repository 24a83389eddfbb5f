"""The state of retail and its pure rules: tills, stock, carts, totals, alerts.

Values are mutable structs that know their own serialised form; rules are functions that change
one value and say what followed. What does I/O, reads a clock or knows a setting may not live
here: times come with the events, settings as arguments.

Every value carries the input offsets that it has seen, from which its version is built.
"""
