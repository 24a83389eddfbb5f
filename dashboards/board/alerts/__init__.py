"""What people do about restock alerts: acknowledge, look after, note, propose, decide.

An alert is the workers'; its handling is people's, in tables of its own (migration 0009), one row
for each raising. ``demand`` says what is missing and where it could come from, ``actions`` writes,
``handled`` holds in memory what is being handled, and ``watcher`` keeps it so: PostgreSQL tells
every board of a change that any of them made. Debezium publishes the rows; nothing here writes to
Kafka.

Whoever acts says which version of the handling they saw. Where it is another now, nothing is
written and they are told what happened instead.
"""
