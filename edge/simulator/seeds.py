"""Random numbers that are the same in every run of the same seed."""

from random import Random


def seeded(*parts: object) -> Random:
    """A generator of its own for what ``parts`` name; none disturbs another's numbers."""
    return Random("/".join(map(str, parts)))  # noqa: S311 - to be repeated, not to be secret
