"""What the back office needs of a database, and its rows as what they are."""

from typing import Any, Protocol, TypeVar

import msgspec
from psycopg import sql

T = TypeVar("T")


class BookingWork(Protocol):
    """One open transaction: `dashboards.board.feed.writing.Work`."""

    async def query(self, question: sql.SQL, row_type: type[T], /, **parameters: object) -> list[T]:
        """Rows of a statement."""
        ...

    async def run(self, order: sql.SQL | sql.Composed, /, **parameters: object) -> int:
        """Run a statement without rows; how many rows it touched."""
        ...


async def fetched(
    work: BookingWork, question: sql.SQL, row_type: type[T], /, **parameters: object
) -> list[T]:
    """Rows of a statement whose columns of JSON have a form too."""
    rows = await work.query(question, dict[str, Any], **parameters)
    return [msgspec.convert(row, row_type) for row in rows]
