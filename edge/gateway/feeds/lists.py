"""The ear for lists of devices: whoever a list refuses is out at once."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec
import orjson
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from edge.gateway.feeds.kept import KeptNews
from edge.gateway.feeds.news import FeedReports, News, NewsKind
from edge.gateway.from_centre import FromCentre
from edge.signed_list import BadList, require_signed
from identity.errors import IdentityError
from identity.names import ServiceName
from identity.vouched import holder_in

SIGNER = ServiceName("registration")

LIST_BYTES_MAX = 16 * 1024 * 1024
"""A hundred thousand devices of one location. It is in memory twice while it is proven; a store
with more certificates than this bounds is none."""


class DeviceListEar:
    """Proves lists, lets the newest count in ``centre``, and keeps it. ``authorities`` vouch for
    who signs."""

    def __init__(
        self,
        location_id: str,
        centre: FromCentre,
        authorities: Sequence[x509.Certificate],
        kept: KeptNews,
        reports: FeedReports,
    ) -> None:
        self._location_id = location_id
        self._centre = centre
        self._authorities = authorities
        self._kept = kept
        self._reports = reports
        self._unkept: News | None = None
        self.kept_number = 0
        """Number of the list that is on the disk, 0 before the first: what a source brings must be
        above it."""

    def recall(self) -> None:
        """Begin with the list that is kept. It was proven when it came: if its signer has been
        replaced since, it revokes all the same."""
        for news in self._kept.of(NewsKind.DEVICE_LIST):
            try:
                self._learn(_read(news.value))
            except BadList as error:
                self._reports.refused(news.kind, news.id, f"in the file, {error}")
        self.kept_number = self._centre.devices.version

    async def hear(self, news: Sequence[News]) -> None:
        """See `edge.gateway.feeds.news.Hear`. That a list is gone means nothing: without one,
        all would be let in."""
        for each in news:
            if each.value is not None:
                await self._hear(each)

    async def _hear(self, news: News) -> None:
        try:
            content = _read(news.value)
            require_signed(content, self._signer(content))
            closed = self._learn(content)
        except (BadList, IdentityError) as error:
            self._reports.refused(news.kind, news.id, str(error))
            return
        if closed is not None:
            self._unkept = news
            self._reports.heard(news.kind, 1)
            self._reports.listed(self._centre.devices.version, closed)
        await self._keep()

    async def _keep(self) -> None:
        """What counts already may have to wait for room on the disk."""
        news, number = self._unkept, self._centre.devices.version
        if news is not None and await self._kept.keep([news]):
            self.kept_number = number
            if self._unkept is news:
                self._unkept = None

    def _learn(self, content: Mapping[str, Any]) -> int | None:
        if content.get("location_id") != self._location_id:
            raise BadList("it is another location's")
        try:
            return self._centre.learn_devices(content)
        except msgspec.ValidationError as error:
            raise BadList(f"it is no list: {error}") from error

    def _signer(self, content: Mapping[str, Any]) -> ec.EllipticCurvePublicKey:
        name, certificate = holder_in(str(content.get("certificate")), self._authorities)
        key = certificate.public_key()
        if name != SIGNER or not isinstance(key, ec.EllipticCurvePublicKey):
            raise BadList(f"{name} has signed it, and not {SIGNER}")
        return key


def _read(value: bytes | None) -> Mapping[str, Any]:
    if value is None or len(value) > LIST_BYTES_MAX:
        raise BadList(f"a list has {LIST_BYTES_MAX // 2**20} MiB at most")
    try:
        content: Any = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise BadList(f"it is no JSON: {error}") from error
    if not isinstance(content, dict):
        raise BadList("it is no object")
    return cast(dict[str, Any], content)
