-- What waits for the topic, the oldest first.
SELECT position, messages FROM spool ORDER BY position LIMIT ?1;
