-- Locations, and whether they are booked in this database.
SELECT location_id, name, books_here(location_id) AS here
FROM locations
ORDER BY name, location_id
