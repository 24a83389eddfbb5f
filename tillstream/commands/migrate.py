"""``tillstream migrate``: the database's schema, brought up to date."""

from typing import Annotated

import typer

from clients.passwords import password_in
from connectors.postgres.errors import MigrationError
from connectors.postgres.migrate import migrate
from connectors.postgres.standing import has_stores, stands_in
from tillstream.database_roles import OWNER
from tillstream.settings import load_settings
from tillstream.terminal import AsJson, mendable, tell


@mendable(MigrationError)
def command(
    with_store: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LOCATION",
            help="At the centre: a location that has a store of its own, which books for it; once "
            "for each.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Apply the migrations that the database lacks; safe to run at any time, from anywhere.

    In a store, by TILLSTREAM_STORE, the database then books for that location and for no other.
    Exit status 1 if it could not be done: a migration failed, or an applied one was edited.
    """
    settings = load_settings()
    file, owner = settings.cdc_password_file, settings.postgres_access(OWNER)
    password = password_in(file) if file else ""
    applied = migrate(owner, password, audit_days=settings.audit_days)
    if settings.store:
        stands_in(owner, settings.store)
    elif with_store:
        has_stores(owner, with_store)
    words = [f"applied {name}" for name in applied] or ["the schema is up to date"]
    tell(as_json, {"applied": applied}, words)
