"""What is wrong with a key, or with something that is sealed."""


class SealError(ValueError):
    """A key cannot be used, or something does not open; the text says why, and holds no secret."""
