"""A store of the tests that is told things: its ears on a real file, and who may sign a list."""

from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import orjson

from edge.gateway.feeds.ears import Ears
from edge.gateway.feeds.news import News, NewsKind
from edge.gateway.file import GatewayFile
from edge.gateway.from_centre import FromCentre
from edge.gateway.server import OpenConnections
from edge.signed_list import ListSigner
from identity import files
from identity.names import Name, ServiceName
from tests.gateways import Fleet
from tests.unit.edge.gateway.stores import LOCATION
from topics.wire_derived import WireTillStatus


@dataclass
class HeardFeed:
    """Keeps what is reported."""

    counted: list[tuple[NewsKind, int]] = field(default_factory=list[tuple[NewsKind, int]])
    refusals: list[str] = field(default_factory=list[str])
    lists: list[int] = field(default_factory=list[int])
    unwritten: list[NewsKind] = field(default_factory=list[NewsKind])

    def heard(self, kind: NewsKind, count: int) -> None:
        self.counted.append((kind, count))

    def refused(self, kind: NewsKind, id: str, why: str) -> None:
        self.refusals.append(why)

    def listed(self, number: int, closed: int) -> None:
        self.lists.append(number)

    def unkept(self, kind: NewsKind, why: str) -> None:
        self.unwritten.append(kind)


class FedStore:
    """The ears of one gateway."""

    def __init__(self, file: GatewayFile, fleet: Fleet) -> None:
        self.file = file
        self.reports = HeardFeed()
        self.centre = FromCentre(LOCATION, OpenConnections())
        trusted = files.read_certificates(fleet.authorities)
        self.ears = Ears(LOCATION, self.centre, file, trusted, self.reports)

    @property
    def number(self) -> int:
        """Of the list that counts."""
        return self.centre.devices.version

    @property
    def kept_number(self) -> int:
        """Of the list that is on the disk."""
        return self.ears.lists.kept_number

    async def listed(self, value: bytes | None) -> None:
        """A list arrives."""
        await self.ears.hear([News(NewsKind.DEVICE_LIST, LOCATION, value)])

    async def told(self, *words: WireTillStatus | bytes | None, till_id: str = "") -> None:
        """The centre's words arrive in one lot."""
        await self.ears.hear([_word(each, till_id) for each in words])


def _word(word: WireTillStatus | bytes | None, till_id: str) -> News:
    if word is None or isinstance(word, bytes):
        return News(NewsKind.TILL_STATUS, till_id, word)
    return News(NewsKind.TILL_STATUS, till_id or word.till_id, msgspec.json.encode(word))


@contextmanager
def fed_store(folder: Path, fleet: Fleet, vfs: str | None = None) -> Generator[FedStore]:
    """A gateway's ears on a folder, for the length of a block."""
    with closing(GatewayFile(folder / "gateway.sqlite", vfs)) as file:
        yield FedStore(file, fleet)


def signer(fleet: Fleet, name: Name | None = None) -> ListSigner:
    """Who signs lists: the registration, where nobody else is named."""
    held = fleet.identity(name or ServiceName("registration"))
    return ListSigner(files.read_key(held.key), held.certificate.read_text())


def signed_list(
    by: ListSigner, number: int, *devices: Mapping[str, Any], location_id: str = LOCATION
) -> bytes:
    """A list as it arrives."""
    content = {"location_id": location_id, "number": number, "issued_at": "2026-11-29T12:00:00Z"}
    return orjson.dumps(by.signed({**content, "devices": list(devices)}))


def device(till_id: str, *certificates: str, status: str = "active", epoch: int = 1) -> Any:
    """A till's entry in a list."""
    return {
        "till_id": till_id,
        "epoch": epoch,
        "certificates": list(certificates),
        "status": status,
    }
