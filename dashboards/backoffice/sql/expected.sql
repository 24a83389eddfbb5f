-- What a count was to find of each product: all that is in the ledger, but what tills sold after
-- their marks, what was booked after the count's moment, and what the count itself corrected. Where
-- a till's mark is only how far it was heard, what it sold later is judged by its clock.
WITH marks AS (
    SELECT
        told.key AS till_id,
        (told.value ->> 'epoch')::bigint AS epoch,
        (told.value ->> 'sequence')::bigint AS sequence,
        (told.value ->> 'exact')::boolean AS exact
    FROM jsonb_each(%(marks)s::jsonb) AS told
),
tills AS (
    SELECT till_id FROM sink_tills WHERE location_id = %(location_id)s
    UNION
    SELECT till_id FROM marks
),
not_counted AS (
    SELECT later.sku, later.quantity
    FROM tills
    LEFT JOIN marks USING (till_id)
    CROSS JOIN LATERAL (
        SELECT effect.sku, effect.quantity
        FROM stock_ledger AS effect
        WHERE effect.location_id = %(location_id)s
            AND effect.till_id = tills.till_id
            AND (effect.epoch, effect.sequence)
                > (coalesce(marks.epoch, 0), coalesce(marks.sequence, 0))
            AND (coalesce(marks.exact, false) OR effect.occurred_at > %(moment)s)
    ) AS later
    UNION ALL
    SELECT sku, quantity
    FROM stock_ledger
    WHERE location_id = %(location_id)s
        AND occurred_at > %(moment)s
        AND movement_id IS NOT NULL
    UNION ALL
    SELECT sku, quantity
    FROM stock_ledger
    WHERE location_id = %(location_id)s
        AND occurred_at <= %(moment)s
        AND movement_id IS NOT NULL
        AND reference = %(document_id)s
        AND reason = 'stocktake'
),
whole AS (
    SELECT sku, quantity FROM stock_ledger WHERE location_id = %(location_id)s
    UNION ALL
    SELECT sku, -quantity FROM not_counted
)
SELECT sku, sum(quantity)::bigint AS quantity
FROM whole
GROUP BY sku
