"""Rows from PostgreSQL and Kafka, and the newest of each in memory. Nothing is formatted here."""
