-- The first version of a scope's key, where there is none yet.
INSERT INTO card_keys (scope, version, reason)
SELECT %(scope)s, 1, 'the first' WHERE NOT EXISTS (SELECT FROM card_keys WHERE scope = %(scope)s)
ON CONFLICT DO NOTHING;
