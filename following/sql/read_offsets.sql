-- Where a consumer goes on in each partition.
SELECT topic, partition, next_offset FROM {table} WHERE consumer = %(consumer)s
