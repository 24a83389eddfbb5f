-- Returns by the number of their receipt: of all locations, or of one whose receipt it is.
SELECT asked.receipt_no, asked.place, found.*
FROM unnest(%(numbers)s::text[], %(places)s::text[]) AS asked (receipt_no, place)
CROSS JOIN LATERAL (
    SELECT location_id, till_id, epoch, sequence,
        -- As text: a till may say a year that Python has none of in some time zone.
        to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS occurred_at,
        cashier_id,
        -- Nobody noted it before there were disputes.
        coalesce(
            received_at, least(greatest(occurred_at, '1970-01-01 00:00Z'), '9000-01-01 00:00Z')
        ) AS received_at,
        return_id, verified, receipt_location_id, refund_minor,
        (
            SELECT json_agg(json_build_array(line_no, sku, unit, quantity))
            FROM (
                SELECT line_no, sku, unit, quantity
                FROM sale_lines
                WHERE sale_lines.location_id = sales.location_id
                    AND sale_lines.till_id = sales.till_id
                    AND sale_lines.epoch = sales.epoch
                    AND sale_lines.sequence = sales.sequence
                LIMIT %(lines)s
            ) AS lines
        ) AS goods
    FROM sales
    WHERE kind = 'return'
        AND sales.receipt_no = asked.receipt_no
        AND (asked.place = '' OR sales.receipt_location_id = asked.place)
    ORDER BY location_id, till_id, epoch, sequence
    LIMIT %(most)s
) AS found
