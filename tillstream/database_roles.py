"""As whom each process, and each command given by hand, comes to PostgreSQL.

At a database of one's own, the DSN may name somebody else for all. A local stack has an identity
for each service, and a process takes that of its own.
"""

from dataclasses import dataclass

from connectors.postgres import access


@dataclass(frozen=True, slots=True)
class DatabaseRole:
    """A role of the database, and the service whose certificate vouches for it."""

    name: str
    service: str


OWNER = DatabaseRole("tillstream", "owner")
"""Makes the schema; `migrate` alone."""

SINK = DatabaseRole(access.SINK, "sink")
BOARD = DatabaseRole(access.BOARD, "board")
WEBHOOKS = DatabaseRole(access.WEBHOOKS, "webhooks")
REGISTRATION = DatabaseRole(access.REGISTRATION, "registration")
REPLICATION = DatabaseRole(access.REPLICATION, "replication")
STORE_API = DatabaseRole(access.STORE_API, "store-api")
CAPTURE = DatabaseRole(access.CDC, "cdc")
GATEWAY = DatabaseRole(access.GATEWAY, "gateway")
BUSINESS = DatabaseRole(access.CLIENT, "simulator")

LOOKING = DatabaseRole(access.OPERATOR, "operator")
"""Commands that change nothing in the database."""

KEEPING_USERS = DatabaseRole(access.BOARD, "operator")
"""Commands that keep users and tokens, whose tables are the board's."""

KEEPING_ENDPOINTS = DatabaseRole(access.WEBHOOKS, "operator")

KEEPING_PEOPLE = DatabaseRole(access.PEOPLE, "operator")
"""Commands that keep employees and customers."""
