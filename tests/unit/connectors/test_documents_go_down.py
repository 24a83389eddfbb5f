"""What the centre wants booked goes down to the store that is to book it, until it is booked."""

import json

from connectors.feeds.fleet import Fleet

ROW = {"document_id": "d-1", "location_id": "ulm", "kind": "order", "lines": "[]", "state": "open"}


def hear(fleet: Fleet, **changed: object) -> None:
    """The row as change data capture tells it."""
    row = {**ROW, "__deleted": "false", "__source_ts_ms": 1, **changed}
    fleet.hear("cdc.documents", b"ulm", json.dumps(row).encode())


def test_an_open_document_goes_to_its_own_store_alone() -> None:
    fleet = Fleet()
    hear(fleet)
    row = fleet.wanted("ulm", "document", "d-1")
    assert row is not None
    assert json.loads(row.body) == ROW
    assert fleet.wanted("bonn", "document", "d-1") is None
    assert "document/d-1" in fleet.all_wanted("ulm")


def test_what_is_booked_or_taken_back_is_gone_and_comes_not_back_by_an_older_row() -> None:
    for state in ("booked", "closed"):
        fleet = Fleet()
        hear(fleet)
        hear(fleet, state=state, __source_ts_ms=5)
        assert fleet.wanted("ulm", "document", "d-1") is None
        hear(fleet, __source_ts_ms=3)
        assert fleet.wanted("ulm", "document", "d-1") is None
