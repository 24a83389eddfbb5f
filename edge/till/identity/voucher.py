"""A voucher, as ``tillstream devices add --json`` prints it; a QR code holds the same text."""

from urllib.parse import urlsplit

import msgspec

from edge.till.refusals import WhyNot, unfit
from topics import scalars as s

VOUCHER_BYTES_MAX = 8 * 1024
"""Of the whole text. One has 500 bytes."""


class TillVoucher(msgspec.Struct, frozen=True):
    """Lets one key in as this till, under this epoch. ``token`` is secret."""

    location_id: s.Identifier
    till_id: s.Identifier
    epoch: s.Epoch
    token: s.Reference
    expires_at: str
    registration: str
    ca_sha256: s.Hash
    gateway: str = ""

    def __repr__(self) -> str:
        """Without the token, which must not get into a log."""
        return f"voucher of till {self.location_id}/{self.till_id}, epoch {self.epoch}"


def read_voucher(text: bytes) -> TillVoucher:
    """The voucher in ``text``; raises `Refusal`."""
    if len(text) > VOUCHER_BYTES_MAX:
        raise _wrong(f"it has more than {VOUCHER_BYTES_MAX} bytes")
    try:
        voucher = msgspec.json.decode(text, type=TillVoucher)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise _wrong(str(error)) from error
    if not set(voucher.location_id) - {"."} or not set(voucher.till_id) - {"."}:
        raise _wrong("an id of dots alone names nobody")
    for address in (voucher.registration, *filter(None, [voucher.gateway])):
        if not is_address(address):
            raise _wrong(f"{address[:200]!r} is no https://host:port")
    return voucher


def is_address(address: str) -> bool:
    """Whether it is ``https://host:port`` and nothing more."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    rest = (parts.path.strip("/"), parts.query, parts.fragment, parts.username)
    return parts.scheme == "https" and bool(parts.hostname) and port != 0 and not any(rest)


def _wrong(why: str) -> Exception:
    words = f"This is no voucher: {why}. `tillstream devices add LOCATION TILL --json` prints one."
    return unfit(WhyNot.VOUCHER_WRONG, words)
