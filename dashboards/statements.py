"""SQL statements from files, one question a file, or its beginning."""

from functools import cache
from pathlib import Path
from typing import Any, LiteralString, Protocol, TypeVar, cast

from psycopg import sql

T = TypeVar("T")


class Ask(Protocol):
    """A database: rows of a statement."""

    async def __call__(
        self, question: sql.SQL, row_type: type[T], **parameters: Any
    ) -> list[T]: ...


@cache
def statement(module: str, *names: str) -> sql.SQL:
    """The statement in ``sql/<name>.sql`` beside the module, which says its ``__file__``; of
    several names, one after the other."""
    folder = Path(module).parent / "sql"
    text = "".join((folder / f"{name}.sql").read_text() for name in names)
    # Literal in all but type: the files are part of the code.
    return sql.SQL(cast(LiteralString, text))
