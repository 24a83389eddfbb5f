"""What the registration keeps in PostgreSQL, read and written within the caller's transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from clients.statements import statement
from edge.registration.rules import DeviceStatus, Issued, KnownDevice, Reason, Voucher

Connection = psycopg.AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class OnBehalf:
    """On whose behalf something is done, as the audit log keeps it."""

    who: str
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Records:
    """The tables, over one connection, for one actor at one moment."""

    connection: Connection
    actor: OnBehalf
    now: datetime

    async def hold(self, location_id: str) -> None:
        """Keep others from changing this location's devices until the transaction ends."""
        await self._do("hold_list", location_id=location_id)

    async def next_number(self, location_id: str) -> int:
        """The number of the location's list from now on."""
        return int((await self._row("next_list", location_id=location_id))["number"])

    async def device(self, location_id: str, till_id: str) -> KnownDevice | None:
        """That till, if it was ever registered."""
        row = await self._find("read_device", location_id=location_id, till_id=till_id)
        if row is None:
            return None
        status = DeviceStatus(row["status"])
        return KnownDevice(location_id, till_id, status, row["epoch"], row["highest_epoch"])

    async def seen_epoch(self, location_id: str, till_id: str) -> int:
        """The greatest epoch under which that till was ever heard; 0 for none."""
        row = await self._row("seen_epoch", location_id=location_id, till_id=till_id)
        return int(row["epoch"])

    async def register(self, location_id: str, till_id: str, epoch: int, number: int) -> None:
        """Expect that till under an epoch."""
        await self._do(
            "register", location_id=location_id, till_id=till_id, epoch=epoch, number=number
        )

    async def add_voucher(
        self, token_sha256: bytes, device: KnownDevice, *, is_spare: bool, expires_at: datetime
    ) -> None:
        """A voucher for the device's highest epoch."""
        await self._do(
            "add_voucher",
            token_sha256=token_sha256,
            location_id=device.location_id,
            till_id=device.till_id,
            epoch=device.highest_epoch,
            is_spare=is_spare,
            expires_at=expires_at,
        )

    async def cancel_vouchers(self, location_id: str, till_id: str, *, spare_too: bool) -> None:
        """Let nobody enrol by what was not used."""
        await self._do(
            "cancel_vouchers", location_id=location_id, till_id=till_id, spare_too=spare_too
        )

    async def voucher(self, token_sha256: bytes) -> Voucher | None:
        """The voucher with that token."""
        row = await self._find("read_voucher", token_sha256=token_sha256)
        if row is None:
            return None
        spent_for = row.pop("spent_for")
        return Voucher(**row, spent_for=spent_for and await self.certificate(spent_for))

    async def certificate(self, certificate_sha256: bytes) -> Issued | None:
        """That certificate, if we have issued it."""
        row = await self._find("read_certificate", certificate_sha256=certificate_sha256)
        return None if row is None else Issued(**row)

    async def renewed_before(
        self, held: Issued, key_sha256: bytes, since: datetime
    ) -> Issued | None:
        """What the same till was given for that key since then."""
        row = await self._find(
            "renewed_before", **_of(held), epoch=held.epoch, key_sha256=key_sha256, since=since
        )
        return None if row is None else Issued(**row)

    async def issued_since(self, held: Issued, since: datetime) -> int:
        """How many certificates the same till was given since then."""
        row = await self._row("issued_since", **_of(held), epoch=held.epoch, since=since)
        return int(row["certificates"])

    async def is_key_of_another(self, location_id: str, till_id: str, key_sha256: bytes) -> bool:
        """Whether another till has ever had that key."""
        row = await self._row(
            "key_of_another", location_id=location_id, till_id=till_id, key_sha256=key_sha256
        )
        return bool(row["taken"])

    async def add_certificate(self, issued: Issued, serial: int) -> None:
        """Keep what was issued."""
        await self._do(
            "add_certificate",
            certificate_sha256=issued.certificate_sha256,
            **_of(issued),
            epoch=issued.epoch,
            key_sha256=issued.key_sha256,
            serial=serial,
            certificate=issued.certificate,
            not_after=issued.not_after,
        )

    async def spend(self, token_sha256: bytes, issued: Issued) -> None:
        """The voucher is good for that certificate's key alone from now on."""
        await self._do(
            "spend_voucher",
            token_sha256=token_sha256,
            certificate_sha256=issued.certificate_sha256,
        )

    async def enrol(self, issued: Issued, number: int) -> None:
        """The till lives under that certificate's epoch; earlier ones end."""
        await self._do("enrol", **_of(issued), epoch=issued.epoch, number=number)
        await self._do("revoke_certificates", **_of(issued), below=issued.epoch)

    async def touch(self, issued: Issued, number: int) -> None:
        """The till's part of the list has changed."""
        await self._do("touch_device", **_of(issued), number=number)

    async def revoke(self, device: KnownDevice, number: int) -> None:
        """The till takes part no more, and nothing that it holds is good for anything."""
        await self._do("revoke_device", **_of(device), number=number)
        await self._do("revoke_certificates", **_of(device), below=device.epoch + 1)
        await self.cancel_vouchers(device.location_id, device.till_id, spare_too=True)
        if device.status is not DeviceStatus.REVOKED:
            # Whoever has the till has the key of its store's list of cards.
            await self._do("renew_card_key", location_id=device.location_id, till_id=device.till_id)

    async def raise_alarm(
        self, location_id: str, till_id: str, kind: Reason, key_sha256: bytes
    ) -> None:
        """Have somebody look; one that is open already is not raised again."""
        await self._do(
            "raise_alarm",
            location_id=location_id,
            till_id=till_id,
            kind=kind.value,
            key_sha256=key_sha256,
        )

    async def close_alarms(self, location_id: str, till_id: str) -> None:
        """Somebody has looked."""
        await self._do("close_alarms", location_id=location_id, till_id=till_id)

    async def record(self, action: str, subject: str, what: Mapping[str, Any]) -> None:
        """An entry in the audit log."""
        await self._do(
            "record",
            who=self.actor.who,
            address=self.actor.address,
            action=f"devices.{action}",
            subject=f"devices/{subject}",
            what=Jsonb(dict(what)),
        )

    async def rows(self, name: LiteralString, **values: Any) -> list[dict[str, Any]]:
        """The rows that a statement answers."""
        cursor = self.connection.cursor(row_factory=dict_row)
        await cursor.execute(statement(__file__, name), {"now": self.now, **values})
        return await cursor.fetchall()

    async def _do(self, name: LiteralString, **values: Any) -> None:
        await self.connection.execute(statement(__file__, name), {"now": self.now, **values})

    async def _find(self, name: LiteralString, **values: Any) -> dict[str, Any] | None:
        found = await self.rows(name, **values)
        return found[0] if found else None

    async def _row(self, name: LiteralString, **values: Any) -> dict[str, Any]:
        return (await self.rows(name, **values))[0]


def _of(what: KnownDevice | Issued) -> dict[str, str]:
    return {"location_id": what.location_id, "till_id": what.till_id}
