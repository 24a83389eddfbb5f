"""SQL statements from files, one question a file, or its beginning."""

from functools import cache
from pathlib import Path
from typing import LiteralString, cast

from psycopg import sql


@cache
def statement(folder: Path, *names: str) -> sql.SQL:
    """The statement in ``<folder>/sql/<name>.sql``; of several names, one after the other."""
    text = "".join((folder / "sql" / f"{name}.sql").read_text() for name in names)
    # Literal in all but type: the files are part of the code.
    return sql.SQL(cast(LiteralString, text))
