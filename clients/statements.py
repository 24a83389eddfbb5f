"""SQL statements from files, one question a file, or its beginning."""

from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path
from typing import Any, LiteralString, cast

from psycopg import sql


@cache
def statement(module: str, *names: str) -> sql.SQL:
    """The statement in ``sql/<name>.sql`` beside the module, which says its ``__file__``; of
    several names, one after the other."""
    folder = Path(module).parent / "sql"
    text = "".join((folder / f"{name}.sql").read_text() for name in names)
    # Literal in all but type: the files are part of the code.
    return sql.SQL(cast(LiteralString, text))


def by_column(names: Sequence[str], rows: Collection[Sequence[Any]]) -> dict[str, list[Any]]:
    """Rows as a list for each name, as ``unnest`` takes them."""
    columns = zip(*rows, strict=True) if rows else [()] * len(names)
    return dict(zip(names, map(list, columns), strict=True))
