"""The commands, one module each, named as on the command line.

A module offers ``register(app)`` and holds options, exit statuses and what is printed. What a
command does lives beside this package.
"""
