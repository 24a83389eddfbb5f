"""``tillstream migrate``: the database's schema, brought up to date."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from clients.errors import AccessError
from clients.passwords import password_in
from connectors.postgres.errors import MigrationError
from connectors.postgres.migrate import migrate as migrate_database
from tillstream.database_roles import OWNER
from tillstream.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(migrate)


def migrate(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> None:
    """Apply the migrations that the database lacks; safe to run at any time, from anywhere.

    Exit status 1 if it could not be done: a migration failed, or an applied one was edited.
    """
    settings = load_settings()
    try:
        password = _password(settings.cdc_password_file)
        owner = settings.postgres_access(OWNER)
        applied = migrate_database(owner, password, audit_days=settings.audit_days)
    except (MigrationError, AccessError) as error:
        sys.exit(f"tillstream: {error}")
    if as_json:
        typer.echo(json.dumps({"applied": applied}))
    else:
        typer.echo("\n".join(f"applied {name}" for name in applied) or "the schema is up to date")


def _password(file: Path | None) -> str:
    return "" if file is None else password_in(file)
