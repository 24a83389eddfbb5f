"""How operators reach Kafka: topics read to their end, decisions appended, groups asked for."""
