"""Why a difference is there, as far as the other findings tell. Pure."""

from collections.abc import Collection
from dataclasses import replace

from operations.reconcile.difference import FigureDifference
from operations.reconcile.topics import ALTERED, MISSING, STALE

BEHIND = "PostgreSQL is behind: see the lag under 'progress'"
FROM_ALTERED = "the row was altered by hand: it differs from its topic as well"
FROM_MISSING = "the row was deleted by hand: its topic still has it"


def explained(differences: Collection[FigureDifference], behind: bool) -> list[FigureDifference]:
    """The differences, their causes drawn from each other and from whether a reader is behind."""
    told = {
        (difference.table, difference.key): difference.cause
        for difference in differences
        if difference.check == "rows-topics"
    }
    return [
        replace(difference, cause=_cause(difference, told, behind)) for difference in differences
    ]


def _cause(difference: FigureDifference, told: dict[tuple[str, str], str], behind: bool) -> str:
    against_topic = told.get((difference.table, difference.key))
    if against_topic == ALTERED:
        return ALTERED if difference.check == "rows-topics" else FROM_ALTERED
    if behind and (against_topic in (STALE, MISSING) or against_topic is None):
        return BEHIND
    if against_topic == MISSING and difference.check != "rows-topics":
        return FROM_MISSING
    return difference.cause
