"""What a panel is, and the JSON that Grafana makes of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

COLUMNS = 24
"""Width of Grafana's grid."""

HEIGHT = {"stat": 4, "timeseries": 8, "table": 8, "bargauge": 8}
"""In rows of the grid; a row is 30 pixels and a gap."""

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}

Kind = Literal["stat", "timeseries", "table", "bargauge"]


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel. ``asks`` are (legend, expression); ``unit`` is Grafana's name of it.

    ``about`` says what a reader does with it. ``red_above`` or ``red_below`` colours a value.
    """

    title: str
    about: str
    asks: Sequence[tuple[str, str]]
    unit: str = "short"
    kind: Kind = "timeseries"
    width: int = 12
    red_above: float | None = None
    red_below: float | None = None


def laid_out(panels: Sequence[Panel]) -> Iterator[dict[str, Any]]:
    """The panels from left to right and top to bottom."""
    x = y = height = 0
    for number, panel in enumerate(panels, 1):
        if x + panel.width > COLUMNS:
            x, y, height = 0, y + height, 0
        place = {"x": x, "y": y, "w": panel.width, "h": HEIGHT[panel.kind]}
        yield _json(panel, number) | {"gridPos": place}
        x, height = x + panel.width, max(height, HEIGHT[panel.kind])


def _json(panel: Panel, number: int) -> dict[str, Any]:
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.about,
        "datasource": DATASOURCE,
        "targets": [_target(panel, *each) for each in enumerate(panel.asks)],
        "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
        "options": _options(panel.kind),
    }


def _target(panel: Panel, number: int, ask: tuple[str, str]) -> dict[str, Any]:
    legend, expression = ask
    at_once = panel.kind != "timeseries"
    return {
        "refId": chr(ord("A") + number),
        "datasource": DATASOURCE,
        "expr": expression,
        "legendFormat": legend,
        "instant": at_once,
        "range": not at_once,
        "format": "table" if panel.kind == "table" else "time_series",
    }


def _defaults(panel: Panel) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    if panel.red_above is not None:
        steps.append({"color": "red", "value": panel.red_above})
    if panel.red_below is not None:
        steps = [{"color": "red", "value": None}, {"color": "green", "value": panel.red_below}]
    return {"unit": panel.unit, "thresholds": {"mode": "absolute", "steps": steps}}


def _options(kind: Kind) -> dict[str, Any]:
    if kind == "timeseries":
        return {
            "legend": {"displayMode": "list", "placement": "bottom"},
            "tooltip": {"mode": "multi", "sort": "desc"},
        }
    return {"reduceOptions": {"calcs": ["lastNotNull"]}} if kind != "table" else {}
