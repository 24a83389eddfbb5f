"""A version's bytes, and the differences that lead from one to another."""

import json
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.bundle import form
from edge.bundle.difference import (
    applied,
    changes_between,
    difference_of,
    read_difference,
)
from edge.bundle.errors import AnotherVersion, BundleTooLarge, UnreadableBundle
from edge.bundle.form import (
    BundleName,
    RowKey,
    canonical_row,
    read_bundle,
    rows_of,
    sha256_of,
    whole_of,
)
from tests.unit.edge.bundle.catalogs import HERE, NOON, price, product, whole

values = st.one_of(st.integers(-(10**12), 10**12), st.text(max_size=8), st.booleans(), st.none())
rows = st.dictionaries(st.text(max_size=6), values, max_size=4).map(canonical_row)
keys = st.tuples(
    st.sampled_from(["product", "price", "offer", "ü kind", "later"]),
    st.one_of(st.sampled_from(["a", "a/1", "A.b-_", '"', "\\", "é"]), st.text(max_size=5)),
)
histories = st.lists(st.dictionaries(keys, rows, max_size=12), min_size=2, max_size=6)


def step(before: bytes, after_rows: dict[RowKey, bytes], version: int) -> tuple[bytes, bytes]:
    """The whole of a later version, and the difference that leads there."""
    after = whole_of(HERE, version, after_rows)
    changes = changes_between(rows_of(read_bundle(before)), after_rows)
    target = BundleName(version, sha256_of(after))
    return after, difference_of(HERE, sha256_of(before), target, changes)


@settings(max_examples=50, deadline=None)
@given(histories)
def test_a_difference_leads_to_the_very_bytes_of_the_whole(
    history: list[dict[RowKey, bytes]],
) -> None:
    held = whole_of(HERE, 0, history[0])
    for version, after_rows in enumerate(history[1:], 1):
        after, difference = step(held, after_rows, version)
        held = applied(held, read_difference(difference))
        assert held == after


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(keys, rows, max_size=12))
def test_the_bytes_are_those_that_any_program_writes_of_it(held: dict[RowKey, bytes]) -> None:
    body = whole_of(HERE, 3, held)
    told: Any = json.loads(body)
    again = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert body == again.encode()
    assert rows_of(read_bundle(body)) == held


def test_the_order_in_which_rows_came_says_nothing() -> None:
    assert whole(product("a"), product("b")) == whole(product("b"), product("a"))


def test_an_outside_program_can_apply_a_difference() -> None:
    before = whole(product("tea"), product("milk"))
    after, difference = step(before, dict([product("tea", price_minor=1), price("p", 2, NOON)]), 9)
    told, read = json.loads(before), json.loads(difference)
    for kind, ids in read["gone"].items():
        for row_id in ids:
            del told["rows"][kind][row_id]
    for kind, changed in read["changed"].items():
        told["rows"].setdefault(kind, {}).update(changed)
    told["catalog_version"] = read["catalog_version"]
    made = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert (made, sha256(made).hexdigest()) == (after, read["sha256"])


def test_a_difference_from_another_version_changes_nothing() -> None:
    before, other = whole(product("tea")), whole(product("milk"))
    _, difference = step(before, {}, 2)
    with pytest.raises(AnotherVersion):
        applied(other, read_difference(difference))


@pytest.mark.parametrize(
    "slip", [b'"gone":{"product":["milk"]}', b'"gone":{}', b'"gone":{"price":["tea"]}']
)
def test_a_difference_that_does_not_lead_to_its_hash_is_refused(slip: bytes) -> None:
    before = whole(product("tea"), product("milk"))
    _, difference = step(before, dict([product("milk")]), 2)
    altered = difference.replace(b'"gone":{"product":["tea"]}', slip)
    assert altered != difference
    with pytest.raises(AnotherVersion):
        applied(before, read_difference(altered))


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"rows":' + b"{" * 5_000,
        b'{"catalog_version":-1,"location_id":"L","rows":{},"schema":1}',
        b'{"catalog_version":1,"location_id":"L/1","rows":{},"schema":1}',
        b'{"catalog_version":1,"location_id":"L","rows":{"product":[]},"schema":1}',
        b'{"catalog_version":1,"location_id":"L","rows":{},"schema":2}',
    ],
)  # fmt: skip
def test_what_is_no_bundle_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableBundle):
        read_bundle(body)
    with pytest.raises(UnreadableBundle):
        read_difference(body)


def test_a_bundle_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    body = whole(product("tea"))
    monkeypatch.setattr(form, "BUNDLE_BYTES_MAX", len(body) - 1)
    with pytest.raises(BundleTooLarge):
        whole(product("tea"))
    with pytest.raises(BundleTooLarge):
        read_bundle(body)
