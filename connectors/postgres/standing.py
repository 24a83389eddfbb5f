"""Whose store a database stands in: then it books for that location and for no other."""

from clients.postgres import PostgresAccess
from clients.statements import statement


def stands_in(owner: PostgresAccess, location_id: str) -> None:
    """Note it, once; raises ``psycopg.Error``, also where the database is another location's."""
    with owner.connect(autocommit=True) as connection:
        connection.execute(statement(__file__, "stands_in"), {"location_id": location_id})
