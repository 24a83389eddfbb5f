"""Inputs to rows, without Kafka or database: what counts, and what takes a number."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from connectors.postgres.sink.acceptance import WITHOUT_NUMBER
from connectors.postgres.sink.batch import BatchRows, Decoded
from connectors.postgres.sink.columns import SALES_COLUMNS
from connectors.postgres.sink.refusals import LETTERS, refusals_in
from topics.dead_letters import dead_letter_headers
from topics.mirrored import inputs_of
from topics.partitioning import partition_of
from topics.registry import STOCK_MOVEMENTS, TILL_EVENTS
from topics.scalars import NUMBER_MAX
from topics.sequences import RANGES_MAX, Window
from topics.till_headers import FORK

PARTITIONS = 8
OWN = partition_of("shop-1", PARTITIONS)
TILL = ("shop-1", "till-1", 2)
EVENT_ID = "01932f5e-7a1b-7c3d-8e4f-0123456789ab"


@dataclass
class Record:
    """A consumed record."""

    topic: str
    offset: int
    value: bytes | None
    partition: int = OWN
    timestamp: int = 0
    key: bytes | None = b"shop-1"
    headers: Sequence[tuple[str, bytes]] = ()


@dataclass
class Flow:
    """Batches over windows that last, as a session has them."""

    windows: dict[tuple[str, str, int], Window] = field(
        default_factory=dict[tuple[str, str, int], Window]
    )

    def count(
        self, *records: Record, refused: Mapping[tuple[str, int, int], str] | None = None
    ) -> BatchRows:
        """What one batch becomes."""
        decoded = Decoded()
        for record in records:
            decoded.add(record.topic, [record], PARTITIONS)
        for till in decoded.concerned:
            self.windows.setdefault(till, Window())
        return decoded.count(self.windows, refused)

    @property
    def window(self) -> Window:
        """The till's."""
        return self.windows[TILL]


def event(sequence: int, kind: str = "till_heartbeat", **added: Any) -> dict[str, Any]:
    """An event of the till."""
    return {
        "type": kind,
        "event_id": EVENT_ID,
        "location_id": "shop-1",
        "till_id": "till-1",
        "epoch": 2,
        "sequence": sequence,
        "occurred_at": "2026-11-21T09:30:00Z",
        "business_date": "2026-11-21",
        **added,
    }


def sale(sequence: int, **changed: Any) -> dict[str, Any]:
    """A sale of one line."""
    line = {
        "line_no": 1,
        "sku": "milk",
        "quantity": 2,
        "unit": "each",
        "unit_price_minor": 100,
        "amount_minor": 200,
    }
    return event(
        sequence,
        "cart_completed",
        **{
            "cart_id": "c",
            "receipt_no": "r",
            "currency": "EUR",
            "lines": [line],
            "discounts": [],
            "taxes": [],
            "tenders": [],
            "total_minor": 200,
            **changed,
        },
    )


def said(value: dict[str, Any], offset: int = 0, partition: int = OWN) -> Record:
    """An event as a record."""
    return Record(TILL_EVENTS.name, offset, json.dumps(value).encode(), partition)


def sold(rows: BatchRows) -> list[int]:
    """Numbers of the sales that were booked."""
    return [row[3] for row in rows.rows.get("sales", [])]


def test_events_that_leave_no_receipt_still_close_gaps() -> None:
    flow = Flow()
    rows = flow.count(*[said(event(number)) for number in (1, 4, 3, 4)])
    assert rows.rows == {"sink_tills": [(*TILL, 4, [[2, 2]], [])]}


def test_an_event_in_another_partition_than_its_locations_is_not_heard() -> None:
    rows = Flow().count(said(sale(1), partition=(OWN + 1) % PARTITIONS))
    assert rows.rows == {}


def test_a_number_counts_once() -> None:
    assert sold(Flow().count(*[said(sale(number)) for number in (1, 3, 3, 2, 1)])) == [1, 3, 2]


def test_what_a_gateway_calls_a_fork_leaves_its_number_to_the_other() -> None:
    flow = Flow()
    forks = [said(sale(1), 1), said(event(2), 2)]
    for fork in forks:
        fork.headers = [FORK]
    assert sold(flow.count(*forks)) == []
    assert sold(flow.count(said(sale(1), 3), said(sale(2), 4))) == [1, 2]


def test_a_receipt_keeps_its_event_id_and_the_number_of_its_catalog() -> None:
    rows = Flow().count(said(sale(1, catalog_version=7)), said(sale(2, catalog_version="7b")))
    at = [SALES_COLUMNS.index(name) for name in ("event_id", "catalog_version")]
    assert [[row[place] for place in at] for row in rows.rows["sales"]] == [
        [EVENT_ID, "7"],
        [EVENT_ID, "7b"],
    ], "the column is text: a number in it would stop the sink"


def test_what_cannot_be_read_takes_its_number_and_is_replaced_by_what_can() -> None:
    flow = Flow()
    broken = sale(1) | {"currency": "euros"}
    assert sold(flow.count(said(broken), said(sale(2)))) == [2]
    assert (flow.window.missing, flow.window.quarantined) == ([], [[1, 1]])
    assert sold(flow.count(said(sale(1)), said(sale(1)))) == [1]
    assert flow.window.quarantined == []


def test_what_a_gateway_could_not_read_takes_its_number() -> None:
    flow = Flow()
    unreadable = event(1, "unreadable", body="AA==", reason="no JSON")
    assert sold(flow.count(said(unreadable), said(sale(1)))) == [1]


def test_what_cannot_be_read_in_another_partition_takes_no_number() -> None:
    flow = Flow()
    flow.count(said(sale(1) | {"currency": "euros"}, partition=(OWN + 1) % PARTITIONS))
    assert flow.windows == {}


def test_training_takes_its_number_and_moves_nothing() -> None:
    flow = Flow()
    assert flow.count(said(sale(1, training=True))).rows == {"sink_tills": [(*TILL, 1, [], [])]}


@pytest.mark.parametrize("field", ["discounts", "taxes"])
def test_a_receipt_whose_own_sums_are_too_large_is_passed_over(field: str) -> None:
    entry = {"discounts": {"rule": "r"}, "taxes": {"rate_basis_points": 1}}[field]
    entries = [entry | {"amount_minor": -NUMBER_MAX}] * 9_100
    flow = Flow()
    assert sold(flow.count(said(sale(1, **{field: entries})), said(sale(2)))) == [2]
    assert flow.window.quarantined == [[1, 1]]


def test_a_receipt_whose_sums_are_just_within_is_booked() -> None:
    entries = [{"rule": "r", "amount_minor": -NUMBER_MAX}] * 9_007
    assert sold(Flow().count(said(sale(1, discounts=entries)))) == [1]


def test_a_sequence_with_too_many_gaps_is_passed_over() -> None:
    flow = Flow({TILL: Window(2 * RANGES_MAX, [[n, n] for n in range(1, 2 * RANGES_MAX, 2)])})
    assert sold(flow.count(said(sale(2 * RANGES_MAX + 2)))) == []
    assert sold(flow.count(said(sale(2 * RANGES_MAX + 1)))) == [2 * RANGES_MAX + 1]


@pytest.mark.parametrize("reason", ["out_of_range", "quarantined", "malformed", *WITHOUT_NUMBER])
def test_an_input_whose_letter_came_first_is_passed_over(reason: str) -> None:
    flow = Flow()
    refused = {(TILL_EVENTS.name, OWN, 5): reason}
    rows = flow.count(said(sale(1), offset=5), said(sale(2), offset=6), refused=refused)
    assert sold(rows) == [2]
    taken = [] if reason in WITHOUT_NUMBER else [[1, 1]]
    assert flow.window.quarantined == taken
    assert flow.window.missing == ([] if taken else [[1, 1]])
    assert sold(flow.count(said(sale(1), offset=9))) == [1], "it was sent back and is lost"


def test_a_movement_whose_letter_came_first_is_passed_over() -> None:
    value = {
        "movement_id": "m",
        "location_id": "shop-1",
        "sku": "milk",
        "quantity": 3,
        "reason": "delivery",
        "occurred_at": "2026-11-21T09:30:00Z",
    }
    record = Record(STOCK_MOVEMENTS.name, 5, json.dumps(value).encode())
    refused = {(STOCK_MOVEMENTS.name, OWN, 5): "out_of_range"}
    assert Flow().count(record, refused=refused).rows == {}
    assert len(Flow().count(record, refused={(TILL_EVENTS.name, OWN, 5): "fork"}).rows) == 1


def letter(
    value: dict[str, Any] | bytes, source: str | None = None, partition: int = OWN
) -> Record:
    """A dead letter of the till's topic."""
    topic = TILL_EVENTS.name
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    headers = dead_letter_headers((), "out_of_range", "too much", topic, OWN, 7)
    if source is not None:
        headers[-1] = ("source", source.encode())
    return Record(f"{topic}.dead-letter", 0, raw, partition, headers=headers)


def test_a_letter_names_the_input_and_the_number_that_its_receipt_had() -> None:
    (refusal,) = refusals_in([letter(sale(4))])
    assert refusal.origin == (TILL_EVENTS.name, OWN, 7)
    assert (refusal.reason, refusal.till) == ("out_of_range", TILL)


def test_in_a_store_a_letter_names_an_input_by_the_name_that_it_has_there() -> None:
    inputs = inputs_of("shop-1")
    there = f"{inputs[TILL_EVENTS.name]}-{OWN}-7"
    (refusal,) = refusals_in([letter(sale(4), there)], inputs)
    assert refusal.origin == (inputs[TILL_EVENTS.name], OWN, 7)
    assert refusals_in([letter(sale(4))], inputs) == [], "nobody writes that topic there"


@pytest.mark.parametrize("value", [b"{", b"", json.dumps(event(1)).encode()])
def test_a_letter_of_what_leaves_no_rows_names_the_input_alone(value: bytes) -> None:
    (refusal,) = refusals_in([letter(value)])
    assert (refusal.origin[2], refusal.made, refusal.till) == (7, None, None)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "nonsense",
        f"{TILL_EVENTS.name}-{OWN + 1}-7",
        f"cdc.stock-movements-{OWN}-7",
        f"{TILL_EVENTS.name}-{OWN}-{2**63}",
        f"{TILL_EVENTS.name}-{OWN}-" + "9" * 5000,
    ],
)
def test_a_letter_that_names_no_input_beside_it_says_nothing(source: str) -> None:
    assert refusals_in([letter(sale(4), source)]) == []


def test_a_letter_without_headers_says_nothing() -> None:
    topic = next(iter(LETTERS))
    assert refusals_in([Record(topic, 0, b"{}")]) == []
