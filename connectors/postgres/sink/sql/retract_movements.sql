-- Ledger rows of refused movements, and where each of them lay. The source must agree: one that was
-- sent twice may have been refused once.
DELETE FROM stock_ledger
USING unnest(
    %(movements)s::text[], %(locations)s::text[], %(skus)s::text[],
    %(topics)s::text[], %(partitions)s::int[], %(offsets)s::bigint[]
) AS refused (movement_id, location_id, sku, source_topic, source_partition, source_offset)
WHERE stock_ledger.movement_id IS NOT NULL
    AND stock_ledger.movement_id = refused.movement_id
    AND stock_ledger.location_id = refused.location_id
    AND stock_ledger.sku = refused.sku
    AND stock_ledger.source_topic = refused.source_topic
    AND stock_ledger.source_partition = refused.source_partition
    AND stock_ledger.source_offset = refused.source_offset
RETURNING refused.source_topic, refused.source_partition, refused.source_offset
