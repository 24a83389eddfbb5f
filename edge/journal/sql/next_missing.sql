-- The lowest of what the centre lacks behind a place, and still kept.
SELECT missing.epoch, max(missing.first, kept_from, iif(missing.epoch = ?1, ?2 + 1, 1)), missing.last
FROM missing JOIN epochs USING (epoch)
WHERE missing.last >= kept_from
    AND (missing.epoch > ?1 OR missing.epoch = ?1 AND missing.last > ?2)
ORDER BY missing.epoch, missing.first LIMIT 1
