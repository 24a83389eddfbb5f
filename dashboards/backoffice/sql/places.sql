-- Which of these locations are known, and whether they are booked in this database.
SELECT location_id, books_here(location_id) AS here
FROM locations
WHERE location_id = ANY(%(location_ids)s::text[])
