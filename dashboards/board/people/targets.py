"""Where somebody is sent after signing in: an address of this board, and of no other. Pure."""

from urllib.parse import quote

CHARACTERS_MAX = 500
"""Longest address that is come back to: a page with its search. A longer one would not fit a
cookie beside the rest."""


def target(asked: str) -> str:
    """The path, or the front page where it is none of ours."""
    # A browser takes "//elsewhere" and "/\\elsewhere" for another host.
    plain = asked.isprintable() and "\\" not in asked and len(asked) <= CHARACTERS_MAX
    return asked if plain and asked.startswith("/") and not asked.startswith("//") else "/"


def sign_in_address(wanted: str) -> str:
    """The sign-in page that leads on to ``wanted``."""
    return f"/sign-in?next={quote(target(wanted), safe='/')}"


def code_address(wanted: str) -> str:
    """The page that asks for a code, or shows a secret to confirm, and leads on to ``wanted``."""
    return f"/sign-in/code?next={quote(target(wanted), safe='/')}"
