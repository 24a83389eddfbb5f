"""A location's own devices as one signed, numbered list: what counts, rather than dates."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from edge.registration.database import RecordStore
from edge.registration.records import OnBehalf
from edge.registration.rules import RENEW_AFTER_END, DeviceStatus
from edge.signed_list import ListSigner

REPLACED = "replaced"
"""Status of an epoch that a later enrolment has ended."""


class DeviceLists:
    """Makes them."""

    def __init__(self, database: RecordStore, signer: ListSigner) -> None:
        self._database = database
        self._signer = signer

    async def is_above(self, location_id: str, number: int) -> bool:
        """Whether the location's list has a number above that, or there is none yet.

        Raises `database.Away`.
        """
        async with self._database.records(OnBehalf("nobody")) as records:
            rows = await records.rows("list_number", location_id=location_id)
        return not rows or int(rows[0]["number"]) > number

    async def of(self, location_id: str) -> dict[str, Any] | None:
        """The location's list of this moment; None where no till was ever registered there.

        Raises `database.Away`.
        """
        async with self._database.records(OnBehalf("nobody")) as records:
            ended_before = records.now - RENEW_AFTER_END
            rows = await records.rows(
                "device_list", location_id=location_id, ended_before=ended_before
            )
        if not rows:
            return None
        return self._signer.signed(content_of(location_id, rows, records.now))


def content_of(
    location_id: str, rows: Sequence[Mapping[str, Any]], issued_at: datetime
) -> dict[str, Any]:
    """What is signed, of the rows that the statement gives."""
    return {
        "location_id": location_id,
        "number": int(rows[0]["number"]),
        "issued_at": issued_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "devices": [_entry(row) for row in rows if row["till_id"] is not None],
    }


def _entry(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "till_id": row["till_id"],
        "epoch": row["epoch"],
        "certificates": row["certificates"],
        "status": _status(row),
    }


def _status(row: Mapping[str, Any]) -> str:
    if row["status"] == DeviceStatus.REVOKED:
        return DeviceStatus.REVOKED.value
    if row["current"]:
        return DeviceStatus.ACTIVE.value
    return REPLACED if row["certificates"] else DeviceStatus.REGISTERED.value
