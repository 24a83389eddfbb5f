"""What a store's replication is called in its own Kafka."""

REPLICATION_ID = "tillstream-replication"
"""Transactional id of who tells the store's workers what changed: one at a time, the newest."""
