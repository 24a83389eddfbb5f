"""From alerts to messages: what is told, under which id, and what was told before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from following.records import FollowedRecord
from topics.decoder import Refused
from topics.derived_records import read_row
from topics.wire_derived import decode_alert

_ID_CHARACTERS = 32


class UnreadableNotice(Exception):
    """A value that is no restock alert; the text says where it lies."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One change of an alert as it is told; ``subject`` is the alert's key."""

    message_id: str
    subject: str
    version: int
    body: str


def notice_of(record: FollowedRecord) -> Notice:
    """The message about a record; the same for the same change, wherever it lies.

    Raises `UnreadableNotice`.
    """
    value = record.value or b""
    try:
        alert = read_row(decode_alert, record.key, value)
    except Refused as fault:
        place = f"{record.topic}-{record.partition}-{record.offset}"
        raise UnreadableNotice(f"{place} is no restock alert: {fault}") from fault
    return Notice(
        _message_id(alert.key, alert.version),
        alert.key,
        alert.version,
        body(f"restock_alert.{alert.state}", record.timestamp / 1000, value.decode()),
    )


def body(kind: str, at_seconds: float, data: str) -> str:
    """The JSON text of a message; ``data`` is JSON and stays as it is.

    See `topics.notices`, which is its contract.
    """
    at = datetime.fromtimestamp(at_seconds, UTC).isoformat().replace("+00:00", "Z")
    return f'{{"type":"{kind}","timestamp":"{at}","data":{data}}}'


def _message_id(subject: str, version: int) -> str:
    # Made of what changed and not of where it lies: a topic that is made anew tells it again.
    return "alert_" + sha256(f"{subject}/{version}".encode()).hexdigest()[:_ID_CHARACTERS]


def news(notices: Iterable[Notice], told: Mapping[str, int]) -> list[Notice]:
    """Those that are newer than what was ``told`` of their subject, in order."""
    newest = dict(told)
    fresh: list[Notice] = []
    for notice in notices:
        if newest.get(notice.subject, -1) < notice.version:
            newest[notice.subject] = notice.version
            fresh.append(notice)
    return fresh
