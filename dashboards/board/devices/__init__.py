"""Shops' devices, for operators: which tills may take part, registering and revoking them.

Nothing here writes a table or holds a key of an authority: the registration is asked, by the
board's own certificate, and told who asked the board.
"""
