"""Ways in and out of Kafka: Debezium from PostgreSQL, and the sink into PostgreSQL.

Each connector is a package of its own and imports none of the others; all of them know the
topics only. Figures may not be made here: rows are carried as they are.
"""
