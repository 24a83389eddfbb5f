-- Epochs in which the gateway is known to have taken up to `accepted_to` and no further: what
-- comes after it was never accepted.
SELECT epoch, accepted_to FROM epochs
WHERE epoch < ?1 AND accepted_to >= doubted_to AND NOT rewritten
ORDER BY epoch
