-- Decision tables, which hold from the same day as the list prices: a file's own day may be to come.
-- What a person has published since stays, and so does a version that is there.
INSERT INTO rule_tables (table_name, version, hit_policy, columns, rows, tests, valid_from)
SELECT table_name, version, hit_policy, columns, rows, tests, '2026-01-01 00:00Z'
FROM jsonb_to_recordset(%(rows)s::jsonb) AS given (
    table_name text, version integer, hit_policy text, columns jsonb, rows jsonb, tests jsonb
)
ON CONFLICT DO NOTHING;
