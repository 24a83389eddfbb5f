"""Workers that a command starts beside the live ones, of a rebuild or a shadow."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from local.checkout import environment, module
from local.child import Service
from local.ports import LOOPBACK
from operations.applications import KeptState
from operations.generations.standing import state_id
from operations.rebuild.building import Hire
from operations.shadow.rights import SERVICE
from operations.shadow.sides import Shadow
from tillstream.kafka_settings import KafkaSettings
from tillstream.settings import Settings

GRACE_SECONDS = 20
"""A worker finishes its batch and its transaction; killed, it would remain a member of its group
until its session has run out."""


def builders(settings: Settings) -> Hire:
    """See `operations.rebuild.building.Hire`."""

    def builder(kept: KeptState, generation: int, number: int, port: int) -> Service:
        state = state_id(kept.id(settings.application_id), generation)
        return _member(
            settings.as_service(kept.service),
            f"rebuild-{number}",
            ["tillstream.rebuild_worker", kept.role, str(generation)],
            settings.home / "logs" / f"{state}-{number}.log",
            {
                "application_id": settings.application_id,
                "host": LOOPBACK,
                "metrics_port": str(port),
            },
        )

    return builder


def shadows(settings: Settings, shadow: Shadow, workers: int) -> list[Service]:
    """So many workers of one shadow."""
    return [_shadow(settings, shadow, number + 1) for number in range(workers)]


def _shadow(settings: Settings, shadow: Shadow, number: int) -> Service:
    return _member(
        settings.as_service(SERVICE),
        f"shadow-{number}",
        ["tillstream.shadow_worker", shadow.live, str(shadow.generation)],
        settings.home / "logs" / f"{shadow.application_id}-{number}.log",
        {"application_id": shadow.application_id, "metrics_port": "0"},
    )


def _member(
    settings: Settings, name: str, command: Sequence[str], log: Path, given: Mapping[str, str]
) -> Service:
    """One worker, run by ``python -m`` with ``command``; ``given`` are its settings by name."""
    everything = {
        "home": str(settings.home),
        "worker_name": name,
        **_way_to_kafka(settings),
        **given,
    }
    return Service(
        name=name,
        command=module(*command),
        log=log,
        ready=lambda: True,
        environment=environment(everything),
        grace_seconds=GRACE_SECONDS,
    )


def _way_to_kafka(settings: Settings) -> dict[str, str]:
    """Address and link together: of a local stack they are noted only while it runs, and who is
    told the address alone believes that it is the user's own."""
    held = {name: getattr(settings, name) for name in KafkaSettings.model_fields}
    return {name: str(value) for name, value in held.items() if value}
