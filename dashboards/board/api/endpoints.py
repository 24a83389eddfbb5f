"""The addresses of the API: what each takes, what it answers, and what it is for."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from dashboards.board.api.models import (
    Alerts,
    AlertsAsked,
    Freshness,
    FreshnessAsked,
    ItemAsked,
    LevelDoubt,
    Levels,
    LevelsAsked,
    NothingAsked,
    Totals,
    TotalsAsked,
)
from topics.derived import RestockAlert, StockLevel


@dataclass(frozen=True, slots=True)
class ApiEndpoint:
    """One address. ``asked`` names its parameters, in the path or after it; ``body`` is what is
    sent to one that changes something."""

    path: str
    operation: str
    summary: str
    asked: type[BaseModel]
    answer: type[BaseModel] | dict[str, Any]
    body: type[BaseModel] | None = None


LEVELS = ApiEndpoint(
    "/api/v1/levels", "listLevels", "Stock by location and SKU.", LevelsAsked, Levels
)
LEVEL = ApiEndpoint(
    "/api/v1/levels/{location_id}/{sku}",
    "getLevel",
    "Stock of one SKU at one location.",
    ItemAsked,
    StockLevel,
)
TOTALS = ApiEndpoint(
    "/api/v1/totals",
    "listTotals",
    "Totals of locations and tills by business date.",
    TotalsAsked,
    Totals,
)
ALERTS = ApiEndpoint(
    "/api/v1/alerts", "listAlerts", "Restock alerts as they stand now.", AlertsAsked, Alerts
)
ALERT = ApiEndpoint(
    "/api/v1/alerts/{location_id}/{sku}",
    "getAlert",
    "The alert of one SKU at one location, raised or cleared.",
    ItemAsked,
    RestockAlert,
)
FRESHNESS = ApiEndpoint(
    "/api/v1/freshness",
    "listFreshness",
    "How fresh each location's figures are.",
    FreshnessAsked,
    Freshness,
)
DOUBT = ApiEndpoint(
    "/api/v1/levels/{location_id}/{sku}/doubt",
    "getDoubt",
    "How uncertain a level is, by what nobody has heard of its location.",
    ItemAsked,
    LevelDoubt,
)
OPENAPI = ApiEndpoint(
    "/api/v1/openapi.json",
    "getDocument",
    "This document.",
    NothingAsked,
    {"type": "object", "description": "An OpenAPI 3.1 document."},
)

ENDPOINTS = (LEVELS, LEVEL, DOUBT, TOTALS, ALERTS, ALERT, FRESHNESS, OPENAPI)
