"""An explanation as lines of text, for the terminal."""

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dashboards.ledger.explanation import Effect, Explanation, Subject


def zone(subject: Subject) -> tzinfo:
    """The clock of the location; UTC where it has none that is known."""
    try:
        return ZoneInfo(subject.time_zone) if subject.time_zone else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def lines(subject: Subject, told: Explanation) -> Iterator[str]:
    """What was on hand, why, and what has become of it; times by the location's clock."""
    where = zone(subject)
    unit = " g" if subject.unit == "gram" else ""
    yield f"{subject.product_name or 'product'} ({told.sku})"
    yield f"at {subject.location_name or 'location'} ({told.location_id})"
    yield f"on hand at {_clock(told.at, where)}: {told.on_hand}{unit}"
    yield ""
    yield from _effects(told, where)
    yield ""
    yield f"since then: {told.later_effects} effects, {told.later_quantity:+}{unit}"
    yield _comparison(told)


def _effects(told: Explanation, where: tzinfo) -> Iterator[str]:
    if not told.effects:
        yield "nothing had moved by then"
        return
    earlier = told.effects_before - len(told.effects)
    yield (
        f"{told.opening:>10}  after {earlier} earlier effects"
        if earlier
        else (f"{told.opening:>10}  at the beginning")
    )
    for effect in told.effects:
        late = "  (told late)" if effect.late else ""
        yield (
            f"{effect.level:>10}  {effect.quantity:+}  {_clock(effect.occurred_at, where)}  "
            f"{effect.reason}  {_cause(effect)}  {_source(effect)}{late}"
        )


def _cause(effect: Effect) -> str:
    reference = f" ({effect.reference})" if effect.reference else ""
    if effect.movement_id is not None:
        return f"movement {effect.movement_id}{reference}"
    return (
        f"till {effect.till_id} epoch {effect.epoch} event {effect.sequence} "
        f"line {effect.line_no}{reference}"
    )


def _source(effect: Effect) -> str:
    return f"{effect.source_topic}-{effect.source_partition}-{effect.source_offset}"


def _comparison(told: Explanation) -> str:
    if told.level_now is None:
        return f"now: {told.ledger_now} by the ledger; stock_levels has no row yet"
    if told.agrees:
        return f"now: {told.ledger_now}, by the ledger and by stock_levels"
    return (
        f"now: {told.ledger_now} by the ledger, but {told.level_now.on_hand} in stock_levels: "
        "run 'tillstream reconcile', which waits for what is on its way"
    )


def _clock(moment: datetime, where: tzinfo) -> str:
    return f"{moment.astimezone(where):%Y-%m-%d %H:%M:%S %Z}"
