-- Goods of a receipt that came back here, ?3 its number; nothing comes back before it was sold.
SELECT body FROM events WHERE (epoch, sequence) > (?1, ?2)
AND body ->> '$.type' = 'goods_returned' AND body ->> '$.receipt_no' = ?3
ORDER BY epoch, sequence
