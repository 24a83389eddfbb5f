"""Two people, one row: what the other changed, and what both together would have it be. Pure."""

from dataclasses import dataclass

from dashboards.board.catalog.fields import Kind, Row


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """One field that is another; ``before`` and ``after`` are values of the row."""

    name: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Merge:
    """What comes of an edit of a row that another has changed meanwhile.

    ``row`` has the other's changes, and over them what was typed; ``theirs`` is what the other
    changed, ``clashes`` the fields that both changed to different values.
    """

    row: Row
    theirs: tuple[FieldDifference, ...]
    clashes: frozenset[str]


def differences(kind: Kind, before: Row | None, after: Row | None) -> tuple[FieldDifference, ...]:
    """The fields that differ, in the order of the form."""
    old, new = before or {}, after or {}
    return tuple(
        FieldDifference(name, old.get(name), new.get(name))
        for name in kind.columns()
        if old.get(name) != new.get(name)
    )


def merge(kind: Kind, base: Row, current: Row, typed: Row) -> Merge:
    """From ``base``, which both began with, the other made ``current`` and this one ``typed``."""
    theirs = differences(kind, base, current)
    mine = {each.name: each.after for each in differences(kind, base, typed)}
    clashes = {each.name for each in theirs if each.name in mine and mine[each.name] != each.after}
    return Merge({**current, **mine}, theirs, frozenset(clashes))
