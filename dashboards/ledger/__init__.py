"""What the stock ledger says of the past: the level at any moment, and what made it so.

Shared by the board and the command line. Here live the questions to the ledger, the reading of a
moment as a person writes it, and the running level over the answers. Reads only; who is connected
to which database is decided by the caller, and nothing here formats for a page or a terminal.
"""
