-- Numbers that are to be judged over all locations: those that are given as such, and those of which
-- something came back that says nothing of where it was sold; unless too many sales have the number.
SELECT asked.receipt_no
FROM unnest(%(numbers)s::text[]) AS asked (receipt_no)
WHERE (
    asked.receipt_no = ANY(%(anywhere)s::text[])
    OR EXISTS (
        SELECT FROM sales
        WHERE kind = 'return'
            AND sales.receipt_no = asked.receipt_no
            AND receipt_location_id IS NULL
    )
)
AND NOT EXISTS (
    SELECT FROM sales
    WHERE kind = 'sale' AND sales.receipt_no = asked.receipt_no
    OFFSET %(most)s LIMIT 1
)
