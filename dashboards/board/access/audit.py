"""The record of who did what: one entry, in the transaction of what it tells of."""

from pathlib import Path

from psycopg.types.json import Jsonb

from dashboards.board.feed.writing import Work
from dashboards.statements import statement

_FOLDER = Path(__file__).parent


async def record(
    work: Work, action: str, subject: str, before: object = None, after: object = None
) -> None:
    """Write an entry; who acts, and from where, is what the transaction was opened with.

    ``action`` as ``products.change``, ``subject`` as ``products/4006381333931``; ``before`` and
    ``after`` are what JSON can hold.
    """
    await work.run(
        statement(_FOLDER, "record"),
        action=action,
        subject=subject,
        before=None if before is None else Jsonb(before),
        after=None if after is None else Jsonb(after),
    )
