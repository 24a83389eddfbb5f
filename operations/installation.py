"""What is looked after: addresses, names and sizes of one installation."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from clients.connect import ConnectAccess
from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from clients.tls import Tls
from operations.errors import OperationError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Installation:
    """As the settings have it; an address that nobody gave is None.

    ``metrics_tls`` is who we are where we read metrics; None where these go in cleartext.
    """

    home: Path
    kafka_access: KafkaAccess | None
    postgres_access: PostgresAccess | None
    capture_access: PostgresAccess | None
    connect_access: ConnectAccess | None
    metrics_tls: Tls | None
    application_id: str
    partitions: int
    replication: int

    @property
    def kafka(self) -> KafkaAccess:
        """How Kafka is reached; raises `OperationError` where nobody named it."""
        return _named(self.kafka_access, "Kafka")

    @property
    def postgres(self) -> PostgresAccess:
        """How PostgreSQL is reached; raises `OperationError` where nobody named it."""
        return _named(self.postgres_access, "PostgreSQL")

    @property
    def capture(self) -> PostgresAccess:
        """How Debezium reaches PostgreSQL; raises `OperationError` where nobody named it."""
        return _named(self.capture_access, "PostgreSQL")

    @property
    def connect(self) -> ConnectAccess:
        """How Connect is reached; raises `OperationError` where nobody named it."""
        return _named(self.connect_access, "Kafka Connect")


def _named(access: T | None, server: str) -> T:
    if access is None:
        raise OperationError(f"no address for {server}")
    return access
