-- What has come back of receipts with these numbers, wherever; `place` is whose receipt the till
-- said that it is of, '' where it said nothing.
SELECT found.*
FROM unnest(%(numbers)s::text[]) AS asked (receipt_no)
CROSS JOIN LATERAL (
    SELECT receipt_no, coalesce(receipt_location_id, '') AS place,
        location_id, till_id, epoch, sequence, return_id,
        (
            SELECT json_agg(line)
            FROM (
                SELECT line_no, sku, quantity, unit, amount_minor
                FROM sale_lines
                WHERE sale_lines.location_id = sales.location_id
                    AND sale_lines.till_id = sales.till_id
                    AND sale_lines.epoch = sales.epoch
                    AND sale_lines.sequence = sales.sequence
                LIMIT %(lines)s
            ) AS line
        ) AS lines
    FROM sales
    WHERE kind = 'return' AND sales.receipt_no = asked.receipt_no
    LIMIT %(most)s
) AS found
