-- Dead letters that nobody has sent again for long; the log says of each endpoint how many they
-- were. Age is in days that the database has lived through, so that no wrong clock takes them.
WITH old AS (
    SELECT delivery_id FROM webhook_dead_letters
    WHERE given_up_at < (SELECT lived_before(%(days)s))
    ORDER BY given_up_at
    LIMIT %(most)s
    FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM webhook_dead_letters AS letter USING old
    WHERE letter.delivery_id = old.delivery_id
    RETURNING letter.endpoint_id, letter.given_up_at
), told AS (
    SELECT endpoint_id, count(*) AS letters, jsonb_build_object(
        'letters', count(*), 'first_given_up_at', min(given_up_at),
        'last_given_up_at', max(given_up_at)
    ) AS what
    FROM gone GROUP BY endpoint_id
)
SELECT endpoint_id, letters,
    record_in_audit_log('webhooks.forget', 'webhooks/' || endpoint_id, what, NULL)
FROM told
