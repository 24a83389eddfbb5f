"""What whoever asks a database needs of it."""

from typing import Any, Protocol, TypeVar

from psycopg import sql

T = TypeVar("T")


class Ask(Protocol):
    """A database: rows of a statement."""

    async def __call__(
        self, question: sql.SQL, row_type: type[T], **parameters: Any
    ) -> list[T]: ...
