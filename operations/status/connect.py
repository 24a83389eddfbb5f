"""Kafka Connect's connectors, as it tells them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPException
from typing import Any

from clients.connect import ConnectAccess
from connectors.debezium.definition import NAME

OURS = NAME
"""The connector that must be there."""

ANSWER_SECONDS = 3.0
"""Connect answers in milliseconds; one that rebalances may take a second or two."""


@dataclass(frozen=True, slots=True)
class Connector:
    """State of a connector and of its tasks in Connect's words, and why one failed."""

    state: str
    tasks: tuple[str, ...]
    trace: str = ""

    @property
    def is_up(self) -> bool:
        """Whether it and all its tasks run."""
        return bool(self.tasks) and {self.state, *self.tasks} == {"RUNNING"}

    @property
    def worst(self) -> str:
        """The one state that matters most."""
        states = (self.state, *self.tasks)
        if "FAILED" in states:
            return "FAILED"
        others = [state for state in states if state != "RUNNING"]
        return others[0] if others else "RUNNING" if self.tasks else "UNASSIGNED"


@dataclass(frozen=True, slots=True)
class ConnectSeen:
    """Connect at one moment; ``fault`` is why it did not answer."""

    connectors: Mapping[str, Connector] = field(default_factory=dict[str, Connector])
    fault: str = ""

    @property
    def answers(self) -> bool:
        """Whether it did."""
        return not self.fault


def look(access: ConnectAccess) -> ConnectSeen:
    """All its connectors."""
    try:
        status, text = access.request(
            "GET", "/connectors?expand=status", patience_seconds=ANSWER_SECONDS
        )
        if status != HTTPStatus.OK:
            return ConnectSeen(fault=f"it answers with {status}")
        told: dict[str, Any] = json.loads(text)
    except (OSError, HTTPException, ValueError) as fault:
        return ConnectSeen(fault=str(fault) or type(fault).__name__)
    return ConnectSeen({name: _connector(each["status"]) for name, each in told.items()})


def _connector(status: dict[str, Any]) -> Connector:
    parts: list[dict[str, str]] = [status["connector"], *status["tasks"]]
    traces = [part["trace"] for part in parts if part.get("trace")]
    states = [part["state"] for part in parts]
    return Connector(states[0], tuple(states[1:]), traces[0] if traces else "")
