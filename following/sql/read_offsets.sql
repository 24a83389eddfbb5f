-- Where a consumer goes on in each partition.
SELECT topic, partition, next_offset FROM sink_offsets WHERE consumer = %(consumer)s
