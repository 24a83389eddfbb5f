"""Ways in and out of Kafka: Debezium from PostgreSQL, mirrors between store and centre, admission
of what stores send, feeds of what they are told, the sink into PostgreSQL, and webhooks.

Each connector is a package of its own and imports none of the others; those that Kafka Connect runs
stand on `connect`. Webhooks read Kafka and wait out outages in the sink's way; all of them know the
topics only. Figures may not be made here: rows are carried as they are.
"""
