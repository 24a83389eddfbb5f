"""Passwords that lie in files of their own."""

from pathlib import Path

from clients.errors import AccessError


def password_in(file: Path) -> str:
    """What a file holds that holds nothing else; `AccessError` where that is none.

    Read it anew for each use: it may have been replaced.
    """
    try:
        password = file.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise AccessError(f"no password in {file}: {error}") from error
    if not password:
        raise AccessError(f"no password in {file}: it is empty")
    return password
