-- Rows of refused sales and returns, and where each of them lay. The source must agree as well as
-- the number: a fork's letter has the number of the one that counted.
WITH refused AS (
    SELECT *
    FROM unnest(
        %(locations)s::text[], %(tills)s::text[], %(epochs)s::bigint[], %(sequences)s::bigint[],
        %(topics)s::text[], %(partitions)s::int[], %(offsets)s::bigint[]
    ) AS given (
        location_id, till_id, epoch, sequence, source_topic, source_partition, source_offset
    )
),
gone AS (
    DELETE FROM sales
    USING refused
    WHERE sales.location_id = refused.location_id
        AND sales.till_id = refused.till_id
        AND sales.epoch = refused.epoch
        AND sales.sequence = refused.sequence
        AND sales.source_topic = refused.source_topic
        AND sales.source_partition = refused.source_partition
        AND sales.source_offset = refused.source_offset
    RETURNING refused.*
),
lines AS (
    DELETE FROM sale_lines
    USING gone
    WHERE sale_lines.location_id = gone.location_id
        AND sale_lines.till_id = gone.till_id
        AND sale_lines.epoch = gone.epoch
        AND sale_lines.sequence = gone.sequence
),
effects AS (
    DELETE FROM stock_ledger
    USING gone
    WHERE stock_ledger.till_id IS NOT NULL
        AND stock_ledger.location_id = gone.location_id
        AND stock_ledger.till_id = gone.till_id
        AND stock_ledger.epoch = gone.epoch
        AND stock_ledger.sequence = gone.sequence
)
SELECT source_topic, source_partition, source_offset FROM gone
