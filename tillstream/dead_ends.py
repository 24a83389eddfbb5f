"""The end of a worker that could not go on, with what its operator can do about it."""

import structlog

from engine.app import stop_now
from engine.errors import FoldFailed

log = structlog.get_logger()


def stop_with_a_way_out(error: BaseException) -> None:
    """End the process at once, as `engine.app.stop_now`; of a message that no fold can take, say
    by which command it gets out of the way."""
    if isinstance(error, FoldFailed):
        log.critical(
            "a message stops the worker, at each start",
            error=str(error),
            way_out="tillstream dead-letters quarantine TOPIC-PARTITION-OFFSET",
        )
    stop_now(error)
