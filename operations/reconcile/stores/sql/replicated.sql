-- How far the store is with its feed.
SELECT feed, applied_version FROM replication_state WHERE location_id = %(location)s
