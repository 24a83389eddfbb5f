"""What ends a command with one line."""


class OperationError(Exception):
    """What an operator asked for cannot be done; the text says why, and what to do."""
