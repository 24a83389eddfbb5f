"""Who needs help, and why. Pure.

Each reason has a weight; a location's place on the overview is their sum, after those that call
for help. The weights say what is
looked at first: a shop that nobody hears may be losing every sale's record; where two devices use
one till's identity the second's sales are not counted; one that sells half of the usual loses
money; events that are missing make its figures wrong; shelves that are empty lose sales one
product at a time.
"""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from dashboards.board.live.scene import Scene
from dashboards.board.wording.words import span

FEW_SALES = 0.5
"""Share of the usual net sales below which a day is bad."""

FEWER_SALES = 0.8
"""Share below which it is weak: a fifth less is rarely chance over some hours."""

SALES_JUDGED_SECONDS = 2 * 3600
"""How much of the usual day must have sold something before it is judged: one early customer
more or less would be half of a first hour."""

MISSING, WEAK_DAY, NEGATIVE, UNREADABLE, DISCREPANCY, OUT, BELOW = 60, 35, 30, 25, 20, 15, 5

BAD_DAY = 250
"""More than all of those together, so that they never hide it."""

SHARED = 500
"""More than a bad day and all of those: sales are lost for as long as nobody looks."""

SILENT = 1000
"""More than all else: of a shop that is not heard nothing else can be believed."""

TILLS_TOLD = 3
"""Tills named in a reason: more make it long, and one is enough to go there."""

HELP = 50
"""A reason of this weight calls for help, and somebody should go and see: nobody hears the shop,
two devices use one identity, its day is bad, events are missing, or some twenty products are below
nought. Lower, and each shop
with a miscounted product calls; higher, and one whose deliveries nobody books does not."""


class Need(NamedTuple):
    """One reason to look; ``severity`` is ``bad`` or ``warn``."""

    weight: int
    severity: str
    words: str


def needs(scene: Scene, location_id: str) -> list[Need]:
    """The reasons to look at a location, the heaviest first."""
    found = [
        *silence(scene, location_id),
        *_sales(scene, location_id),
        *_records(scene, location_id),
        *_shelves(scene, location_id),
    ]
    return sorted(found, key=lambda need: -need.weight)


def calls_for_help(found: Iterable[Need]) -> bool:
    """Whether one of the reasons is enough by itself; many small ones are a usual day's work."""
    return any(need.weight >= HELP for need in found)


def urgency(scene: Scene, location_id: str) -> tuple[bool, int]:
    """Whether a location calls for help, and how much it wants a look: the greater comes first."""
    found = needs(scene, location_id)
    return calls_for_help(found), sum(need.weight for need in found)


def silence(scene: Scene, location_id: str) -> list[Need]:
    """That a location is silent while it usually sells, if it is."""
    seen = scene.memory.tills.last_seen(location_id)
    if seen is None or scene.state(location_id) != "silent":
        return []
    return [Need(SILENT, "bad", f"Silent for {span((scene.now - seen).total_seconds())}")]


def _sales(scene: Scene, location_id: str) -> list[Need]:
    share = share_of_usual(scene, location_id)
    if share is None or share >= FEWER_SALES:
        return []
    words = f"Sales {scene.words.change(share - 1)} against usual"
    return [Need(BAD_DAY, "bad", words) if share < FEW_SALES else Need(WEAK_DAY, "warn", words)]


def share_of_usual(scene: Scene, location_id: str) -> float | None:
    """Today's net sales as a share of what is usual by now; None where that says nothing."""
    totals, profile = scene.memory.totals.get(location_id), scene.usual.today(location_id)
    usual = scene.usual.by_now(location_id, scene.now)
    if totals is None or profile is None or not usual or usual < 0:
        return None
    elapsed = scene.usual.selling_seconds(location_id, scene.now)
    return totals.net_sales_minor / usual if elapsed >= SALES_JUDGED_SECONDS else None


def _records(scene: Scene, location_id: str) -> list[Need]:
    tills = scene.memory.tills.at(location_id)
    shared = [till.till_id for till in tills if scene.memory.tills.is_shared(till, scene.now)]
    missing = sum(till.missing_events for till in tills)
    unreadable = sum(till.quarantined for till in tills)
    totals = scene.memory.totals.get(location_id)
    found: list[Need] = []
    if shared:
        found.append(Need(SHARED, "bad", f"Two devices are till {', '.join(shared[:TILLS_TOLD])}"))
    if missing:
        found.append(Need(MISSING, "bad", f"{counted(scene, missing, 'event')} missing"))
    if unreadable:
        found.append(Need(UNREADABLE, "warn", f"{counted(scene, unreadable, 'event')} unreadable"))
    if totals is not None and totals.discrepancies:
        told = counted(scene, totals.discrepancies, "receipt")
        does = "does" if totals.discrepancies == 1 else "do"
        found.append(Need(DISCREPANCY, "warn", f"{told} that {does} not add up"))
    return found


def _shelves(scene: Scene, location_id: str) -> list[Need]:
    reasons = Counter(alert.reason for alert in scene.memory.alerts(location_id).values())
    told: tuple[tuple[str, int, str, str], ...] = (
        ("negative_stock", NEGATIVE, "bad", "with negative stock"),
        ("out_of_stock", OUT, "warn", "out of stock"),
        ("below_reorder_point", BELOW, "warn", "to reorder"),
    )
    return [
        Need(weighs + min(reasons[reason], weighs), severity,
             f"{counted(scene, reasons[reason], 'product')} {words}")
        for reason, weighs, severity, words in told
        if reasons[reason]
    ]  # fmt: skip


def counted(scene: Scene, number: int, what: str) -> str:
    """A number of things, in words."""
    return f"{scene.words.count(number)} {what}{'' if number == 1 else 's'}"
