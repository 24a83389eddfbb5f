"""Live and shadow batch differently; only what stands in the end, or says two things, differs."""

import json
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from operations.shadow.difference import LIVE, SHADOW, Side
from operations.shadow.standings import StandingComparison
from operations.shadow.versions import VersionComparison


def _value(version: int, **fields: object) -> bytes:
    return json.dumps({"version": version, **fields}).encode()


def _say(comparison: VersionComparison, side: Side, versions: Iterable[int], **fields: object):
    for version in versions:
        comparison.take(side, "a", version, _value(version, on_hand=-version, **fields))


def _found(comparison: VersionComparison | StandingComparison, looks: int = 3) -> list[str]:
    for _ in range(looks):
        comparison.look()
    return [each.kind for each in comparison.differences()]


@given(
    newest=st.integers(1, 30),
    live=st.sets(st.integers(1, 30)),
    shadow=st.sets(st.integers(1, 30)),
    order=st.randoms(use_true_random=False),
)
def test_however_versions_are_batched_and_interleaved_nothing_differs(newest, live, shadow, order):
    comparison = VersionComparison("stock.levels", one_input=True)
    said = [
        [(side, version) for version in sorted({v for v in versions if v < newest} | {newest})]
        for side, versions in ((LIVE, live), (SHADOW, shadow))
    ]
    while any(said):
        side, version = order.choice([each for each in said if each]).pop(0)
        _say(comparison, side, [version])
    assert _found(comparison) == []
    assert comparison.undecided == 0 and comparison.tally.matches >= 1


def test_another_value_at_the_same_version_of_one_input_differs_at_once() -> None:
    comparison = VersionComparison("checkout.totals", one_input=True)
    _say(comparison, LIVE, [3, 5], units=1)
    _say(comparison, SHADOW, [3, 5], units=2)
    (found,) = comparison.differences()
    assert found.fields == {"units": (1, 2)} and found.versions == (3, 3)


def test_what_differed_on_the_way_between_two_inputs_and_then_agreed_is_passing() -> None:
    comparison = VersionComparison("stock.levels", one_input=False)
    _say(comparison, LIVE, [3], sales=2)
    _say(comparison, SHADOW, [3], sales=1)
    comparison.look()
    for side in (LIVE, SHADOW):
        _say(comparison, side, [4], sales=2)
    assert _found(comparison) == [] and comparison.tally.passing == 1


def test_what_differs_at_two_looks_differs() -> None:
    comparison = VersionComparison("stock.levels", one_input=False)
    _say(comparison, LIVE, [3], sales=2)
    _say(comparison, SHADOW, [3], sales=1)
    assert _found(comparison, looks=1) == []
    assert _found(comparison, looks=1) == ["value"]


def test_a_key_of_one_side_only_is_named_after_it() -> None:
    sides: tuple[tuple[Side, str], ...] = ((LIVE, "live_only"), (SHADOW, "shadow_only"))
    for side, kind in sides:
        comparison = VersionComparison("stock.levels", one_input=False)
        _say(comparison, side, [3])
        assert _found(comparison) == [kind]


def test_a_side_that_never_gets_to_a_version_differs_even_where_the_other_moves_on() -> None:
    comparison = VersionComparison("stock.levels", one_input=False)
    for side in (LIVE, SHADOW):
        _say(comparison, side, [3])
    for version in (5, 7, 9):
        _say(comparison, LIVE, [version])
        comparison.look()
    (found,) = comparison.differences()
    assert found.kind == "version" and found.versions == (7, 3)


def test_a_side_that_is_only_behind_does_not_differ() -> None:
    comparison = VersionComparison("stock.levels", one_input=False)
    for version in range(1, 20):
        _say(comparison, LIVE, [version])
        comparison.look()
        _say(comparison, SHADOW, [version])
    assert _found(comparison) == []


def test_a_field_more_is_told_and_a_field_less_differs() -> None:
    comparison = VersionComparison("checkout.totals", one_input=True)
    _say(comparison, LIVE, [3], old=1)
    _say(comparison, SHADOW, [3], old=1, new=2)
    assert _found(comparison) == [] and comparison.tally.added_fields == {"new"}
    _say(comparison, LIVE, [4], old=1)
    _say(comparison, SHADOW, [4], new=2)
    assert _found(comparison) == ["value"]


def _alert(comparison: StandingComparison, side: Side, version: int, state: str) -> None:
    value = _value(version, state=state, reason="out_of_stock", reorder_point=4)
    comparison.take(side, "a", version, value)


def test_alerts_may_have_come_and_gone_in_another_order() -> None:
    comparison = StandingComparison("restock.alerts")
    _alert(comparison, SHADOW, 3, "raised")
    _alert(comparison, SHADOW, 5, "cleared")
    assert _found(comparison) == [], "a cleared alert is like none"
    _alert(comparison, LIVE, 6, "raised")
    _alert(comparison, SHADOW, 8, "raised")
    assert _found(comparison) == [], "its version is that of the moment"


def test_an_alert_that_stands_on_one_side_only_differs() -> None:
    comparison = StandingComparison("restock.alerts")
    _alert(comparison, LIVE, 3, "cleared")
    _alert(comparison, SHADOW, 3, "raised")
    assert _found(comparison) == ["value"]
    (found,) = comparison.differences()
    assert found.fields["state"] == ("cleared", "raised")
