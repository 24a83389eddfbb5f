"""What operators decide and workers obey: about tills, about single messages, about rebuilds.

A decision about a till names in ``after_offset`` where its partition of ``till.cart-events`` ended
when it was taken. Workers obey it between the messages before that offset and those from it on,
now and in every rebuild, whatever the order in which they read the two topics.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from topics.event_parts import LATE, Contract
from topics.scalars import Epoch, Identifier, Number, Text, UtcTime

GENERATION_MAX = 511
"""Generations of state that versions have room for. A rebuild a week lasts ten years."""

GENERATION_BITS = 44
"""Bits of a version below its generation: the offsets of 10^13 inputs."""


class TillForgotten(Contract):
    """A till that is gone for good: its state and its row leave; what it sold stays.

    ``up_to_epoch`` is the epoch that the operator saw: a till that has begun a newer one since is
    not gone, and stays.
    """

    type: Literal["till_forgotten"]
    location_id: Identifier
    till_id: Identifier
    up_to_epoch: Epoch
    after_offset: Number
    decided_by: Text
    decided_at: UtcTime


class GapClosed(Contract):
    """Events that will never come: nobody waits for the missing numbers up to ``up_to_sequence``.

    An older epoch is closed as a whole: its later events are dead letters (``epoch_closed``). In
    the till's newest epoch the numbers are merely not missed any more: one that comes after all
    is applied.
    """

    type: Literal["gap_closed"]
    location_id: Identifier
    till_id: Identifier
    epoch: Epoch
    up_to_sequence: Number
    after_offset: Number
    decided_by: Text
    decided_at: UtcTime


class RowRestated(Contract):
    """A row of a derived topic is to be said again as the state has it, or taken back.

    After a rebuild some rows may be left that only the state before it knew.
    """

    type: Literal["row_restated"]
    location_id: Identifier
    topic: Literal["stock.levels", "checkout.totals", "restock.alerts", "till.status"]
    key: Text
    after_offset: Number
    decided_by: Text
    decided_at: UtcTime


TillUpkeep = Annotated[TillForgotten | GapClosed | RowRestated, Field(discriminator="type")]

till_upkeep_adapter: TypeAdapter[TillUpkeep] = TypeAdapter(TillUpkeep, config=LATE)
"""Validates one decision; the reference that the decoder in `topics.wire` is held to."""


class SetAside(Contract):
    """An operator moved one input message to the dead letters: no fold can take it."""

    decided_by: Text
    decided_at: UtcTime
    reason: Text


GenerationState = Literal["building", "live", "abandoned"]


class Generation(Contract):
    """A word about the generation in front of the versions of one application id's state.

    ``building``: workers beside the live ones make it from the first offset. ``live``: workers
    that start take it. ``abandoned``: nobody will; its number is not used again.
    """

    generation: Annotated[int, Field(ge=0, le=GENERATION_MAX)]
    state: GenerationState
    decided_at: UtcTime
