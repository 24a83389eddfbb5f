"""Rows once more: what the connector is told to send again, and how it is told.

Master data is sent whole, as a reader may have missed any of it. Movements are sent as far as some
days back: those of years would take hours, and they are in their topic for ever.
"""

import json
from collections.abc import Mapping
from uuid import uuid4

from connectors.debezium.slot import ReplicationSlot

DAYS = 7
"""How far back movements are sent again: an outage over the holidays. More takes longer, while
changes wait; less may miss what a lost disk took along."""

DAYS_MAX = 100_000
"""More than there are days since anything was booked, and few enough for an interval."""

_TABLE = "public.stock_movements"

_OVERRIDES = "snapshot.select.statement.overrides"


def movements_since(days: int) -> str:
    """The query for the movements that occurred in the last ``days``."""
    # It becomes part of a message and of a definition, where nothing can be bound: a plain number.
    return f"SELECT * FROM {_TABLE} WHERE occurred_at >= now() - interval '{days:d} days'"  # noqa: S608


def signal(slot: ReplicationSlot, config: Mapping[str, str], days: int) -> str:
    """Ask the connector of the definition ``config``, which reads ``slot``, to send its rows again.

    It reads on until it meets the signal in the log, sends the rows as they are then, and reads on
    from there: what is booked meanwhile comes after. Returns the position behind the signal.
    """
    wanted = {
        "type": "BLOCKING",
        "data-collections": [config["table.include.list"]],
        "additional-conditions": [{"data-collection": _TABLE, "filter": movements_since(days)}],
    }
    return slot.insert_signal(str(uuid4()), "execute-snapshot", json.dumps(wanted))


def limited(config: Mapping[str, str], days: int) -> dict[str, str]:
    """The definition ``config`` with a first snapshot that goes ``days`` back."""
    return {**config, _OVERRIDES: _TABLE, f"{_OVERRIDES}.{_TABLE}": movements_since(days)}
