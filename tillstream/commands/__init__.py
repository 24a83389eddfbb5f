"""The commands, one module each, named as on the command line.

A module has a ``command``, or a ``group`` of them, and holds options and exit statuses. What a
command does lives in the other packages.
"""
