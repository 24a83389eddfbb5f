-- Reservations that have ended; those that somebody else forgets now are left to them.
DELETE FROM return_reservations
WHERE (location_id, return_id) IN (
    SELECT location_id, return_id FROM return_reservations
    WHERE until <= now()
    FOR UPDATE SKIP LOCKED
)
