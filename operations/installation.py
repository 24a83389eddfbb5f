"""What is looked after: addresses, names and sizes of one installation."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Installation:
    """As the settings have it; an address that nobody gave is empty."""

    home: Path
    kafka: str
    postgres: str = field(repr=False)
    connect: str
    cdc_password: str = field(repr=False)
    application_id: str
    partitions: int
    replication: int
