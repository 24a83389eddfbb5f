-- Keep the goods, in place of what the same return wanted before.
INSERT INTO return_reservations
    (location_id, return_id, receipt_no, receipt_location_id, asked, told, until)
VALUES (
    %(location_id)s, %(return_id)s, %(receipt_no)s, %(receipt_location_id)s, %(asked)s, %(told)s,
    now() + make_interval(secs => %(seconds)s)
)
ON CONFLICT (location_id, return_id) DO UPDATE SET
    receipt_no = excluded.receipt_no,
    receipt_location_id = excluded.receipt_location_id,
    asked = excluded.asked,
    told = excluded.told,
    until = excluded.until
