"""What a shadow run found, for programs and for people."""

from collections.abc import Iterator
from typing import Any

from operations.shadow.difference import ShadowDifference
from operations.shadow.run import ShadowStanding

SHOWN_MAX = 1_000
"""Differences that are listed; a changed rule may differ on every key, and all are counted."""

_ABSENT = "-"

Row = tuple[str, str, str, str, str]
"""(topic, key, field, live, shadow)."""


def as_json(standing: ShadowStanding, live: str, application_id: str) -> dict[str, Any]:
    """The whole outcome as plain values."""
    differences = standing.comparison.differences()
    topics = {
        name: {
            "keys": topic.keys,
            "matches": topic.tally.matches,
            "passing": topic.tally.passing,
            "undecided": topic.undecided,
            "differences": sum(each.topic == name for each in differences),
            "added_fields": sorted(topic.tally.added_fields),
        }
        for name, topic in standing.comparison.topics.items()
    }
    return {
        "live": live,
        "shadow": application_id,
        "same": not differences,
        "lag_records": {"live": standing.live_lag, "shadow": standing.shadow_lag},
        "seconds": round(standing.seconds, 1),
        "differences_found": len(differences),
        "differences": [each.to_json() for each in differences[:SHOWN_MAX]],
        "topics": topics,
    }


def difference_rows(differences: list[ShadowDifference]) -> Iterator[Row]:
    """A row for each field that differs, or for the key that only one side has."""
    for each in differences[:SHOWN_MAX]:
        if each.kind != "value":
            live, shadow = each.versions
            yield each.topic, each.key, "version", _text(live), _text(shadow)
        for name, (live, shadow) in each.fields.items():
            if name != "version":
                yield each.topic, each.key, name, _text(live), _text(shadow)


def table(heads: Row, rows: list[Row]) -> Iterator[str]:
    """Lines in columns; keys are never cut, also where the output goes to a file."""
    widths = [max(len(row[at]) for row in [heads, *rows]) for at in range(len(heads))]
    for row in [heads, *rows]:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def summary(standing: ShadowStanding) -> Iterator[str]:
    """A line for each topic, and the word."""
    heads = ("topic", "keys", "compared", "differences", "undecided")
    differences = standing.comparison.differences()
    rows = [
        (
            name,
            str(topic.keys),
            str(topic.tally.matches),
            str(sum(each.topic == name for each in differences)),
            str(topic.undecided),
        )
        for name, topic in standing.comparison.topics.items()
    ]
    yield from table(heads, rows)
    for name, topic in standing.comparison.topics.items():
        if topic.tally.added_fields:
            yield f"{name}: new fields {', '.join(sorted(topic.tally.added_fields))}"
    yield f"lag: live {standing.live_lag}, shadow {standing.shadow_lag} records"
    yield f"{len(differences)} differences" if differences else "no difference"


def _text(value: Any) -> str:
    return _ABSENT if value is None else str(value)
