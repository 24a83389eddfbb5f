-- These versions of decision tables, of those that were published.
SELECT
    table_name, version, hit_policy, columns::text, rows::text, tests::text, locations, valid_from
FROM rule_tables
WHERE (table_name, version) IN (SELECT * FROM unnest(%(names)s::text[], %(versions)s::bigint[]))
