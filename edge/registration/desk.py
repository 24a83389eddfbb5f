"""What operators do: register tills, revoke them, make spare vouchers, look at the list."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from edge.registration.database import RecordStore
from edge.registration.enrolment import token_digest
from edge.registration.records import OnBehalf, Records
from edge.registration.rules import SPARE_LIFE, TOKEN_LIFE, DeviceStatus, KnownDevice, next_epoch
from identity.names import TillName

_TOKEN_BYTES = 32

DEVICES_MAX = 10_000
"""In one answer. A shop has thirty; all shops together are asked for one by one."""


class NoSuchDevice(Exception):
    """The till was never registered; the text names it."""


@dataclass(frozen=True, slots=True)
class Places:
    """What a voucher tells a till beside its token: where to enrol, whom to trust for that, and
    its store's gateway. ``gateways`` are by location, and under "" for all others; so are
    ``relays``, by which stores without a way of their own reach the registration."""

    registration: str
    gateways: Mapping[str, str]
    ca_sha256: str
    relays: Mapping[str, str] = field(default_factory=dict[str, str])

    def gateway_of(self, location_id: str) -> str:
        """A store's gateway, "" where it has none."""
        return _of(self.gateways, location_id)

    def registration_of(self, location_id: str) -> str:
        """Where a store's tills enrol: at its gateway's relay, if it has one."""
        return _of(self.relays, location_id) or self.registration


def _of(addresses: Mapping[str, str], location_id: str) -> str:
    return addresses.get(location_id) or addresses.get("", "")


@dataclass(frozen=True, slots=True)
class NewVoucher:
    """A voucher with its token, which is told this once and kept nowhere."""

    location_id: str
    till_id: str
    epoch: int
    token: str
    expires_at: datetime
    places: Places

    def as_json(self) -> dict[str, Any]:
        """As the contract shows it."""
        return {
            "location_id": self.location_id,
            "till_id": self.till_id,
            "epoch": self.epoch,
            "token": self.token,
            "expires_at": self.expires_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "gateway": self.places.gateway_of(self.location_id),
            "registration": self.places.registration_of(self.location_id),
            "ca_sha256": self.places.ca_sha256,
        }


class Desk:
    """Each call is one transaction, and one entry in the audit log; raises `database.Away`."""

    def __init__(self, database: RecordStore, places: Places) -> None:
        self._database = database
        self._places = places

    async def add(self, till: TillName, actor: OnBehalf) -> NewVoucher:
        """Register a till, or give one that is replaced, imaged anew or revoked another voucher.

        The vouchers before are cancelled, spare ones apart. Raises `OverflowError` at the last
        epoch.
        """
        async with self._database.records(actor) as records:
            device = await _registered(records, till)
            await records.cancel_vouchers(till.location_id, till.till_id, spare_too=False)
            await records.close_alarms(till.location_id, till.till_id)
            return await self._voucher(records, device, "added", TOKEN_LIFE, is_spare=False)

    async def spare(self, till: TillName, actor: OnBehalf) -> NewVoucher:
        """A voucher for the store's safe; raises `NoSuchDevice` for a till that takes no part."""
        async with self._database.records(actor) as records:
            known = await records.device(till.location_id, till.till_id)
            if known is None or known.status is DeviceStatus.REVOKED:
                raise NoSuchDevice(f"{till} takes no part: register it first")
            device = await _registered(records, till)
            return await self._voucher(records, device, "spare", SPARE_LIFE, is_spare=True)

    async def revoke(self, till: TillName, actor: OnBehalf) -> None:
        """End a till with all that it holds; raises `NoSuchDevice`. Once more changes nothing."""
        async with self._database.records(actor) as records:
            if await records.device(till.location_id, till.till_id) is None:
                raise NoSuchDevice(f"there is no {till}")
            number = await records.next_number(till.location_id)
            device = await records.device(till.location_id, till.till_id)
            if device is None:
                raise NoSuchDevice(f"there is no {till}")
            await records.revoke(device, number)
            await records.close_alarms(till.location_id, till.till_id)
            await _record(records, "revoked", device, {"epoch": device.epoch})

    async def devices(self, location_id: str | None) -> list[dict[str, Any]]:
        """Every device, of one location or of all, and how it stands."""
        async with self._database.records(OnBehalf("nobody")) as records:
            rows = await records.rows("list_devices", location_id=location_id, limit=DEVICES_MAX)
        return [_shown(row) for row in rows]

    async def _voucher(
        self, records: Records, device: KnownDevice, action: str, life: timedelta, *, is_spare: bool
    ) -> NewVoucher:
        token, ends = secrets.token_urlsafe(_TOKEN_BYTES), records.now + life
        await records.add_voucher(token_digest(token), device, is_spare=is_spare, expires_at=ends)
        await _record(records, action, device, {"epoch": device.highest_epoch})
        return NewVoucher(
            device.location_id, device.till_id, device.highest_epoch, token, ends, self._places
        )


async def _registered(records: Records, till: TillName) -> KnownDevice:
    """The till, expected under an epoch above all before."""
    number = await records.next_number(till.location_id)
    known = await records.device(till.location_id, till.till_id)
    seen = await records.seen_epoch(till.location_id, till.till_id)
    epoch = next_epoch(known.highest_epoch if known else 0, seen)
    await records.register(till.location_id, till.till_id, epoch, number)
    status = known.status if known else DeviceStatus.REGISTERED
    return KnownDevice(till.location_id, till.till_id, status, known.epoch if known else 0, epoch)


async def _record(records: Records, action: str, device: KnownDevice, what: dict[str, Any]) -> None:
    await records.record(action, f"{device.location_id}/{device.till_id}", what)


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    ends: datetime | None = row["certificate_ends"]
    return {
        **row,
        "changed_at": row["changed_at"].isoformat(timespec="seconds"),
        "certificate_ends": ends and ends.isoformat(timespec="seconds"),
    }
