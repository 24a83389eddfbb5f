-- Disputes that were found no more: of a number at all locations, or at one.
DELETE FROM disputed_returns
USING unnest(%(numbers)s::text[], %(places)s::text[]) AS asked (receipt_no, place)
WHERE disputed_returns.receipt_no = asked.receipt_no
    AND (asked.place = '*' OR disputed_returns.location_id = asked.place)
    AND (disputed_returns.receipt_no, disputed_returns.location_id) NOT IN (
        SELECT * FROM unnest(%(found_numbers)s::text[], %(found_places)s::text[])
    )
RETURNING disputed_returns.receipt_no, disputed_returns.location_id, told_at IS NOT NULL
