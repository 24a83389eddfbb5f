"""What the store's own PostgreSQL tells its gateway, in a store with a Kafka of its own.

What is booked in the store, and the offers that it makes, lie in the table `outbox` (migration
0039) until the store's Kafka has them: `sending` brings them there, from where mirrors take them to
the centre. `offers` puts the store's own offers into its tills' catalog at once, whatever the
centre has heard of them. Nothing is booked or judged here.
"""
