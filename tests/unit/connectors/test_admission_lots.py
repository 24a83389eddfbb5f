"""A store whose topic cannot be unpacked silences no other, and nothing of the others is lost."""

from collections.abc import Mapping
from typing import Any

import pytest

from connectors.admission.lots import Lots, ReadAgain

BROKEN = UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")


class FakeConsumer:
    """As the real one: what was taken of others with what fails is gone, for this consumer."""

    def __init__(self, held: Mapping[str, list[str]], broken: set[str]) -> None:
        self._held = {place: list(records) for place, records in held.items()}
        self._broken = broken

    def assignment(self) -> set[str]:
        return {*self._held}

    async def getmany(self, *places: str, timeout_ms: int, max_records: int) -> dict[str, Any]:
        taken: dict[str, list[str]] = {}
        for place in places or self._held:
            if place in self._broken:
                raise BROKEN
            if self._held[place]:
                taken[place], self._held[place] = self._held[place], []
        return taken


async def everything(
    held: Mapping[str, list[str]], broken: set[str]
) -> tuple[list[str], list[Any]]:
    """What comes in all, with another consumer wherever one is wanted; and what is left alone."""
    left: list[Any] = []
    lots, moved = Lots(left.append), dict[str, list[str]]()
    consumer = FakeConsumer(held, broken)
    for _ in range(20):
        try:
            for place, records in (await lots.next(consumer)).items():
                moved[place] = [*moved.get(place, []), *records]
        except ReadAgain:
            rest = {place: records for place, records in held.items() if place not in moved}
            consumer = FakeConsumer({place: rest.get(place, []) for place in held}, broken)
    return sorted(each for records in moved.values() for each in records), left


HELD = {"up.a": ["a1", "a2"], "up.b": ["b1"], "up.c": [], "up.d": ["d1"]}


@pytest.mark.parametrize(
    ("broken", "comes"),
    [
        (set[str](), ["a1", "a2", "b1", "d1"]),
        ({"up.a"}, ["b1", "d1"]),
        ({"up.b"}, ["a1", "a2", "d1"]),
        ({"up.d"}, ["a1", "a2", "b1"]),
        ({"up.c"}, ["a1", "a2", "b1", "d1"]),
        ({"up.b", "up.d"}, ["a1", "a2"]),
        ({"up.a", "up.b", "up.c", "up.d"}, []),
    ],
    ids=str,
)
async def test_all_but_what_is_broken_comes_and_what_is_broken_is_told(
    broken: set[str], comes: list[str]
) -> None:
    found, left = await everything(HELD, broken)
    assert found == comes
    assert sorted(left) == sorted(broken)
