"""The centre decides each sale again: by the versions that it names and the code of the till.

`sales` says what differs, by tables that `published` holds. `watch` does so for each sale that
comes, with what `database` knows; ``tillstream rules recompute`` for all receipts there are.
"""
