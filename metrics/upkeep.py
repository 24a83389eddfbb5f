"""Metrics of what Tillstream stands on: its processes, disks, connectors and replication slot.

Part of the catalogue, `metrics.catalogue`, which says which process shows which.
"""

from metrics.spec import MetricSpec

BUILD_INFO = MetricSpec(
    "tillstream_build_info",
    "gauge",
    "1; the labels say what this process is and from which sources it runs.",
    ("process", "name", "version"),
)
STARTED = MetricSpec(
    "tillstream_started_timestamp_seconds",
    "gauge",
    "When this process started, since 1970: each change is a restart.",
)
DISK_FREE = MetricSpec(
    "tillstream_disk_free_bytes",
    "gauge",
    "Room left: of the disk with a worker's state, or of a broker's log folder.",
    ("volume",),
)
DISK_SIZE = MetricSpec(
    "tillstream_disk_size_bytes",
    "gauge",
    "Size of the same disks.",
    ("volume",),
)
CONNECT_UP = MetricSpec("tillstream_connect_up", "gauge", "1 while Kafka Connect answers the sink.")
CONNECTOR_UP = MetricSpec(
    "tillstream_connector_up",
    "gauge",
    "1 while a connector and all its tasks run; 0 also where ours is missing.",
    ("connector",),
)
SLOT_UP = MetricSpec(
    "tillstream_replication_slot_up",
    "gauge",
    "1 while somebody reads the database's changes through the slot.",
    ("slot",),
)
SLOT_HELD = MetricSpec(
    "tillstream_replication_slot_held_bytes",
    "gauge",
    "WAL that PostgreSQL keeps because the slot's reader has not confirmed it.",
    ("slot",),
)

EVERYWHERE = (BUILD_INFO, STARTED)
"""What every process shows."""
