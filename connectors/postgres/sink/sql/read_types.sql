-- Types of a table's columns, for binary COPY.
SELECT attname, atttypid::int
FROM pg_attribute
WHERE attrelid = to_regclass(%(table)s) AND attnum > 0 AND NOT attisdropped
