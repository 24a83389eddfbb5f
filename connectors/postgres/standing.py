"""Which locations have a store of their own, and whose store a database stands in: it books for
that location and for no other, and the centre's for all without one."""

from collections.abc import Sequence

import psycopg

from clients.postgres import PostgresAccess
from clients.statements import statement
from connectors.postgres.errors import MigrationError


def stands_in(owner: PostgresAccess, location_id: str) -> None:
    """Note it, once, and that the store's software starts: from then on its movements are numbered
    anew, for its machine may have been put back to an older image.

    Raises `MigrationError` where the database is another location's.
    """
    try:
        with owner.connect(autocommit=True) as connection:
            connection.execute(statement(__file__, "stands_in"), {"location_id": location_id})
            connection.execute(statement(__file__, "start_store"))
    except psycopg.errors.UniqueViolation as error:
        raise MigrationError(
            f"this database is of another store than {location_id}: name that one by "
            "TILLSTREAM_STORE, or the database of this one"
        ) from error


def has_stores(owner: PostgresAccess, location_ids: Sequence[str]) -> None:
    """Note at the centre that these locations book in their own stores; raises `MigrationError`
    where one is no id of a location."""
    with owner.connect(autocommit=True) as connection:
        try:
            connection.execute(
                statement(__file__, "has_stores"), {"location_ids": list(location_ids)}
            )
        except psycopg.errors.CheckViolation as error:
            raise MigrationError(f"{', '.join(location_ids)}: no id of a location") from error
