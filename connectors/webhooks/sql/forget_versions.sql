-- Versions that nothing asks for any more: their item has left, with its level, and its alert would
-- come back under a higher one. The others are looked at again as late as these were. A look is
-- late, so that a level that PostgreSQL is still to get is there by then.
WITH due AS (
    SELECT subject FROM webhook_versions
    WHERE looked_at < (SELECT lived_before(%(days)s))
    ORDER BY looked_at
    LIMIT %(most)s
    FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM webhook_versions AS version USING due
    WHERE version.subject = due.subject
        AND NOT EXISTS (
            SELECT FROM stock_levels
            WHERE location_id = split_part(due.subject, '/', 1)
                AND sku = split_part(due.subject, '/', 2)
        )
    RETURNING version.subject
)
UPDATE webhook_versions AS version SET looked_at = now()
FROM due
WHERE version.subject = due.subject AND version.subject NOT IN (SELECT subject FROM gone)
