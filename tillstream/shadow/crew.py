"""The shadow's worker processes, as services of a crew."""

from tillstream.crew import member
from tillstream.local.child import Service
from tillstream.settings import Settings
from tillstream.shadow.sides import Shadow


def services(settings: Settings, shadow: Shadow, workers: int) -> list[Service]:
    """So many workers of one shadow."""
    return [_service(settings, shadow, number + 1) for number in range(workers)]


def _service(settings: Settings, shadow: Shadow, number: int) -> Service:
    return member(
        settings,
        f"shadow-{number}",
        ["tillstream.shadow.worker", shadow.live, str(shadow.generation)],
        settings.home / "logs" / f"{shadow.application_id}-{number}.log",
        {"application_id": shadow.application_id, "metrics_port": "0"},
    )
