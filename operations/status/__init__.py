"""How an installation stands: what Kafka, Connect, PostgreSQL and the processes say of themselves.

One module a source. Each answers within seconds, also where its server hangs, and says what did
not answer instead of raising. Nothing here changes anything.
"""
