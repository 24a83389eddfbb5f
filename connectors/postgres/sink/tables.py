"""The tables that the sink writes, and how a batch is merged into each."""

from dataclasses import dataclass
from typing import Literal

from psycopg import sql

from clients.statements import statement
from connectors.postgres.sink.columns import (
    LEDGER_COLUMNS,
    SALE_LINES_COLUMNS,
    SALES_COLUMNS,
)
from connectors.postgres.sink.derived import DERIVED_TABLES, Row

Merge = Literal["newer", "once", "latest"]


def query(name: str) -> sql.SQL:
    """The statement in ``sql/<name>.sql``."""
    return statement(__file__, name)


@dataclass(frozen=True, slots=True)
class SinkTable:
    """A table, the columns that the sink writes, and what a row that exists means.

    ``newer``: replaced by a newer version. ``once``: kept. ``latest``: replaced. ``key`` names
    the unique columns; empty for ``once``, where any unique index counts.
    """

    name: str
    columns: tuple[str, ...]
    merge: Merge
    key: tuple[str, ...] = ()

    def removal(self, key: Row) -> sql.Composed:
        """The statement that removes the row of ``key``, given the parts that are not null."""
        conditions = [
            sql.SQL("{} IS NULL" if part is None else "{} = %s").format(sql.Identifier(name))
            for name, part in zip(self.key, key, strict=True)
        ]
        return query("remove").format(
            table=sql.Identifier(self.name), conditions=sql.SQL(" AND ").join(conditions)
        )

    def statement(self, name: str) -> sql.Composed:
        """The statement of that name, for this table."""
        return query(name).format(
            table=sql.Identifier(self.name),
            staged=sql.Identifier(f"staged_{self.name}"),
            columns=_listed(self.columns),
            key=_listed(self.key),
            excluded=sql.SQL(", ").join(sql.Identifier("excluded", name) for name in self.columns),
        )


def _listed(names: tuple[str, ...]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


MALFORMED = "sink_malformed"

MALFORMED_COLUMNS = ("source_topic", "source_partition", "source_offset", "key", "value", "error")

SINK_TABLES = (
    *(SinkTable(each.table, each.columns, "newer", each.key) for each in DERIVED_TABLES),
    SinkTable("stock_ledger", LEDGER_COLUMNS, "once"),
    SinkTable("sales", SALES_COLUMNS, "once"),
    SinkTable("sale_lines", SALE_LINES_COLUMNS, "once"),
    SinkTable(MALFORMED, MALFORMED_COLUMNS, "once"),
    SinkTable(
        "sink_tills",
        ("location_id", "till_id", "epoch", "last_sequence", "missing", "quarantined"),
        "latest",
        ("location_id", "till_id", "epoch"),
    ),
)

BY_NAME = {table.name: table for table in SINK_TABLES}
