"""The dashboards as the JSON files that Grafana is provisioned with."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dashboards.grafana import business, fleet, pipeline
from dashboards.grafana.panel import DATASOURCE, Panel, laid_out

FOLDER = Path(__file__).parent / "json"

_DASHBOARDS: Mapping[str, tuple[str, Sequence[Panel]]] = {
    "pipeline": (pipeline.TITLE, pipeline.PANELS),
    "fleet": (fleet.TITLE, fleet.PANELS),
    "business": (business.TITLE, business.PANELS),
}

_SCHEMA_VERSION = 39
"""Of Grafana's dashboards, as of 10.3; later ones read it and migrate by themselves."""


def documents() -> dict[str, str]:
    """Each file's name and text."""
    return {
        f"{name}.json": json.dumps(_dashboard(name, *each), indent=2) + "\n"
        for name, each in _DASHBOARDS.items()
    }


def expressions() -> Iterator[tuple[str, str]]:
    """Every expression, with the dashboard and panel that ask it."""
    for name, (_, panels) in _DASHBOARDS.items():
        for panel in panels:
            for _, expression in panel.asks:
                yield f"{name}: {panel.title}", expression


def _dashboard(name: str, title: str, panels: Sequence[Panel]) -> dict[str, Any]:
    return {
        "uid": f"tillstream-{name}",
        "title": title,
        "tags": ["tillstream"],
        "timezone": "browser",
        "schemaVersion": _SCHEMA_VERSION,
        "refresh": "10s",
        "time": {"from": "now-1h", "to": "now"},
        "templating": {"list": [_datasource(), _locations()]},
        "links": [
            {
                "type": "dashboards",
                "title": "Tillstream",
                "tags": ["tillstream"],
                "asDropdown": False,
                "keepTime": True,
            }
        ],
        "panels": list(laid_out(panels)),
    }


def _datasource() -> dict[str, Any]:
    return {
        "name": "datasource",
        "label": "Prometheus",
        "type": "datasource",
        "query": "prometheus",
        "current": {},
    }


def _locations() -> dict[str, Any]:
    return {
        "name": "location",
        "label": "Shop",
        "type": "query",
        "datasource": DATASOURCE,
        "query": {"query": "label_values(tillstream_freshness_seconds, location_id)"},
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
    }
