"""`cdc.locations` and `cdc.products`: what is known, and what is malformed."""

from collections.abc import Sequence

import msgspec

from agents.intake import Intake, without_tombstones
from engine.contract import Record
from engine.state import PartitionState, Table
from topics import registry
from topics.wire import decode_location, decode_product

LOCATIONS = "locations"


class Known(msgspec.Struct, array_like=True, gc=False):
    """That the database names a location; key ``location_id``."""

    offset: int


class MasterData:
    """Folds locations and products."""

    def __init__(self, state: PartitionState, intake: Intake) -> None:
        self.locations: Table[Known] = state.table(LOCATIONS)
        self._intake = intake

    def fold_locations(self, records: Sequence[Record]) -> None:
        """Remember which locations there are."""
        rows = without_tombstones(records)
        for record, location in self._intake.located(
            registry.LOCATIONS.name, rows, decode_location
        ):
            self.locations.put(location.location_id, Known(record.offset))

    def fold_products(self, records: Sequence[Record]) -> None:
        """Find the malformed ones: no figure depends on a product's row."""
        rows = without_tombstones(records)
        for _ in self._intake.decoded(registry.PRODUCTS.name, rows, decode_product):
            pass
