INSERT INTO assortment SELECT * FROM jsonb_populate_record(NULL::assortment, %(row)s::jsonb)
