"""What can go wrong on the way to PostgreSQL."""


class MigrationError(Exception):
    """The schema could not be brought up to date; the text says why and what to do."""


class Unready(Exception):
    """The database lacks a table or a function; the text says what to do."""
