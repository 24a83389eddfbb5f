"""What a store's database tells: movements that were booked in it, and offers that were made in it.

Triggers write it down in the transaction of the row (migration 0041); `sender` hands it to the
store's own Kafka, whence the store's workers have it at once, and the centre by the mirror. Nothing
is judged or changed on the way.
"""
