-- However many come, the table stays small.
DELETE FROM sink_malformed
WHERE entry_id < (
    SELECT entry_id FROM sink_malformed ORDER BY entry_id DESC OFFSET %(kept)s - 1 LIMIT 1
)
