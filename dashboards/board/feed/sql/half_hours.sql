-- Net sales of some locations on some days, by half hours.
SELECT
    asked.location_id,
    asked.business_date,
    date_bin('30 minutes', sale.occurred_at, 'epoch') AS half_hour,
    sum(sale.total_minor - sale.refund_minor)::bigint AS net_minor
FROM unnest(%(locations)s::text[], %(days)s::date[]) AS asked (location_id, business_date)
INNER JOIN sales AS sale USING (location_id, business_date)
GROUP BY asked.location_id, asked.business_date, half_hour
