SELECT topic, partition, next_offset FROM sink_offsets WHERE consumer = 'sink'
