-- What PostgreSQL has of one event of a till: its receipt and stock effects, where it is a sale or
-- a return that counts, and the version of what is known of the till. A commit has a time where
-- the server writes it down, and has not forgotten it.
WITH clock AS (
    SELECT current_setting('track_commit_timestamp')::boolean AS is_kept
)
SELECT
    sale.kind,
    sale.receipt_no,
    sale.source_offset,
    CASE WHEN clock.is_kept THEN pg_xact_commit_timestamp(sale.committed_by) END AS sale_at,
    (
        SELECT count(*) FROM stock_ledger
        WHERE location_id = %(location_id)s AND till_id = %(till_id)s AND epoch = %(epoch)s
            AND sequence = %(sequence)s
    ) AS effects,
    status.version AS status_version
FROM clock
LEFT JOIN (
    SELECT kind, receipt_no, source_offset, xmin AS committed_by FROM sales
    WHERE location_id = %(location_id)s AND till_id = %(till_id)s AND epoch = %(epoch)s
        AND sequence = %(sequence)s
) AS sale ON true
LEFT JOIN (
    SELECT version FROM till_status
    WHERE location_id = %(location_id)s AND till_id = %(till_id)s
) AS status ON true
