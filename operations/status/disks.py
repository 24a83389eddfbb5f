"""The brokers' disks, as they tell them (KIP-827)."""

# pyright: reportMissingTypeStubs=false

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kafka.errors import KafkaError

from clients.kafka import KafkaAccess
from operations.kafka.admin import admin


@dataclass(frozen=True, slots=True)
class Disk:
    """Room that is left, and room in all."""

    free_bytes: int
    size_bytes: int


def look(kafka: KafkaAccess) -> Mapping[str, Disk] | None:
    """The disk of each broker's log folder, by ``broker-<id>:<folder>``; None without an answer."""
    try:
        with admin(kafka) as client:
            return of_brokers(client)
    except KafkaError:
        return None


def of_brokers(client: Any) -> Mapping[str, Disk]:
    """The same, with a client that is at hand; a broker too old to tell has none."""
    return {
        f"broker-{told['broker']}:{folder['log_dir']}": Disk(
            folder["usable_bytes"], folder["total_bytes"]
        )
        for told in client.describe_log_dirs({})
        for folder in told["log_dirs"]
        if folder.get("total_bytes", -1) > 0
    }
