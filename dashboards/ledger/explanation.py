"""The level of one SKU at one location at one moment, and the effects that made it so.

A moment is meant as it was on the shop floor: effects count by when they occurred, not by when
they were told. So an explanation of yesterday changes when a till that was cut off delivers what
it sold then. Such an effect is marked ``late``: it was told after one that occurred after it,
among those read.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec

from clients.statements import statement
from dashboards.asking import Ask


class Unknown(Exception):
    """Nothing is known of that location, or of that SKU there; the message says which."""


class Subject(msgspec.Struct, frozen=True):
    """What is explained, by name; None where it is not registered."""

    location_name: str | None
    time_zone: str | None
    product_name: str | None
    unit: str | None
    location_known: bool
    product_known: bool


class Effect(msgspec.Struct, frozen=True):
    """One change of on hand, and its cause: a till's line or a movement.

    ``level`` is on hand after it, in base units. ``source_*`` is the message that told of it.
    """

    occurred_at: datetime
    quantity: int
    reason: str
    reference: str | None
    till_id: str | None
    epoch: int | None
    sequence: int | None
    line_no: int | None
    movement_id: str | None
    source_topic: str
    source_partition: int
    source_offset: int
    level: int = 0
    late: bool = False


class LevelNow(msgspec.Struct, frozen=True):
    """The row of ``stock_levels``: what the workers say, by another way."""

    on_hand: int
    in_carts: int
    available: int
    version: int
    as_of: datetime


class Explanation(msgspec.Struct, frozen=True):
    """On hand at a moment.

    ``opening`` is on hand before ``effects``, the last of ``effects_before`` in all. What
    occurred after the moment adds up to ``later_quantity``; the sum of both is on hand now by the
    ledger. ``agrees`` says whether `stock_levels` has the same: the two are written a moment
    apart, so a difference counts only where it stays. It is None without a row there.
    """

    location_id: str
    sku: str
    at: datetime
    on_hand: int
    opening: int
    effects: list[Effect]
    effects_before: int
    later_effects: int
    later_quantity: int
    ledger_now: int
    level_now: LevelNow | None
    agrees: bool | None


class _Told(msgspec.Struct, frozen=True):
    source_topic: str
    source_partition: int
    source_offset: int


class _Answer(msgspec.Struct, frozen=True):
    on_hand: int
    effects: int
    later_quantity: int
    later_effects: int
    before: list[Effect]
    following: list[_Told]
    level: LevelNow | None


class _Row(msgspec.Struct, frozen=True):
    answer: dict[str, Any]


async def subject_of(ask: Ask, location_id: str, sku: str) -> Subject:
    """Who and what is asked about; raises `Unknown`."""
    (subject,) = await ask(
        statement(__file__, "subject"), Subject, location_id=location_id, sku=sku
    )
    if not subject.location_known:
        raise Unknown(f"no location has the id {location_id}")
    if not subject.product_known:
        raise Unknown(f"no product has the SKU {sku}, and none such moved at {location_id}")
    return subject


async def explain(ask: Ask, location_id: str, sku: str, at: datetime, last: int) -> Explanation:
    """On hand at ``at``, with the ``last`` effects up to it."""
    (row,) = await ask(
        statement(__file__, "explanation"),
        _Row,
        location_id=location_id,
        sku=sku,
        at=at,
        last=last,
    )
    answer = msgspec.convert(row.answer, _Answer)
    opening = answer.on_hand - sum(effect.quantity for effect in answer.before)
    ledger_now = answer.on_hand + answer.later_quantity
    return Explanation(
        location_id=location_id,
        sku=sku,
        at=at,
        on_hand=answer.on_hand,
        opening=opening,
        effects=list(_with_levels(opening, answer.before, _late(answer))),
        effects_before=answer.effects,
        later_effects=answer.later_effects,
        later_quantity=answer.later_quantity,
        ledger_now=ledger_now,
        level_now=answer.level,
        agrees=answer.level.on_hand == ledger_now if answer.level else None,
    )


def _with_levels(opening: int, effects: Iterable[Effect], late: Iterable[bool]) -> Iterator[Effect]:
    level = opening
    for effect, is_late in zip(effects, late, strict=True):
        level += effect.quantity
        yield msgspec.structs.replace(effect, level=level, late=is_late)


def _late(answer: _Answer) -> list[bool]:
    """For each effect, whether one that occurred after it was told before it.

    Offsets order what lies in one partition of one topic; between topics nothing does.
    """
    first: dict[tuple[str, int], int] = {}
    for told in answer.following:
        place = (told.source_topic, told.source_partition)
        first[place] = min(told.source_offset, first.get(place, told.source_offset))
    late: list[bool] = []
    for effect in reversed(answer.before):
        place = (effect.source_topic, effect.source_partition)
        late.append(first.get(place, effect.source_offset) < effect.source_offset)
        first[place] = min(effect.source_offset, first.get(place, effect.source_offset))
    return late[::-1]
