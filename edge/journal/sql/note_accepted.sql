-- Note what the gateway has of an epoch; what is not kept any more it has in any case. What was
-- doubted once stays so: no word mends a fork.
UPDATE epochs
SET accepted_to = max($accepted, kept_from - 1),
    doubted_to = coalesce($doubted, doubted_to),
    reached = max($reached, $accepted, reached)
WHERE epoch = $epoch AND (accepted_to, doubted_to, reached) IS NOT (
    max($accepted, kept_from - 1),
    coalesce($doubted, doubted_to),
    max($reached, $accepted, reached)
)
