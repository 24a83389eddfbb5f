"""What is a difference between a store and the centre, and what is only on its way."""

from typing import Any

from operations.reconcile.stores import comparing
from operations.reconcile.stores.comparing import (
    StoreFindings,
    compare_levels,
    compare_movements,
    compare_numbered,
    compare_rows,
    compare_totals,
    note_tills_behind,
    paired,
)
from operations.reconcile.stores.feeds import SaidInFeed
from operations.reconcile.stores.reading import Digest, TillWindow
from topics.down import FeedKey

TEA, CUP = FeedKey("product", "tea"), FeedKey("product", "cup")

DUE, MAY = Digest("aa", True), Digest("aa", False)

OTHER = Digest("bb", True)


def _findings() -> StoreFindings:
    return StoreFindings("shop-1")


def _causes(findings: StoreFindings) -> dict[str, str]:
    return {each.key: each.cause for each in findings.found.values()}


def _rows(centre: Any, store: Any, keys: Any = (), pending: Any = ()) -> StoreFindings:
    findings = _findings()
    said = SaidInFeed(frozenset(keys), frozenset(pending))
    compare_rows(findings, centre, store, said)
    return findings


def test_rows_that_are_under_way_are_counted_and_all_others_are_named_with_their_cause() -> None:
    found = _rows({TEA: DUE, CUP: DUE}, {TEA: DUE}, {TEA, CUP}, {CUP})
    assert (found.found, found.not_sent) == ({}, 1)
    assert _causes(_rows({CUP: DUE}, {}, {CUP})) == {"cup": comparing.LOST}
    assert _causes(_rows({CUP: DUE}, {}, ())) == {"cup": comparing.UNSAID}
    assert _causes(_rows({TEA: DUE}, {TEA: OTHER}, {TEA})) == {"tea": comparing.OTHER}
    assert _causes(_rows({}, {TEA: DUE}, {TEA})) == {"tea": comparing.BEYOND}
    assert _rows({TEA: MAY}, {}, ()).found == {}, "what a store may lack is no difference"


def test_a_stores_own_offer_is_no_difference_before_and_after_the_centre_knows_it() -> None:
    offer = FeedKey("offer", "o-1")
    found = _rows({}, {offer: DUE}, ())
    assert (found.found, found.not_told) == ({}, 1)
    found = _rows({}, {offer: DUE}, {offer})
    assert (found.found, found.not_told) == ({}, 0)


def test_a_receipt_that_the_centre_has_not_heard_is_on_its_way_and_one_that_it_lost_is_not() -> (
    None
):
    findings, heard = _findings(), {("1", 1): TillWindow(5, [[3, 3]])}
    pairs = [
        (("1", 1, 2, 1), ("tea", -1), ("tea", -1)),
        (("1", 1, 3, 1), None, ("tea", -2)),  # which it knows to be missing
        (("1", 1, 4, 1), None, ("tea", -1)),  # which it has heard
        (("1", 1, 6, 1), None, ("tea", -5)),
        (("2", 1, 1, 1), None, ("cup", -1)),  # of a till that it has never heard
    ]
    compare_numbered(findings, "store-effects", pairs, heard)
    assert _causes(findings) == {"1/1/4/1": comparing.NOT_AT_CENTRE}
    assert findings.not_told == 3 and findings.behind == {"1", "2"}
    assert findings.untold == {"tea": -7, "cup": -1}


def test_a_receipt_that_the_store_lacks_or_that_says_another_thing_is_a_difference() -> None:
    findings, heard = _findings(), {("1", 1): TillWindow(5, [])}
    pairs = [(("1", 1, 1), ("aa",), None), (("1", 1, 2), ("aa",), ("bb",))]
    compare_numbered(findings, "store-sales", pairs, heard)
    assert _causes(findings) == {
        "1/1/1": comparing.NOT_IN_STORE,
        "1/1/2": comparing.DIFFERS,
    }


def test_of_movements_what_lies_behind_all_that_the_centre_has_is_on_its_way() -> None:
    findings = _findings()
    compare_movements(
        findings,
        [
            (("m-1", "tea"), (5, "delivery", None, 900), (5, "delivery", None, 0)),
            (("m-2", "tea"), None, (3, "delivery", None, 1)),  # before one that it has
            (("m-3", "tea"), (1, "shrinkage", None, 901), (-1, "shrinkage", None, 2)),
            (("m-4", "tea"), None, (7, "delivery", None, 3)),
            (("m-5", "tea"), (1, "delivery", None, 902), None),
        ],
    )
    assert _causes(findings) == {
        "m-2/tea": comparing.WENT_LOST,
        "m-3/tea": comparing.DIFFERS,
        "m-5/tea": comparing.NOT_IN_STORE,
    }
    assert findings.not_told == 1 and findings.untold == {"tea": 7}


def test_the_centres_level_with_what_it_was_not_told_is_the_stores_to_the_unit() -> None:
    findings = _findings()
    findings.untold.update({"tea": -3})
    findings.behind.add("1")
    compare_levels(
        findings,
        [(("tea",), (10, 0), (7, 2)), (("cup",), (10, 0), (9, 0)), (("pot",), None, (0, 1))],
    )
    (difference,) = findings.found.values()
    assert difference.key == "cup" and difference.fields == {"on_hand": (10, 9)}


def test_what_is_in_carts_counts_once_the_centre_has_heard_all() -> None:
    findings = _findings()
    compare_levels(findings, [(("tea",), (10, 0), (10, 2))])
    (difference,) = findings.found.values()
    assert difference.fields == {"in_carts": (0, 2)}


def test_totals_of_a_till_that_the_centre_has_not_heard_to_the_end_wait() -> None:
    findings, one = _findings(), {("1", 1): TillWindow(5, [])}
    note_tills_behind(findings, one, {**one, ("2", 1): TillWindow(1, [])})
    assert findings.behind == {"2"}
    pairs = [
        (("", "2026-11-30"), ({"receipts": 1},), ({"receipts": 2},)),
        (("1", "2026-11-30"), ({"receipts": 1, "returns": 0},), ({"receipts": 3, "returns": 0},)),
        (("2", "2026-11-30"), None, ({"receipts": 1},)),
    ]
    compare_totals(findings, pairs)
    assert [each.fields for each in findings.found.values()] == [{"receipts": (1, 3)}]


def test_keys_of_both_sides_meet_in_their_order() -> None:
    centre, store = [("a", 1, "x"), ("b", 1, "x")], [("a", 2, "y"), ("b", 1, "y"), ("c", 1, "y")]
    assert list(paired(centre, store, 2)) == [
        (("a", 1), ("x",), None),
        (("a", 2), None, ("y",)),
        (("b", 1), ("x",), ("y",)),
        (("c", 1), None, ("y",)),
    ]
