SELECT to_jsonb(t) AS row, l.name AS location_name, p.name AS product_name, p.unit
