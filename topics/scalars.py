"""The scalar types of the contracts, each usable by pydantic and by msgspec.

pydantic is the reference and gives the schema and the error texts; msgspec decodes the same
bytes at the speed the workers need. One ``Annotated`` alias carries the constraint for both,
so that there is one place to change it. `tests/unit/topics` holds both to the same verdicts.
"""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from pydantic import AfterValidator, BeforeValidator, Field

SAFE_INTEGER_MAX = 2**53 - 1
"""Largest integer that every JSON reader keeps exact (RFC 8259, section 6).

Above it a reader in JavaScript rounds money; far below it a bulk quantity in grams is refused.
"""

NUMBER_MAX = 10**12
"""Largest number of an input message. One that came compressed may hold a million entries, and
their sum must fit the 64 bits of state and database: at `SAFE_INTEGER_MAX` each, a thousand lines
would stop whoever adds them up. A million tonnes in grams still pass."""

EPOCH_MAX = 2**31 - 1
"""Largest epoch of a till. One comes with each new image or device; a wild one must leave room for
the honest ones after it, and fit the integers of the clients that keep it."""

TEXT_LENGTH_MAX = 128
"""Characters in a free reference (receipt, cart, return). Longer ones are a till gone wrong;
shorter than a UUID with a prefix would refuse honest ones."""

ID_PATTERN = r"^[A-Za-z0-9._-]{1,64}$"
HASH_PATTERN = r"^[0-9a-fA-F]{64}$"
UUID_PATTERN = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
CURRENCY_PATTERN = r"^[A-Z]{3}$"
NO_NUL_PATTERN = r"^[^\x00]*$"
"""PostgreSQL cannot store the character NUL: one such receipt would hold up the sink for good.

msgspec is not given this one; `topics.wire` looks for the escape that alone can bring it.
"""


def anchored(pattern: str) -> str:
    """The pattern for Python's engine, whose $ also matches before a trailing newline."""
    return pattern.removesuffix("$") + r"\Z"


def _parse(value: object, wanted: Any, hint: str) -> object:
    # One parser for both readers: pydantic's own cuts nanoseconds off where msgspec rounds.
    if not isinstance(value, str):
        return value
    try:
        return msgspec.convert(value, wanted)
    except msgspec.ValidationError as refusal:
        raise ValueError(hint) from refusal


def _parse_time(value: object) -> object:
    return _parse(
        value,
        Annotated[datetime, Meta(tz=True)],
        "a time must be RFC 3339 with an offset, such as 2026-11-21T09:30:00Z",
    )


def _parse_date(value: object) -> object:
    return _parse(value, date, "a business date must be YYYY-MM-DD")


def in_utc(value: datetime) -> datetime:
    """The same instant in UTC; ValueError without an offset, or outside the years 1 to 9999."""
    if value.tzinfo is None:
        raise ValueError("a time must carry its offset from UTC")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time must lie within the years 1 to 9999 in UTC") from None


Identifier = Annotated[str, Field(pattern=ID_PATTERN), Meta(pattern=anchored(ID_PATTERN))]
"""Id of a location, till or SKU: 1 to 64 of ``A-Z a-z 0-9 . _ -``."""

EventId = Annotated[str, Field(pattern=UUID_PATTERN), Meta(pattern=anchored(UUID_PATTERN))]
"""UUID in its canonical text form; tills write version 7 (RFC 9562)."""

Hash = Annotated[str, Field(pattern=HASH_PATTERN), Meta(pattern=anchored(HASH_PATTERN))]
"""SHA-256 as 64 hexadecimal digits."""

Text = Annotated[str, Field(pattern=NO_NUL_PATTERN)]
"""Any text that PostgreSQL can store."""

Reference = Annotated[
    str,
    Field(min_length=1, max_length=TEXT_LENGTH_MAX, pattern=NO_NUL_PATTERN),
    Meta(min_length=1, max_length=TEXT_LENGTH_MAX),
]
"""Free text that names something at its source: a cart, a receipt, a delivery note."""

Currency = Annotated[str, Field(pattern=CURRENCY_PATTERN), Meta(pattern=anchored(CURRENCY_PATTERN))]
"""ISO 4217 code."""

Count = Annotated[int, Field(ge=0, le=SAFE_INTEGER_MAX), Meta(ge=0, le=SAFE_INTEGER_MAX)]
"""A sum, a version or a number of things that we say; never negative."""

Positive = Annotated[int, Field(ge=1, le=SAFE_INTEGER_MAX), Meta(ge=1, le=SAFE_INTEGER_MAX)]
"""A version that begins at 1."""

Signed = Annotated[
    int,
    Field(ge=-SAFE_INTEGER_MAX, le=SAFE_INTEGER_MAX),
    Meta(ge=-SAFE_INTEGER_MAX, le=SAFE_INTEGER_MAX),
]
"""A sum that we say and that may be negative."""

Number = Annotated[int, Field(ge=0, le=NUMBER_MAX), Meta(ge=0, le=NUMBER_MAX)]
"""A number of an input that is never negative, in the unit that its field names."""

Ordinal = Annotated[int, Field(ge=1, le=NUMBER_MAX), Meta(ge=1, le=NUMBER_MAX)]
"""A number from 1, as sequences are."""

Epoch = Annotated[int, Field(ge=1, le=EPOCH_MAX), Meta(ge=1, le=EPOCH_MAX)]
"""Which life of a till: a device that was replaced or imaged anew begins a higher one."""

Quantity = Annotated[int, Field(ge=0, le=NUMBER_MAX), Meta(ge=0, le=NUMBER_MAX)]
"""Quantity of one line, in the product's base unit."""

Amount = Annotated[int, Field(ge=-NUMBER_MAX, le=NUMBER_MAX), Meta(ge=-NUMBER_MAX, le=NUMBER_MAX)]
"""Money of one entry in minor units, or a booked quantity; may be negative."""

NotPositive = Annotated[int, Field(ge=-NUMBER_MAX, le=0), Meta(ge=-NUMBER_MAX, le=0)]
"""An amount that only ever reduces, as discounts do."""

UtcTime = Annotated[datetime, BeforeValidator(_parse_time), AfterValidator(in_utc)]
"""An instant, RFC 3339; kept in UTC to the nearest microsecond, whatever offset it came with.

The offset's colon may be missing, as Python's ``%z`` writes it. A leap second (``:60``) is
refused: neither Python nor PostgreSQL can hold one.
"""

BusinessDate = Annotated[date, BeforeValidator(_parse_date)]
"""The trading day that a till is in, YYYY-MM-DD; not always the calendar's."""

Unit = Literal["each", "gram"]
TenderKind = Literal["cash", "card", "voucher", "other"]
NoteKind = Literal[
    "survey", "reprint", "pin_failed", "card_locked", "price_checked", "rule_checked", "discount"
]
