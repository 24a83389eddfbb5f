"""What may be asked of the API and what it answers: requests and the document follow from these."""

import re
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from topics.derived import CheckoutTotals, RestockAlert, StockLevel
from topics.scalars import ID_PATTERN, Identifier

PAGE_DEFAULT = 100

PAGE_MAX = 1_000
"""Items of one answer, some 200 kB. Fewer make a copy of 300,000 levels slow; many more hold one
of the few connections that people's pages share."""

CURSOR_CHARACTERS_MAX = 500
"""Longer than any that was given out."""


def _written_out(value: object) -> object:
    """A date as YYYY-MM-DD only: pydantic would take a number for seconds since 1970."""
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError("write a date as 2026-11-21")
    return value


Day = Annotated[date, BeforeValidator(_written_out)]


class Paged(BaseModel):
    """What every list can be asked. An unknown parameter is refused: it would do nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    limit: int = Field(
        default=PAGE_DEFAULT, ge=1, le=PAGE_MAX, description="Items of one answer, at the most."
    )
    cursor: str | None = Field(
        default=None,
        max_length=CURSOR_CHARACTERS_MAX,
        description="`next_cursor` of the answer before; without it, the first items.",
    )


class LevelsAsked(Paged):
    """Which levels."""

    location_id: Identifier | None = Field(default=None, description="Of this location.")
    sku: Identifier | None = Field(default=None, description="Of this product.")


class TotalsAsked(Paged):
    """Which totals."""

    location_id: Identifier | None = Field(default=None, description="Of this location.")
    till_id: Identifier | None = Field(
        default=None, description="Of the tills of this id: name the location too, for one of them."
    )
    rows: Literal["locations", "tills", "all"] = Field(
        default="locations", description="A location's own totals, those of its tills, or both."
    )
    first_date: Day | None = Field(
        default=None, alias="from", description="The first business date."
    )
    last_date: Day | None = Field(default=None, alias="to", description="The last business date.")


class AlertsAsked(Paged):
    """Which alerts."""

    location_id: Identifier | None = Field(default=None, description="Of this location.")
    sku: Identifier | None = Field(default=None, description="Of this product.")
    state: Literal["raised", "cleared", "all"] = Field(
        default="raised", description="Only alerts in this state."
    )


class FreshnessAsked(Paged):
    """Of which locations."""

    location_id: Identifier | None = Field(default=None, description="Of this location.")


class ItemAsked(BaseModel):
    """One item, by its key in the path."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    location_id: Identifier
    sku: Identifier


class NothingAsked(BaseModel):
    """An address without parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class _Page(BaseModel):
    model_config = ConfigDict(frozen=True)

    next_cursor: str | None = Field(
        description="To be given as `cursor` for the items that follow; null after the last."
    )


class Levels(_Page):
    """Stock levels, by location and SKU."""

    items: list[StockLevel]


class Totals(_Page):
    """Checkout totals, by business date, location and till."""

    items: list[CheckoutTotals]


class Alerts(_Page):
    """Restock alerts as they stand now, by location and SKU."""

    items: list[RestockAlert]


class LocationFreshness(BaseModel):
    """How much of what happened at a location nobody has heard."""

    location_id: Identifier
    heard_at: datetime | None = Field(description="When a till of it was last heard.")
    unheard_days: float = Field(
        description="How many usual days of selling lie in its silence; 0 while it is heard."
    )
    missing_events: int = Field(description="Till events that are known to be missing.")
    in_transit_products: int = Field(
        description="Products that left it and have come in nowhere yet."
    )
    in_transit_since: datetime | None = Field(description="When the first of them left.")


class Freshness(_Page):
    """Locations, by id."""

    items: list[LocationFreshness]


class LevelDoubt(BaseModel):
    """A level and how much less there may be: docs/freshness.md says what that means."""

    location_id: Identifier
    sku: Identifier
    on_hand: int
    version: int
    as_of: datetime
    in_transit: int = Field(description="What left for elsewhere and has come in nowhere yet.")
    unheard_days: float = Field(description="As in the location's freshness.")
    missing_events: int
    sold_unheard_expected: int = Field(
        description="Base units that were sold unheard, if the location sells as it lately did."
    )
    sold_unheard_at_most: int = Field(description="As many, or fewer, in 19 of 20 cases.")


class WrongParameter(BaseModel):
    """One parameter that cannot be meant so."""

    parameter: str
    detail: str


class Problem(BaseModel):
    """Why there is no answer (RFC 9457)."""

    type: Literal["about:blank"] = "about:blank"
    title: str
    status: int = Field(ge=400, le=599)
    detail: str
    errors: list[WrongParameter] = Field(default_factory=list[WrongParameter])
    code: str | None = Field(
        default=None, description="Of a booking that was refused: why, for programs."
    )


IDENTIFIER = re.compile(ID_PATTERN.removesuffix("$") + r"\Z")
"""What a location, till or SKU can be called, within a cursor."""
