"""Where the house tests look: the checkout and its packages."""

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]

PACKAGES = (
    "identity",
    "sealing",
    "clients",
    "topics",
    "metrics",
    "local",
    "tables",
    "engine",
    "following",
    "agents",
    "connectors",
    "edge",
    "dashboards",
    "operations",
    "tillstream",
    "benchmarks",
)
