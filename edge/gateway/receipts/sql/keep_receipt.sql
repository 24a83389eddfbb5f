-- A receipt; one that came before changes nothing.
INSERT INTO receipts
    (till_id, epoch, sequence, type, receipt_no, customer_id, business_date, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING;
