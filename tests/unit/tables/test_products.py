"""What all locations have of a SKU is the sum of what each last said, in whatever order."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tables.limits import SUM_MAX
from tables.products import ProductSum, Share, add, has_room, is_newer, subtract, touch

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)

LEVELS = st.lists(
    st.tuples(
        st.sampled_from(["north", "south", "west"]),
        st.integers(-50, 50),
        st.integers(0, 9),
        st.integers(1, 20),
    ),
    max_size=40,
)


@given(LEVELS)
def test_the_sum_is_that_of_the_newest_level_of_each_location(
    levels: list[tuple[str, int, int, int]],
) -> None:
    product, known = ProductSum(), dict[str, Share]()
    for location_id, on_hand, in_carts, version in levels:
        before = known.get(location_id)
        if is_newer(before, version, None):
            if before:
                subtract(product, before)
            known[location_id] = Share(on_hand, in_carts, version)
            add(product, known[location_id])
    assert product.on_hand == sum(share.on_hand for share in known.values())
    assert product.in_carts == sum(share.in_carts for share in known.values())
    assert product.stocked == sum(share.on_hand > 0 for share in known.values())
    assert product.stocked + product.empty == len(known), (
        "a location is counted twice or not at all"
    )


def test_an_older_level_that_comes_again_says_nothing_new() -> None:
    assert not is_newer(Share(5, 0, 7), 7, None)
    assert not is_newer(Share(5, 0, 7), 6, None)
    assert is_newer(Share(5, 0, 7), 8, None)


def test_what_an_older_generation_says_later_is_passed_over() -> None:
    newer = Share(5, 0, 7, level_version=2**44 + 3)
    assert not is_newer(newer, 8, 900)
    assert is_newer(newer, 9, 2**44 + 4)
    assert is_newer(newer, 9, None), "a level that is gone has no version"


def test_a_sum_beyond_the_bound_has_no_room_and_what_replaces_it_has() -> None:
    largest = Share(SUM_MAX, 0, 1)
    product = ProductSum()
    add(product, largest)
    assert not has_room(product, None, Share(1, 0, 1))
    assert has_room(product, largest, Share(1, 0, 2))


def test_available_has_its_bound_too() -> None:
    product = ProductSum()
    add(product, Share(-SUM_MAX, 0, 1))
    assert not has_room(product, None, Share(0, 1, 1))


def test_its_time_is_that_of_the_newest_level_and_its_version_grows_with_each() -> None:
    product = ProductSum()
    touch(product, AT, 4)
    touch(product, AT - timedelta(hours=1), 9)
    assert (product.as_of, product.version) == (AT, 10)
