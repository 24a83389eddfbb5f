"""Connections that say who acts, and the wrapping key in its file."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from clients.postgres import PostgresAccess
from clients.statements import statement
from operations.errors import OperationError
from operations.who import who
from sealing.errors import SealError
from sealing.keys import KeyFile, KeyKeeper

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Keeping:
    """One transaction over people, and the key that opens what it finds."""

    connection: Connection
    keeper: KeyKeeper = field(repr=False)

    def check_key(self, key_id: str) -> None:
        """Raises `OperationError` unless the key is the one that wrapped, by ``key_id``."""
        if key_id != self.keeper.key_id:
            raise OperationError(
                f"this was wrapped under the key {key_id}, and the key here is "
                f"{self.keeper.key_id}: put back the right file"
            )


@contextmanager
def keeping(postgres: PostgresAccess, key_file: Path) -> Generator[Keeping]:
    """A transaction in the name of who typed the command; raises `OperationError`.

    The key's file is made where nothing was ever wrapped.
    """
    with transaction(postgres) as connection:
        try:
            yield Keeping(connection, _keeper(connection, key_file))
        except SealError as error:
            raise OperationError(str(error)) from error


@contextmanager
def transaction(postgres: PostgresAccess) -> Generator[Connection]:
    """A transaction in the name of who typed the command, without a key; raises
    `OperationError`."""
    try:
        with postgres.connect() as connection:
            connection.execute("SELECT set_config('tillstream.who', %s, true)", (who(),))
            yield connection
    except psycopg.Error as error:
        raise OperationError(f"PostgreSQL did not do it: {str(error).strip()}") from error


def _keeper(connection: Connection, key_file: Path) -> KeyKeeper:
    if key_file.exists():
        return KeyFile(key_file)
    found = connection.execute(statement(__file__, "any_wrapped")).fetchone()
    if found and found[0]:
        raise OperationError(
            f"the key in {key_file} is gone, and without it nobody's fields can be read: put "
            "back the copy that was made of it"
        )
    return KeyFile.make(key_file)
