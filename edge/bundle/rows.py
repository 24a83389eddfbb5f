"""The rows of a bundle, as a till reads them: what it needs of each, and no more.

What things cost to buy, and from whom, never leaves for a till. The tables' own models in
`topics` stay the reference; the gateway makes these of them.
"""

from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Annotated, Literal

import msgspec

from topics import scalars as s

ValidTime = Annotated[datetime, msgspec.Meta(tz=True)]
Unit = Literal["each", "gram"]

ScreenText = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
"""What is read while one walks by. An answer's event carries the question."""

AnswerText = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
"""What fits on a button."""


class BundledProduct(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """See `topics.changes.Product`. Its taxes are its ``tax_basis_points``."""

    sku: s.Identifier
    name: str
    category: str
    unit: Unit
    price_minor: s.Number
    currency: s.Currency
    tax_basis_points: s.Number
    gtin: str | None = None
    style: str | None = None
    colour: str | None = None
    size: str | None = None
    image: str | None = None
    replaces_sku: str | None = None


class BundledPrice(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """See `topics.pricing.Price`."""

    price_id: str
    sku: s.Identifier
    price_minor: s.Number
    currency: s.Currency
    valid_from: ValidTime
    valid_to: ValidTime | None = None
    location_id: s.Identifier | None = None


class BundledOffer(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """See `topics.pricing.Offer`."""

    offer_id: str
    location_id: s.Identifier
    valid_from: ValidTime
    valid_to: ValidTime
    sku: s.Identifier | None = None
    category: str | None = None
    percent: int | None = None
    price_minor: s.Number | None = None


class BundledRecall(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """See `topics.pricing.Recall`."""

    recall_id: str
    sku: s.Identifier
    reason: str
    valid_from: ValidTime
    valid_to: ValidTime | None = None
    lot: str | None = None


class BundledEmployee(msgspec.Struct, frozen=True, omit_defaults=True):
    """See `topics.people.Employee`: one who is let in at this location."""

    employee_id: s.Identifier
    card_hash: s.Hash
    pin_hash: str
    role: str
    limits: dict[str, int] = {}


class BundledCardKey(msgspec.Struct, frozen=True):
    """The store's own key, under which the cards of its list are hashed (docs/at-rest.md)."""

    version: s.Ordinal
    key: s.Hash


class TableColumn(msgspec.Struct, frozen=True):
    """See `topics.rule_tables.RuleColumn`."""

    name: str
    part: Literal["when", "then"]
    type: Literal["integer", "text", "flag"]


class TableRow(msgspec.Struct, frozen=True):
    """See `topics.rule_tables.RuleRow`."""

    row: str
    cells: list[str | None]


class TableTest(msgspec.Struct, frozen=True):
    """See `topics.rule_tables.RuleTest`."""

    test: str
    given: dict[str, int | str | bool]
    expect: list[str]


class BundledTable(msgspec.Struct, frozen=True, dict=True):
    """See `topics.rule_tables.RuleTable`: one version that holds at this location."""

    table_name: str
    version: s.Ordinal
    hit_policy: Literal["unique", "first", "collect"]
    columns: list[TableColumn]
    rows: list[TableRow]
    tests: list[TableTest]
    valid_from: ValidTime

    @cached_property
    def sha256(self) -> bytes:
        """Of all that it says: each bundle brings the same tables as other objects, and to compare
        them cell by cell costs more than to decide by them."""
        return sha256(msgspec.json.encode(self)).digest()


class BundledAnnouncement(msgspec.Struct, frozen=True, omit_defaults=True):
    """Words for the information screen, as the store wrote them: plain text."""

    announcement_id: s.Reference
    text: ScreenText
    valid_from: ValidTime
    valid_to: ValidTime | None = None


class BundledSurvey(msgspec.Struct, frozen=True, omit_defaults=True):
    """One question for the information screen, and the answers to choose from."""

    survey_id: s.Reference
    question: ScreenText
    answers: Annotated[list[AnswerText], msgspec.Meta(min_length=2, max_length=6)]
    valid_from: ValidTime
    valid_to: ValidTime | None = None


class BundledLocation(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """See `topics.changes.Location`: the store itself."""

    location_id: s.Identifier
    name: str
    kind: str
    time_zone: str
    region: str | None = None


KINDS: dict[str, type[msgspec.Struct]] = {
    "product": BundledProduct,
    "price": BundledPrice,
    "offer": BundledOffer,
    "recall": BundledRecall,
    "employee": BundledEmployee,
    "card_key": BundledCardKey,
    "rule_table": BundledTable,
    "location": BundledLocation,
    "announcement": BundledAnnouncement,
    "survey": BundledSurvey,
}
"""The kinds that this release reads. Others are kept, hashed, and left alone."""
