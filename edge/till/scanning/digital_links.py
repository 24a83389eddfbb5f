"""GS1 Digital Link: an address that names a product. Pure.

    https://example.com/01/GTIN/10/LOT/21/SERIAL?17=EXPIRY&3103=WEIGHT

The domain is anybody's and is never asked.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import parse_qsl, unquote, urlsplit

from edge.till.scanning.attributes import GTIN
from edge.till.scanning.items import CannotBeRead, Unread

_SCHEMES = re.compile(r"https?://", re.IGNORECASE)
_IDENTIFIER = re.compile(r"[0-9]{2,4}\Z")
_PARAMETERS_MAX = 32
GTIN_DIGITS = 14


def is_address(text: str) -> bool:
    """Whether it is an address of the web."""
    return _SCHEMES.match(text) is not None


def pairs_of(text: str) -> Iterator[tuple[str, str]]:
    """Identifiers and their values; raises `CannotBeRead`."""
    try:
        parts = urlsplit(text)
        query = parse_qsl(parts.query, max_num_fields=_PARAMETERS_MAX)
    except ValueError as error:
        raise CannotBeRead(Unread.UNKNOWN_FORM) from error
    steps = [unquote(step) for step in parts.path.split("/")]
    if GTIN not in steps:
        raise CannotBeRead(Unread.NO_PRODUCT)
    for name, value in list(pairwise(steps[steps.index(GTIN) :]))[::2]:
        yield name, _padded(value) if name == GTIN else value
    yield from ((name, value) for name, value in query if _IDENTIFIER.match(name))


def _padded(gtin: str) -> str:
    """Links of the first version may have a GTIN in its short form."""
    return gtin.zfill(GTIN_DIGITS)
