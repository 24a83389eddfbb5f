"""What a store's tills no longer need: what something later replaced long ago. Pure."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Protocol, TypeVar


class Heard(Protocol):
    """A row that was heard of."""

    @property
    def row(self) -> Any: ...


H = TypeVar("H", bound=Heard)


def prices_left(found: Iterable[H], past: datetime) -> Iterator[H]:
    """Prices that count, or did after ``past``."""
    return _not_replaced(found, lambda row: (row.sku, row.location_id), past, lambda row: True)


def tables_left(
    found: Iterable[H], past: datetime, now: datetime, is_sound: Callable[[Any], bool]
) -> Iterator[H]:
    """Versions of tables that count, or did after ``past``.

    The last good one stays for as long as those that followed it are not sound: by it tills
    decide, also one that is new. What is not sound goes once a sound one that came later counts.
    """
    mended: set[str] = set()
    for each in _not_replaced(found, lambda row: row.table_name, past, is_sound):
        if not is_sound(each.row):
            if each.row.table_name not in mended:
                yield each
            continue
        yield each
        if each.row.valid_from <= now:
            mended.add(each.row.table_name)


def _not_replaced(
    found: Iterable[H],
    place: Callable[[Any], Any],
    past: datetime,
    counts: Callable[[Any], bool],
) -> Iterator[H]:
    """Without those that a later one of the same place, which counts and has no end, replaced long
    ago."""
    groups: dict[Any, list[H]] = {}
    for each in found:
        groups.setdefault(place(each.row), []).append(each)
    for group in groups.values():
        group.sort(key=_begins, reverse=True)
        for each in group:
            yield each
            is_over = each.row.valid_from <= past and getattr(each.row, "valid_to", None) is None
            if is_over and counts(each.row):
                break


def _begins(each: Heard) -> tuple[Any, ...]:
    return each.row.valid_from, getattr(each.row, "version", 0)
