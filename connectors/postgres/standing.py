"""Whose store a database stands in: then it books for that location and for no other."""

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
