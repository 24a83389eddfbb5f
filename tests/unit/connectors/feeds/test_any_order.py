"""Whatever comes in whatever order, and again: every store has the same, and its own alone."""

import json
from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from connectors.feeds.feed import Feed
from connectors.feeds.fleet import Fleet
from tests.feed_company import (
    HERE,
    THERE,
    Record,
    StoreCopy,
    assortment,
    bought,
    customer,
    employee,
    moved,
    price,
    product,
    tell,
    told,
    write,
)

PLACES, SKUS = (HERE, THERE), ("milk", "tea")


@st.composite
def histories(draw: st.DrawFn) -> list[list[Record]]:
    """For each thing that has a row, what befell it, in order."""
    found: list[list[Record]] = []
    for sku in SKUS:
        names = draw(st.lists(st.sampled_from(["a", "b", None]), max_size=3))
        found.append(
            [product(sku, each) if each else ("cdc.products", sku, None) for each in names]
        )
        for place in PLACES:
            kept = draw(st.lists(st.booleans(), max_size=3))
            found.append([_kept(assortment(place, sku, n), here, n) for n, here in enumerate(kept)])
            levels = draw(st.lists(st.booleans(), max_size=2))
            found.append([moved(place, sku, gone=not each) for each in levels])
        for where in (None, *PLACES):
            minors = draw(st.lists(st.sampled_from([1, 2, None]), max_size=3))
            rows = [
                (price(f"p-{sku}-{where}", sku, each or 1, n, where), each is not None, n)
                for n, each in enumerate(minors)
            ]
            found.append([_kept(*each) for each in rows])
    for person in ("ann", "bob"):
        wheres = draw(st.lists(st.sets(st.sampled_from(PLACES)), max_size=3))
        found.append([employee(person, *sorted(each)) for each in wheres])
        found.append([customer(person)] * draw(st.integers(0, 1)))
        for place in PLACES:
            found.append([bought(place, person)] * draw(st.integers(0, 1)))
    return found


def _kept(record: Record, is_kept: bool, changed_ms: int) -> Record:
    topic, key, row = record
    marks = {"__deleted": "false" if is_kept else "true", "__source_ts_ms": changed_ms + 1}
    return topic, key, (row or {}) | marks


def _interleaved(data: st.DataObject, found: list[list[Record]]) -> list[Record]:
    """In an order that keeps that of each thing."""
    order = data.draw(st.permutations([n for n, each in enumerate(found) for _ in each]))
    left = [iter(each) for each in found]
    return [next(left[n]) for n in order]


@given(st.data())
def test_in_any_order_and_with_repeats_every_store_has_the_same_and_its_own_alone(
    data: st.DataObject,
) -> None:
    found = data.draw(histories())
    once = tell(Fleet(), *_interleaved(data, found))
    records = _interleaved(data, found)
    cut = data.draw(st.integers(0, len(records)))
    other, feeds = Fleet(), {place: Feed(place, "f") for place in PLACES}
    copies = defaultdict[str, StoreCopy](StoreCopy)
    tell(other, *records[:cut])
    for place, feed in feeds.items():
        copies[place].apply(write(other, feed))
    other.is_followed = True
    for record in records[cut:]:
        tell(other, record, record)
        changed = other.changed()
        for place, feed in feeds.items():
            keys = changed.get(place, set())
            said = list(feed.say({key: other.wanted(place, *key.split("/", 1)) for key in keys}))
            copies[place].apply([*said, *feed.heading()])
    for place, feed in feeds.items():
        assert copies[place].rows == told(once, place)
        assert write(other, feed) == [], "what was noted as changed is all that has changed"
        _is_its_own_alone(place, copies[place])


def _is_its_own_alone(place: str, store: StoreCopy) -> None:
    (foreign,) = set(PLACES) - {place}
    assert foreign not in json.dumps(list(store.rows.items()))
    assert store.head is None or store.sums().hash() == store.head.hash
    assert store.head is None or store.sums().rows() == store.head.rows
