-- What stands, without the rows themselves.
SELECT kind, id, version, digest, place FROM replicated_rows
