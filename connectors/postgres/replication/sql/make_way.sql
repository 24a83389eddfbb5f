-- Out goes what has the place of a row that is to come: its own news are still under way.
DELETE FROM {table} AS held
USING jsonb_populate_recordset(NULL::{table}, %(rows)s::jsonb) AS coming
WHERE ({key}) <> ({coming_key}) AND {same}
RETURNING {key}
