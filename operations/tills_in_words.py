"""Tills for people: what `tillstream tills` prints and asks."""

from collections.abc import Iterator
from datetime import UTC, datetime

from operations.status.words import ago
from operations.tills import Gap
from topics.derived import TillStatus
from topics.sequences import count

RANGES_SHOWN = 10
"""Ranges of missing numbers on a line for people; programs get all that the workers list."""


def in_words(status: TillStatus) -> Iterator[str]:
    """How a till stands."""
    heard = ago(status.last_seen, datetime.now(UTC))
    yield (
        f"{status.location_id}  {status.till_id}  epoch {status.epoch} up to "
        f"{status.last_sequence}, heard {heard}"
    )
    counts = {
        "missing": status.missing_count,
        "unreadable": status.quarantined,
        "duplicates": status.duplicates,
        "forks": status.forks,
        "unlisted": status.unlisted,
    }
    if found := [f"{number:,} {name}" for name, number in counts.items() if number]:
        yield f"    {', '.join(found)}"
    if status.missing:
        yield f"    missing: {_ranges(status.missing)}"
    for each in status.older:
        missing = _ranges(each.missing) or "nothing"
        yield f"    epoch {each.epoch} up to {each.last_sequence} is open, missing: {missing}"


def gap_in_words(status: TillStatus, closed: Gap) -> str:
    """What it means to close a gap."""
    numbers = count([list(each) for each in closed.missing])
    more = " and more that the status does not list" if closed.is_cut else ""
    what = (
        f"{numbers:,} missing numbers ({_ranges(closed.missing)}){more}" if numbers else "nothing"
    )
    if closed.is_older:
        return (
            f"Epoch {closed.epoch} of {status.till_id} misses {what}. Closed, whatever comes of "
            "it later is a dead letter."
        )
    return f"Epoch {closed.epoch} of {status.till_id}: {what} would be missed no more."


def _ranges(ranges: tuple[tuple[int, int], ...]) -> str:
    shown = [str(a) if a == b else f"{a} to {b}" for a, b in ranges[:RANGES_SHOWN]]
    left = len(ranges) - len(shown)
    return ", ".join(shown) + (f" and {left:,} ranges more" if left else "")
