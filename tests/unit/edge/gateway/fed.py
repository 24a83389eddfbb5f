"""A store of the tests that is told things: its ears on a real file, and who may sign a list."""

from collections.abc import Callable, Generator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import orjson

from edge.gateway.centre import HeardStatus
from edge.gateway.devices import ListedDevices
from edge.gateway.feeds.kept import KeptNews
from edge.gateway.feeds.lists import DeviceListEar
from edge.gateway.feeds.news import Kind, News
from edge.gateway.feeds.statuses import TillStatusEar
from edge.gateway.file import GatewayFile
from edge.signed_list import ListSigner
from identity import files
from identity.names import Name, ServiceName
from tests.gateways import Fleet
from tests.unit.edge.gateway.stores import LOCATION
from topics.wire_derived import WireTillStatus


@dataclass
class HeardFeed:
    """Keeps what is reported."""

    counted: list[tuple[Kind, int]] = field(default_factory=list[tuple[Kind, int]])
    refusals: list[str] = field(default_factory=list[str])
    closings: list[int] = field(default_factory=list[int])
    unwritten: list[Kind] = field(default_factory=list[Kind])

    def heard(self, kind: Kind, count: int) -> None:
        self.counted.append((kind, count))

    def refused(self, kind: Kind, id: str, why: str) -> None:
        self.refusals.append(why)

    def closed(self, connections: int) -> None:
        self.closings.append(connections)

    def unkept(self, kind: Kind, why: str) -> None:
        self.unwritten.append(kind)


class FedStore:
    """The ears of one gateway."""

    def __init__(
        self,
        file: GatewayFile,
        fleet: Fleet,
        changed: Callable[[ListedDevices], int] = lambda devices: 0,
    ) -> None:
        self.file = file
        self.reports = HeardFeed()
        self.devices = ListedDevices(LOCATION)
        self.words = HeardStatus(LOCATION)
        kept = KeptNews(file, self.reports)
        trusted = files.read_certificates(fleet.authorities)
        self.lists = DeviceListEar(
            LOCATION, self.devices, trusted, kept, lambda: changed(self.devices), self.reports
        )
        self.statuses = TillStatusEar(LOCATION, self.words, kept, self.reports)
        self.lists.recall()
        self.statuses.recall()

    async def listed(self, value: bytes | None) -> None:
        """A list arrives."""
        await self.lists.hear([News(Kind.DEVICE_LIST, LOCATION, value)])

    async def told(self, *words: WireTillStatus | bytes | None, till_id: str = "") -> None:
        """The centre's words arrive in one lot."""
        await self.statuses.hear([_word(each, till_id) for each in words])


def _word(word: WireTillStatus | bytes | None, till_id: str) -> News:
    if word is None or isinstance(word, bytes):
        return News(Kind.TILL_STATUS, till_id, word)
    return News(Kind.TILL_STATUS, till_id or word.till_id, msgspec.json.encode(word))


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
