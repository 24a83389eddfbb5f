"""All ears of one gateway, behind the one way in that each source is given."""

from collections.abc import Sequence
from itertools import groupby
from typing import Protocol

from cryptography import x509

from edge.gateway.feeds.kept import KeptNews
from edge.gateway.feeds.lists import DeviceListEar
from edge.gateway.feeds.news import FeedReports, News, NewsKind
from edge.gateway.feeds.statuses import TillStatusEar
from edge.gateway.file import GatewayFile
from edge.gateway.from_centre import FromCentre


class Ear(Protocol):
    """Takes news of one kind."""

    def recall(self) -> None:
        """Begin with what is kept."""
        ...

    async def hear(self, news: Sequence[News]) -> None:
        """See `edge.gateway.feeds.news.Hear`."""
        ...


class Ears:
    """What they hear counts in ``centre`` and is kept in ``file``; ``authorities`` vouch for who
    signs lists of devices."""

    def __init__(
        self,
        location_id: str,
        centre: FromCentre,
        file: GatewayFile,
        authorities: Sequence[x509.Certificate],
        reports: FeedReports,
    ) -> None:
        kept = KeptNews(file, reports)
        self.lists = DeviceListEar(location_id, centre, authorities, kept, reports)
        statuses = TillStatusEar(location_id, centre.status, kept, reports)
        self._by_kind: dict[NewsKind, Ear] = {
            NewsKind.DEVICE_LIST: self.lists,
            NewsKind.TILL_STATUS: statuses,
        }
        for ear in self._by_kind.values():
            ear.recall()

    async def hear(self, news: Sequence[News]) -> None:
        """See `edge.gateway.feeds.news.Hear`: news of any kind."""
        for kind, some in groupby(news, key=lambda each: each.kind):
            await self._by_kind[kind].hear(list(some))
