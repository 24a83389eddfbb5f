"""Brings one partition from its assignment to where it can be read on."""

import structlog

from engine.contract import AppSpec
from engine.partition import PartitionWork
from engine.settings import EngineSettings

log = structlog.get_logger()


async def open_work(work: PartitionWork, spec: AppSpec, settings: EngineSettings) -> dict[str, int]:
    """By topic, the offset to read on from. Cancelled, it lets go of what it has opened.

    Raises `engine.errors.InputRecreated`, and whatever a recovery meets.
    """
    await work.open()
    try:
        inputs = settings.inputs(spec.topics, work.partition)
        starts = work.positions.begin_at(await inputs.look())
        if work.begins_dark:
            work.begin_dark(await inputs.ends())
    except BaseException:
        await work.close()
        raise
    done = work.progress
    log.info(
        "partition open",
        partition=work.partition,
        recovered_records=done.recovered,
        recovery_seconds=round(done.recovery_seconds, 2),
        stage=done.stage,
    )
    return starts
