"""Versions of decision tables as the centre has published them, and what they decide by."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from edge.bundle.rows import BundledTable
from edge.rules.checks import ROWS_MAX
from edge.rules.compiled_tables import CompiledTables
from edge.rules.evaluating import CompiledTable, Ruleset
from edge.rules.faults import UnsoundTable
from topics.rule_tables import RuleTable

RULESETS_KEPT = 256
"""Put together at once, some kB each. With fewer than a fleet's stores have sets of versions, each
sale puts its tables together anew."""

COMPILED_KEPT = 1_000
"""Tables, some 10 kB each. With fewer than sales go by, each sale compiles some anew, a millisecond
a table."""

TABLES_MAX = 200
"""By which one sale may say that it was decided. A fleet has tens; an event with a million names
would keep the database busy."""

TableName = tuple[str, int]
"""Name and version."""


class PublishedTable(NamedTuple):
    """A version; empty ``locations`` are everywhere."""

    table: BundledTable
    locations: frozenset[str]


class NotDecidable(Exception):
    """Nobody can decide by these versions; the text says why."""


def published(row: RuleTable) -> PublishedTable:
    """The version that a row tells."""
    table = msgspec.convert(row.model_dump(mode="json"), BundledTable)
    return PublishedTable(table, frozenset(row.locations))


class PublishedTables:
    """Those that were heard of. A version never changes, so what is here stays right."""

    def __init__(self) -> None:
        self._tables: dict[TableName, PublishedTable] = {}
        self._rulesets: OrderedDict[frozenset[TableName], Ruleset] = OrderedDict()
        self._compiled = CompiledTables(COMPILED_KEPT)
        self.names: set[str] = set()
        """Of all tables, in whichever version."""

    def learn(self, found: Iterable[PublishedTable]) -> None:
        """Take versions in."""
        for each in found:
            self._tables[each.table.table_name, each.table.version] = each
            self.names.add(each.table.table_name)

    def of_all(self) -> list[PublishedTable]:
        """Every version."""
        return list(self._tables.values())

    def has(self, name: TableName) -> bool:
        """Whether the version is here."""
        return name in self._tables

    def forget(self) -> None:
        """Begin anew."""
        self._tables.clear()
        self._rulesets.clear()
        self._compiled.forget()
        self.names.clear()

    def __len__(self) -> int:
        """How many versions are here."""
        return len(self._tables)

    def of(self, versions: Mapping[str, int]) -> list[PublishedTable]:
        """Those versions; raises `NotDecidable`."""
        if len(versions) > TABLES_MAX:
            raise NotDecidable(f"{len(versions)} tables; no till decides by more than {TABLES_MAX}")
        lacking = [each for each in versions.items() if not self.has(each)]
        if lacking:
            told = "; ".join(f"{name}, version {version}" for name, version in lacking)
            raise NotDecidable(f"never published: {told}")
        return [self._tables[each] for each in versions.items()]

    def ruleset(self, versions: Mapping[str, int]) -> Ruleset:
        """What those versions decide by; raises `NotDecidable`."""
        key = frozenset(versions.items())
        if key not in self._rulesets:
            if len(self._rulesets) >= RULESETS_KEPT:
                self._rulesets.popitem(last=False)
            self._rulesets[key] = Ruleset(map(self._table, self.of(versions)))
        self._rulesets.move_to_end(key)
        return self._rulesets[key]

    def _table(self, held: PublishedTable) -> CompiledTable:
        """No till decides by a table that is too large or cannot be read, so nobody does who checks
        it. That it has no gap, and that its tests hold, is for tills to look at."""
        table = held.table
        if len(table.rows) > ROWS_MAX:
            name = f"{table.table_name}, version {table.version}"
            raise NotDecidable(f"{name} has {len(table.rows)} rows, {ROWS_MAX} at most")
        try:
            return self._compiled.of(table)
        except UnsoundTable as error:
            raise NotDecidable(str(error.faults[0])) from error
