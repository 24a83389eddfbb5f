"""Ways in and out of Kafka: Debezium from PostgreSQL, the sink into PostgreSQL, and webhooks.

Each connector is a package of its own and imports none of the others, but webhooks read Kafka and
wait out outages in the sink's way; all of them know the topics only. Figures may not be made here:
rows are carried as they are.
"""
