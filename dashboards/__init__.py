"""The live board: what people look at, and what Prometheus scrapes from it.

Here live the rows that the board reads, its memory of the newest of them, the words and figures
that it makes of them, the pages, and the streams that keep a page true without a reload. First
paint comes from PostgreSQL, changes from the derived topics. Nothing here decides what a stock
level or a total is, and nothing writes; only `topics` is known. Who connects to which broker and
database is decided in `tillstream`.
"""
