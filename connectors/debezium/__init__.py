"""Database changes on their way to Kafka: the Debezium connector, as a file, and what keeps it so.

`tillstream-cdc.json` is the definition; `definition` fills in the addresses and `keeper`, over
`connectors.connect`, makes Connect agree with it. The tables, the role and the
publication are migrations of `connectors.postgres`. What a row means is not known here.

One connector with one replication slot reads the business tables, the two of what people do about
alerts, and those of employees and customers, so that there is one place that can fall behind and
one WAL position to watch:

- Keys. ``message.key.columns`` makes the location the key (for products the SKU, for people their
  id), and ``ExtractField$Key`` a plain string of it: murmur2 then places a row with its location's
  events.
- Values. ``ExtractNewRecordState`` leaves the row. A deleted product or location is a tombstone
  (``delete-to-tombstone``: the mode called ``tombstone`` sends the four bytes ``null``, which
  compaction keeps). The topic of the assortment is keyed by location alone, where a tombstone
  could not say which SKU is meant: a deleted policy is its last row, with ``__deleted``.
- Latency. ``poll.interval.ms`` is how long the connector waits for a batch to fill.
- Heartbeats. Every few seconds the connector writes to ``cdc_heartbeat`` itself, so that its slot
  moves on, and WAL can be discarded, while its tables are idle and others are not. The topic
  ``__debezium-heartbeat.tillstream`` comes of it; Connect creates it.
- Topics. ``topic.creation.enable`` of the worker is only used for that one: the others exist
  before (`tillstream topics sync`); should one be lost, it is made with its right partitions.

A connector that is reset (`tillstream connectors reset`) sends master data once more, and the
movements of the last days: `keeper.reset` writes a request to ``cdc_signals``, which the connector
meets in the log; it sends the rows as they are then ("blocking snapshot") and reads on. The slot
stays, so what changes meanwhile comes after. Readers know a movement by its number or id and the
others by key, so nothing is counted twice. Only where the slot is gone both begin anew, and what
was deleted since is told to nobody: a policy or product that went meanwhile stays with the readers.

A slot that nobody reads holds back WAL until the disk is full: `keeper.remove` takes the slot away
with the connector. In production set ``max_slot_wal_keep_size``, and watch the slot.
"""
