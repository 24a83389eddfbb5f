"""When a store took an event: headers of its message.

Kafka's own time is when the event reached its topic, which may be days later, where Kafka was away.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

TAKEN_AT = "gateway-at"
"""Name of the header; its value is in RFC 3339, to the millisecond."""

STORE_AT = "store-at"
"""Name of the header that says when the store's own Kafka took it; in the same form."""


def store_at(timestamp_ms: int) -> tuple[str, bytes]:
    """The header, of a message that bears the store's time."""
    return STORE_AT, _told(datetime.fromtimestamp(max(0, timestamp_ms) / 1000, UTC))


def taken_at(moment: datetime) -> tuple[str, bytes]:
    """The header."""
    return TAKEN_AT, _told(moment)


def _told(moment: datetime) -> bytes:
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return text.encode()


def read_taken_at(headers: Sequence[tuple[str, bytes]]) -> datetime | None:
    """What the header says; None where there is none that can be read: anybody may write one."""
    text = next((value for name, value in headers if name == TAKEN_AT), b"") or b""
    try:
        moment = datetime.fromisoformat(text.decode())
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None
