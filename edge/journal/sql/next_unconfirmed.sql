-- The next epoch behind one, but for the newest, of which the centre has yet to confirm something
-- that the gateway has; and up to where the gateway has it.
SELECT epoch, accepted_to FROM epochs
WHERE epoch > ?1 AND accepted_to > confirmed_to AND accepted_to >= kept_from
    AND epoch < (SELECT max(epoch) FROM epochs)
ORDER BY epoch LIMIT 1
