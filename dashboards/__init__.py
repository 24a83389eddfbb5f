"""What people look at: the live board, what Prometheus and Grafana are told to show, the ledger.

Nothing here decides what a stock level or a total is, and nothing writes to the derived tables;
of the other packages only `topics` is known. Who connects to which broker and database is decided
in `tillstream`.
"""
