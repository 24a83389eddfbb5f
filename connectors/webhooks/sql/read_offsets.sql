-- Where each partition goes on.
SELECT topic, partition, next_offset FROM webhook_offsets
