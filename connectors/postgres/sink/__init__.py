"""From topics to tables: the sink that keeps PostgreSQL equal to what Kafka says.

Here live the pure folds from fetched records to rows, the SQL that merges them, and the loop
that writes each batch together with its offsets. Business rules may not live here: derived rows
are copied as they come, and the ledger and the receipts repeat the inputs. Who connects to
which broker and database is decided in `tillstream`.
"""
