"""What is wrong with the way to a server."""


class AccessError(ValueError):
    """A server cannot be reached as told; the text says which part is wrong, and no secret."""
