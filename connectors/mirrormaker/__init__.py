"""Mirrors between a store's own Kafka and the centre's: MirrorMaker 2, and what it does not tell.

Both run in the store's own Connect, in one JVM, and the store opens every connection. `definition`
makes their definitions from where the two clusters are, `keeper`, over `connectors.connect`, keeps
Connect to them. Connect calls a mirror running that has no task, skips what was purged or lies
behind a position of another time, or asks in vain for topics that it may not read. So `progress`
compares what Connect has noted with the logs themselves, `guard` mends positions that are ahead of
a restored log before Connect starts, and `watch` looks again and again, and restarts what fails.

- Order and times are the source's: one partition, one request at a time, an idempotent producer.
- What was aborted does not come: ``read_committed``.
- A mirror that is killed repeats what it had not noted, at most a second's worth; nothing is lost.
  Readers know events by their numbers, and rows by their versions.
- Positions lie in the store's own Kafka, beside the log that they describe: they are lost together,
  and a replaced store begins with its first record.
- Neither settings of topics nor rights are carried over, and no topic is made: `tillstream topics
  sync` makes them on both sides. So a store needs to write and read, and nothing else.
"""
