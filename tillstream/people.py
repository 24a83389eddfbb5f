"""Transactions of commands that keep employees and customers."""

from contextlib import AbstractContextManager

from operations.people.keeping import Connection, Keeping, keeping, transaction
from tillstream.database_roles import KEEPING_PEOPLE
from tillstream.settings import load_settings


def people_kept() -> AbstractContextManager[Keeping]:
    """One with the key that opens what was sealed; raises `OperationError`."""
    settings = load_settings()
    return keeping(settings.postgres_access(KEEPING_PEOPLE), settings.key_file())


def people_changed() -> AbstractContextManager[Connection]:
    """One that needs no key; raises `OperationError`."""
    return transaction(load_settings().postgres_access(KEEPING_PEOPLE))
