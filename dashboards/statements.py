"""SQL statements from files, one question a file."""

from functools import cache
from pathlib import Path
from typing import LiteralString, cast

from psycopg import sql


@cache
def statement(folder: Path, name: str) -> sql.SQL:
    """The statement in ``<folder>/sql/<name>.sql``."""
    # Literal in all but type: the files are part of the code.
    return sql.SQL(cast(LiteralString, (folder / "sql" / f"{name}.sql").read_text()))
