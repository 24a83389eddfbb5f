"""Tills that know how to send, for `benchmarks.gateway`: identities, and batches made beforehand.

What a batch is made by is the journal's own code; only its disk is left out, which is no part of
what a gateway does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson

from edge.journal import heads
from edge.journal.entries import TillPlace, entry_after
from edge.journal.writing import beginning
from edge.proxy import peer
from identity import files
from identity.authority import Authority, new_key
from identity.names import Name, StoreName, TillName

LOCATION = "shop-0001"
EPOCH = 1

_LINES = 3
"""Of each sale; it is sent in some 900 bytes."""

_GOOD_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StoreFiles:
    """Identities of one store, in a folder."""

    folder: Path

    @property
    def authorities(self) -> Path:
        """Who vouches for all of them."""
        return self.folder / "authorities.pem"

    def of(self, name: Name) -> tuple[Path, Path]:
        """Certificate and key."""
        stem = name.principal().replace(":", "-")
        return self.folder / f"{stem}.pem", self.folder / f"{stem}.key"

    def till(self, number: int) -> peer.TillIdentity:
        """A till's."""
        return peer.load(*self.of(TillName(LOCATION, str(number))), self.authorities)


def vouch(folder: Path, tills: int) -> StoreFiles:
    """Make identities for a gateway and so many tills."""
    made, now = StoreFiles(folder), datetime.now(UTC)
    span = {"not_before": now, "not_after": now + _GOOD_FOR}
    fleet = Authority.root("fleet", not_before=now, not_after=now + 2 * _GOOD_FOR)
    files.write_certificates(made.authorities, fleet.chain)
    for name in (StoreName(LOCATION), *(TillName(LOCATION, str(each)) for each in range(tills))):
        is_till, key = isinstance(name, TillName), new_key()
        hosts = () if is_till else ("127.0.0.1",)
        issued = fleet.issue(
            key.public_key(), name, hosts=hosts, client=True, server=not is_till, **span
        )
        certificate, own_key = made.of(name)
        files.write_certificates(certificate, (issued,))
        files.write_key(own_key, key)
    return made


def batches(till: peer.TillIdentity, count: int, size: int) -> Iterator[bytes]:
    """The bodies of a till's first ``count`` batches, of ``size`` sales each."""
    place = TillPlace(till.name.location_id, till.name.till_id)
    mark = beginning(EPOCH)
    for _ in range(count):
        before, events = mark, list[Any]()
        for _ in range(size):
            entry = entry_after(mark, place, _sale())
            mark = entry.mark
            events.append(orjson.Fragment(entry.link.wire()))
        signed = heads.sign(till.key, mark.head())
        yield orjson.dumps(
            {
                "epoch": EPOCH,
                "first": before.sequence + 1,
                "prev": before.hash,
                "events": events,
                "head": signed.head.as_json(),
                "signature": signed.signature,
            }
        )


def _sale() -> dict[str, Any]:
    now = datetime.now(UTC)
    lines = [
        {
            "line_no": number,
            "sku": f"sku-{number:06}",
            "quantity": 2,
            "unit": "each",
            "unit_price_minor": 199,
            "amount_minor": 398,
        }
        for number in range(1, _LINES + 1)
    ]
    total_minor = _LINES * 398
    return {
        "type": "cart_completed",
        "event_id": str(uuid4()),
        "cart_id": str(uuid4()),
        "occurred_at": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "business_date": now.date().isoformat(),
        "currency": "EUR",
        "lines": lines,
        "discounts": [],
        "taxes": [{"rate_basis_points": 1900, "amount_minor": 191}],
        "tenders": [{"kind": "cash", "amount_minor": total_minor}],
        "total_minor": total_minor,
    }
