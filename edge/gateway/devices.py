"""Who asks: the certificate of a request, judged by the store's own list of devices."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple, Protocol

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from edge.problems import Code, Refusal
from edge.signing import keys
from identity.errors import IdentityError
from identity.names import Name, TillName, name_of

UNLISTED_MAX = 1_000
"""Certificates that are counted as unlisted: more than any store has tills."""

_CERTIFICATES_KEPT = 4096
"""Names that were read lately, as many as keys are: to read one took a twentieth of a request."""


class AskingTill(NamedTuple):
    """A till that may ask. ``epoch`` is the one that its certificate was given for, None where no
    list names the certificate yet."""

    name: TillName
    key: ec.EllipticCurvePublicKey
    key_id: str
    epoch: int | None


class Devices(Protocol):
    """Tells who may ask."""

    @property
    def version(self) -> int:
        """The number of the list, 0 before the first."""
        ...

    def asking(self, certificate: bytes) -> AskingTill:
        """Whose certificate (DER) it is; raises `Refusal` (403) where that one may not ask."""
        ...


class _Listed(msgspec.Struct, frozen=True):
    till_id: str
    epoch: int
    certificates: list[str]
    status: str


class _List(msgspec.Struct, frozen=True):
    location_id: str
    number: int
    devices: list[_Listed]


class ListedDevices:
    """The devices of one location by the newest list that was heard.

    A certificate that no list names is taken, unless its till is revoked: it may be newer.
    """

    def __init__(self, location_id: str) -> None:
        self._location_id = location_id
        self._number = 0
        self._by_key_id: dict[str, _Listed] = {}
        self._revoked: frozenset[str] = frozenset()
        self._unlisted: set[str] = set()

    @property
    def version(self) -> int:
        """See `Devices`."""
        return self._number

    @property
    def unlisted(self) -> int:
        """Certificates that have asked and that no list names yet; `UNLISTED_MAX` at the most."""
        return len(self._unlisted)

    def learn(self, content: Mapping[str, object]) -> bool:
        """Take a list whose signature was proven; False where it is another location's, or not
        above the last. Raises `msgspec.ValidationError`."""
        told = msgspec.convert(content, _List)
        if told.location_id != self._location_id or told.number <= self._number:
            return False
        self._number = told.number
        self._by_key_id = {key_id: each for each in told.devices for key_id in each.certificates}
        self._revoked = _revoked(told.devices)
        self._unlisted -= self._by_key_id.keys()
        return True

    def asking(self, certificate: bytes) -> AskingTill:
        """See `Devices`."""
        name, holder = self._name_of(certificate), keys.holder_of(certificate)
        listed = self._by_key_id.get(holder.key_id)
        if name.till_id in self._revoked:
            raise _refused("This till was revoked.")
        if listed is not None and (listed.till_id, listed.status) != (name.till_id, "active"):
            raise _refused("Another device has taken this till's place, or has this certificate.")
        if listed is None and len(self._unlisted) < UNLISTED_MAX:
            self._unlisted.add(holder.key_id)
        return AskingTill(name, holder.key, holder.key_id, listed and listed.epoch)

    def _name_of(self, certificate: bytes) -> TillName:
        try:
            name = _read_name(certificate)
        except (IdentityError, ValueError) as error:
            raise _refused(f"The certificate is no till's: {error}.") from error
        if not isinstance(name, TillName) or name.location_id != self._location_id:
            raise _refused(f"The certificate is of {name}, and not of a till of this store.")
        return name


@lru_cache(_CERTIFICATES_KEPT)
def _read_name(certificate: bytes) -> Name:
    return name_of(x509.load_der_x509_certificate(certificate))


def _revoked(devices: Sequence[_Listed]) -> frozenset[str]:
    return frozenset(each.till_id for each in devices if each.status == "revoked")


def _refused(detail: str) -> Refusal:
    return Refusal(HTTPStatus.FORBIDDEN, Code.DEVICE, detail)
