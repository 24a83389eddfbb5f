"""What a store's replication and its outbox are called in its own Kafka."""

REPLICATION_ID = "tillstream-replication"
"""Transactional id of who tells the store's workers what changed: one at a time, the newest."""

OUTBOX_ID = "tillstream-outbox"
"""Transactional id of who tells what the store's database books, likewise."""
