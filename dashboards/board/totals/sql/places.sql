-- The locations that have totals in the span, each with its name and its currency: that of its
-- sales, or what most products are priced in. The beginning of the questions beside this one.
WITH usual AS (
    SELECT currency FROM products GROUP BY currency ORDER BY count(*) DESC, currency LIMIT 1
),
place AS (
    SELECT
        told.location_id,
        COALESCE(registered.name, told.location_id) AS location,
        COALESCE(
            (SELECT sale.currency FROM sales AS sale
             WHERE sale.location_id = told.location_id AND sale.currency IS NOT NULL LIMIT 1),
            (SELECT currency FROM usual)
        ) AS currency
    FROM (
        SELECT DISTINCT location_id FROM checkout_totals
        WHERE business_date BETWEEN %(first)s AND %(last)s
            AND (%(location_id)s::text = '' OR location_id = %(location_id)s::text)
    ) AS told
    LEFT JOIN locations AS registered USING (location_id)
)
