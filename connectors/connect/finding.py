"""How a connector stands against its definition, in values and in words."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from typing import NamedTuple

from connectors.connect.rest import Status

HIDDEN = "(hidden)"


class ConnectorDifference(NamedTuple):
    """One setting: what Connect has (None: nothing) and what the definition says."""

    setting: str
    found: str | None
    wanted: str | None


@dataclass(frozen=True, slots=True)
class ConnectorFinding:
    """How the connector stands: its state, and where its settings differ.

    The state is Connect's own, or ``MISSING``, or a word of who keeps it for what hides behind
    ``RUNNING``.
    """

    name: str
    state: str
    trace: str
    differences: tuple[ConnectorDifference, ...]

    @property
    def is_in_order(self) -> bool:
        """Whether it runs as the definition says."""
        return self.state == "RUNNING" and not self.differences

    def in_words(self) -> str:
        """For people: the state, each difference, and the task's own words."""
        lines = [f"{self.state:<10}{self.name}"]
        lines += [
            f"{'':<12}{item.setting}: {item.found or 'unset'}, wanted {item.wanted or 'unset'}"
            for item in self.differences
        ]
        return "\n".join([*lines, self.trace]).rstrip()

    def as_json(self) -> dict[str, object]:
        """For programs."""
        differences = [item._asdict() for item in self.differences]
        return {**asdict(self), "differences": differences, "in_order": self.is_in_order}


def differences(
    found: Mapping[str, str], wanted: Mapping[str, str], secrets: Collection[str] = ()
) -> tuple[ConnectorDifference, ...]:
    """Each setting that differs; the values of ``secrets`` are told where they are only named."""
    told = _teller(secrets)
    differing = sorted(n for n in found.keys() | wanted.keys() if found.get(n) != wanted.get(n))
    return tuple(
        ConnectorDifference(name, told(name, found.get(name)), told(name, wanted.get(name)))
        for name in differing
    )


def _teller(secrets: Collection[str]) -> Callable[[str, str | None], str | None]:
    def told(name: str, value: str | None) -> str | None:
        # A definition of before may hold the secret itself, and not where it is.
        is_secret = name in secrets and value and not value.startswith("${")
        return HIDDEN if is_secret else value

    return told


def state_in_connect(status: Status | None) -> tuple[str, str]:
    """The worst state among the connector and its tasks, with its trace."""
    if status is None:
        return "MISSING", ""
    parts = [status["connector"], *status["tasks"]]
    failed = [part for part in parts if part["state"] == "FAILED"]
    if failed:
        return "FAILED", str(failed[0].get("trace", ""))
    if status["connector"]["state"] == "RUNNING" and not status["tasks"]:
        return "UNASSIGNED", ""
    others = [part["state"] for part in parts if part["state"] != "RUNNING"]
    return (others[0] if others else "RUNNING"), ""
