-- Where a batch lands before it is merged; empty again after each transaction.
CREATE TEMPORARY TABLE {staged} ON COMMIT DELETE ROWS AS
SELECT {columns} FROM {table} WITH NO DATA
