"""Numbers and times as people read them at a glance."""

import math
from datetime import datetime

UNITS = ("B", "KiB", "MiB", "GiB", "TiB")

UNKNOWN = "?"

STEPS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def size(size_bytes: float) -> str:
    """``1.5 GiB``."""
    power = min(int(math.log(max(size_bytes, 1), 1024)), len(UNITS) - 1)
    return f"{size_bytes / 1024**power:.{1 if power else 0}f} {UNITS[power]}"


def span(seconds: float) -> str:
    """``3 min``, in the largest unit that fits."""
    for length, unit in STEPS:
        if seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return "now"


def ago(at: datetime | None, now: datetime) -> str:
    """``3 min ago``, or a question mark for what is not known."""
    if at is None:
        return UNKNOWN
    told = span((now - at).total_seconds())
    return told if told == "now" else f"{told} ago"


def count(number: int | None) -> str:
    """``12,345``; a question mark where it is unknown."""
    return UNKNOWN if number is None else f"{number:,}"
