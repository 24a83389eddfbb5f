"""Consumers of Kafka whose position lies elsewhere than in Kafka.

`reader` reads all partitions of some topics from where it is told; `offsets` keeps where a
consumer stands in PostgreSQL, moved in the transaction of what it made of the records; `follower`
goes on between the two and waits for either. What becomes of a record is decided by who follows:
the sink, the webhooks, and the board, which keeps no offsets but starts from a snapshot's.
"""
