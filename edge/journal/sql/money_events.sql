-- The events that move a till's money, in the order in which they were written.
SELECT body FROM events WHERE body ->> '$.type' IN (
    'shift_opened', 'shift_counted', 'shift_closed', 'cash_moved', 'cart_completed',
    'goods_returned'
) ORDER BY epoch, sequence
