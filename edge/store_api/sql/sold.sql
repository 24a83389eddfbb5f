-- Sales with their lines, as `checkout.receipts` tells them.
SELECT
    location_id, till_id, epoch, sequence, event_id, receipt_no, cart_id, currency, total_minor,
    discounts, taxes, tenders, customer_id, cashier_id,
    -- As text: a till may say a year that Python has none of in some time zone.
    to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS occurred_at,
    to_char(business_date, 'YYYY-MM-DD') AS business_date,
    (
        SELECT json_agg(line ORDER BY line.line_no)
        FROM (
            SELECT line_no, sku, quantity, unit, unit_price_minor, amount_minor
            FROM sale_lines
            WHERE sale_lines.location_id = sales.location_id
                AND sale_lines.till_id = sales.till_id
                AND sale_lines.epoch = sales.epoch
                AND sale_lines.sequence = sales.sequence
            LIMIT %(lines)s
        ) AS line
    ) AS lines
FROM sales
