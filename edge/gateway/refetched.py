"""Files of the gateway whose content can be fetched again: one that is damaged is put aside."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw

from edge.durable import open_durable, put_aside
from edge.gateway.errors import GatewayUnusable


def open_refetched(path: Path, what: str, opening: Callable[[], None]) -> None:
    """Open by ``opening``, and once more in place of a damaged file; ``what`` names its content.

    Raises `GatewayUnusable`.
    """
    try:
        try:
            opening()
        except (apsw.CorruptError, apsw.NotADBError):
            put_aside(path)
            opening()
    except (apsw.Error, OSError) as error:
        raise GatewayUnusable(f"no {what} in {path}: {error}") from error


def database_of_form(path: Path, form: int, first_form: str) -> Any:
    """The file's database; the statements of ``first_form`` make a new one.

    Raises `apsw.Error`, OSError, and `GatewayUnusable` where a later release wrote it.
    """
    database = open_durable(path)
    with database:
        if not database.table_exists(None, "form"):
            database.execute(first_form).fetchall()
        found: int = database.execute("SELECT version FROM form").get
    if found > form:
        raise GatewayUnusable(f"{path} has form {found}, and this release knows {form}")
    return database
