INSERT INTO products SELECT * FROM jsonb_populate_record(NULL::products, %(row)s::jsonb)
