SELECT to_jsonb(t) AS row
