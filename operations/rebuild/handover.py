"""From the crew to the installation's own workers, one at a time, with no moment in between.

The crew goes on until the workers of the generation before are gone and at least one of the new
generation is there: what an older generation says readers pass over by now, so without the crew
nobody would say anything.
"""

import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from clients.kafka import KafkaAccess
from local import control, record
from local.home import StackHome
from local.record import ProcessRecord
from operations.applications import KeptState
from operations.rebuild.members import RebuildMember

BACK_SECONDS = 120.0
"""A worker stops within 20 s and starts within 10; a machine under load takes longer."""

_POLL_SECONDS = 0.3


Now = Callable[[], Sequence[ProcessRecord]]


class NotBack(Exception):
    """A worker of the local stack did not come back; the text names it."""


def local_workers(home: StackHome, kafka: KafkaAccess, kept: KeptState) -> list[ProcessRecord]:
    """The application's workers in the local stack in ``home``, where it runs and on ``kafka``."""
    found = control.status(home)
    if found.state != "running" or found.record is None:
        return []
    if found.record.addresses.kafka != kafka.servers:
        return []
    return [each for each in found.record.processes if kept.is_worked_on_by(each.name)]


def restart(home: StackHome, worker: ProcessRecord, now: Now, check: Callable[[], None]) -> None:
    """End one by its pid and wait until its supervisor has it running again.

    ``now`` gives the workers as they are, and ``check`` is called while it waits. Raises `NotBack`.
    """
    # One that has just ended by itself comes back as well; its pid may be another's by now.
    if worker.pid is not None and record.born(worker.pid) == worker.born:
        with suppress(ProcessLookupError):
            os.kill(worker.pid, signal.SIGTERM)
    deadline = time.monotonic() + BACK_SECONDS
    while not _is_back(worker, now()):
        check()
        if time.monotonic() > deadline:
            raise NotBack(f"{worker.name} is not back: see its log in {home.log(worker.name)}")
        time.sleep(_POLL_SECONDS)


def _is_back(worker: ProcessRecord, workers: Sequence[ProcessRecord]) -> bool:
    now = {each.name: each for each in workers}.get(worker.name)
    return now is not None and now.state == "running" and now.pid not in (None, worker.pid)


def is_over(older: Sequence[RebuildMember], newer: Sequence[RebuildMember]) -> bool:
    """Whether the workers have moved: none is left behind, and one at least has arrived."""
    return not older and any(each.stays for each in newer)
