INSERT INTO locations SELECT * FROM jsonb_populate_record(NULL::locations, %(row)s::jsonb)
