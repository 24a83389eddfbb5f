-- Each receipt and its lines by a digest, in the order of their numbers. Where it lies in a topic is
-- another matter on either side.
SELECT till_id, epoch, sequence,
    encode(sha256(convert_to(
        jsonb_strip_nulls(
            to_jsonb(receipt) - ARRAY['source_topic', 'source_partition', 'source_offset']
        )::text || coalesce(lines.told, ''), 'UTF8'
    )), 'hex') AS digest
FROM sales AS receipt
LEFT JOIN LATERAL (
    SELECT string_agg(jsonb_strip_nulls(to_jsonb(line))::text, '' ORDER BY line_no) AS told
    FROM sale_lines AS line
    WHERE (line.location_id, line.till_id, line.epoch, line.sequence)
        = (receipt.location_id, receipt.till_id, receipt.epoch, receipt.sequence)
) AS lines ON true
WHERE location_id = %(location)s
ORDER BY till_id COLLATE "C", epoch, sequence
