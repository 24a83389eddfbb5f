-- A key of which its topic says that it is gone.
DELETE FROM {table} WHERE {conditions}
