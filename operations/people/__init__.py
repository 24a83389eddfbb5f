"""Employees and customers as the tables hold them, and the keys under which `sealing` hides them.

Whoever changes something here holds the wrapping key; it is in no database.
"""
