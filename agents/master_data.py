"""`cdc.locations` and `cdc.products`: what is known, and what is malformed."""

from collections.abc import Sequence

import msgspec

from agents.intake import Intake, without_tombstones
from engine.agents import State
from engine.contract import Record
from engine.table import Table
from topics import registry
from topics.wire import decode_location, decode_product

LOCATIONS = "locations"


class KnownLocation(msgspec.Struct, array_like=True, gc=False):
    """That the database names a location; key ``location_id``."""

    offset: int


class MasterData:
    """Folds locations and products."""

    def __init__(self, state: State, intake: Intake) -> None:
        self.locations: Table[KnownLocation] = state.table(LOCATIONS)
        self._intake = intake

    def fold_locations(self, records: Sequence[Record]) -> None:
        """Remember which locations there are; a tombstone says that one is gone."""
        for record in records:
            if record.value is None:
                self._forget(record.key)
            else:
                self._remember(record)

    def _remember(self, record: Record) -> None:
        for _, location in self._intake.take(registry.LOCATIONS.name, [record], decode_location):
            self.locations.put(location.location_id, KnownLocation(record.offset))

    def _forget(self, key: bytes | None) -> None:
        location_id = (key or b"").decode(errors="replace").replace("\x00", "")
        if self.locations.get(location_id) is not None:
            self.locations.drop(location_id)

    def fold_products(self, records: Sequence[Record]) -> None:
        """Find the malformed ones: no figure depends on a product's row."""
        rows = without_tombstones(records)
        for _ in self._intake.read(
            registry.PRODUCTS.name, rows, lambda record: decode_product(record.value)
        ):
            pass
