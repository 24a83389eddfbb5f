"""What can go wrong on the way to PostgreSQL."""


class MigrationError(Exception):
    """The schema could not be brought up to date; the text says why and what to do."""
