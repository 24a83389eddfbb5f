"""The form of the file, and how one of a former release becomes today's.

A form names the oldest one whose code can still read and write it, so that a till which goes back
by one release still sells. A form that adds tables, or columns with defaults, keeps that of the
one before it.
"""

from collections.abc import Sequence
from typing import Any

from edge.journal.errors import JournalUnusable
from edge.journal.statements import statement

FORMS = ("form_1",)
"""The scripts that make each form of the one before it, beginning with nothing."""


def bring_up(database: Any, forms: Sequence[str] = FORMS) -> None:
    """Make an empty or older file one of today's form; raises `JournalUnusable` for a newer one
    that this release cannot read. One transaction."""
    with database:
        for name in forms[_version(database, len(forms)) :]:
            database.execute(statement(name)).fetchall()


def check(database: Any, known: int = len(FORMS)) -> None:
    """Raises `JournalUnusable` where the file is no journal that this release can read."""
    if not _version(database, known):
        raise JournalUnusable("there is no journal in this file")


def _version(database: Any, known: int) -> int:
    if not database.table_exists(None, "form"):
        return 0
    version, readable_by = database.execute("SELECT version, readable_by FROM form").get
    if readable_by > known:
        raise JournalUnusable(
            f"the journal has form {version}, and this release knows {known} forms: install the "
            "release that wrote it, or one before it by one step"
        )
    return version
