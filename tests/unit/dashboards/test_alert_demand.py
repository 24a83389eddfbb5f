"""From where goods should come, and how many."""

from hypothesis import given
from hypothesis import strategies as st

from dashboards.board.alerts.demand import Candidate, Demand, pick


def candidate(location_id: str, surplus: int, *, near: bool = False) -> Candidate:
    """A location that keeps 10 and has so many more."""
    return Candidate(location_id, location_id.title(), "North", near, 10 + surplus, 10, 0)


def test_the_same_region_comes_before_a_larger_surplus_elsewhere() -> None:
    picked = pick([candidate("far", 500), candidate("near", 3, near=True)], 12)
    assert picked is not None
    assert (picked.candidate.location_id, picked.quantity) == ("near", 3)
    assert picked.near == "same region (North)"


def test_one_that_can_give_all_comes_before_others_and_then_the_largest() -> None:
    some = [candidate("a", 11), candidate("b", 40), candidate("c", 12)]
    picked = pick(some, 12)
    assert picked is not None
    assert (picked.candidate.location_id, picked.quantity) == ("b", 12)
    assert "can give all" in picked.best
    picked = pick(some, 100)
    assert picked is not None
    assert (picked.candidate.location_id, picked.quantity) == ("b", 40)
    assert "none can give all" in picked.best


def test_what_is_promised_or_kept_is_no_surplus() -> None:
    promised = Candidate("a", "A", None, False, 30, 10, 20)
    assert pick([promised, candidate("b", 0), candidate("c", -5)], 12) is None


def test_what_is_under_way_is_not_asked_for_again() -> None:
    assert Demand(4, 5, 20, 0, "each").missing == 16
    assert Demand(4, 5, 20, 10, "each").missing == 6
    assert Demand(4, 5, 20, 16, "each").missing == 0
    assert Demand(-3, 0, 0, 0, "each").missing == 3, "what was sold without stock is missing too"
    assert Demand(2, 30, 20, 0, "each").missing == 28, "an alert clears above the reorder point"


@given(st.lists(st.tuples(st.integers(-50, 50), st.booleans()), max_size=8), st.integers(1, 100))
def test_nobody_gives_more_than_their_surplus_or_than_is_missing(
    drawn: list[tuple[int, bool]], missing: int
) -> None:
    some = [candidate(f"l{place}", *each[:1], near=each[1]) for place, each in enumerate(drawn)]
    picked = pick(some, missing)
    assert (picked is None) == all(each.surplus <= 0 for each in some)
    if picked is not None:
        assert 0 < picked.quantity <= min(picked.candidate.surplus, missing)
        nearer = [each for each in some if each.surplus > 0 and each.same_region]
        assert picked.candidate.same_region or not nearer
