"""The key that wraps all others. Whoever holds it opens whatever is not erased.

`KeyKeeper` is what the rest needs of it, so that a PKCS#11 token or a key service can take the
place of the file.
"""

import os
import secrets
import stat
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from sealing import boxes
from sealing.boxes import KEY_BYTES, Place
from sealing.errors import SealError

OWNER_ONLY = 0o600

_ID_LENGTH = 16
"""Digits of a key's id: enough to tell keys apart, and nothing of the key itself."""


class KeyKeeper(Protocol):
    """Wraps keys and other short secrets, and opens them again."""

    @property
    def key_id(self) -> str:
        """Which key wraps; kept beside what is wrapped."""
        ...

    def wrap(self, secret: bytes, place: Place) -> bytes:
        """The secret, wrapped for that place."""
        ...

    def unwrap(self, wrapped: bytes, place: Place) -> bytes:
        """The secret; raises `SealError`."""
        ...


class KeyFile:
    """A key in a file of its owner's: 64 hexadecimal digits."""

    def __init__(self, path: Path) -> None:
        """Read the key; raises `SealError` where the file is missing, cut, or open to others."""
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
            text = path.read_text("ascii", errors="replace").strip()
        except OSError as error:
            raise SealError(f"no key for people's data in {path}: {error.strerror}") from error
        if mode & 0o077:
            raise SealError(f"others may read {path}: 'chmod 600 {path}', and think who did")
        self._key = _read(text, path)
        self._id = sha256(b"tillstream key id" + self._key).hexdigest()[:_ID_LENGTH]

    @classmethod
    def make(cls, path: Path) -> "KeyFile":
        """A new key in ``path``, on the disk before this returns. One that is there stays, and is
        the one returned. Raises `SealError`."""
        try:
            _make(path)
        except OSError as error:
            raise SealError(f"no key can be made in {path}: {error.strerror}") from error
        return cls(path)

    @property
    def key_id(self) -> str:
        """See `KeyKeeper`."""
        return self._id

    def wrap(self, secret: bytes, place: Place) -> bytes:
        """See `KeyKeeper`."""
        return boxes.close(self._key, secret, place)

    def unwrap(self, wrapped: bytes, place: Place) -> bytes:
        """See `KeyKeeper`."""
        return boxes.open_box(self._key, wrapped, place)


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    opened = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    try:
        with os.fdopen(opened, "w") as file:
            file.write(boxes.new_key().hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        # A link never replaces: of two who make it at once, both use the first one's.
        with suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        fresh.unlink()
    _sync(path.parent)


def _read(text: str, path: Path) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise SealError(
            f"{path} holds no key: {2 * KEY_BYTES} hexadecimal digits were expected; put back the "
            "copy that was made of it"
        )
    return key


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
