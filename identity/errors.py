"""What is wrong with an identity."""


class IdentityError(ValueError):
    """A name, key or certificate cannot be used; the text says why, and holds no secret."""
