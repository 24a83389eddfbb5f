"""The ear for the centre's words on the store's tills: what it has of each, and what it lacks."""

from collections.abc import Sequence

from edge.gateway.centre import HeardStatus
from edge.gateway.feeds.kept import KeptNews
from edge.gateway.feeds.news import FeedReports, News, NewsKind
from topics.decoder import Refused
from topics.wire_derived import WireTillStatus, decode_status


class TillStatusEar:
    """Keeps the newest word on each till; it counts once it is on the disk, so that what a till
    was told never goes back by a restart."""

    def __init__(
        self, location_id: str, words: HeardStatus, kept: KeptNews, reports: FeedReports
    ) -> None:
        self._location_id = location_id
        self._words = words
        self._kept = kept
        self._reports = reports

    def recall(self) -> None:
        """Begin with the words that are kept."""
        for news in self._kept.of(NewsKind.TILL_STATUS):
            status = self._read(news)
            if status is not None:
                self._words.hear(status)

    async def hear(self, news: Sequence[News]) -> None:
        """See `edge.gateway.feeds.news.Hear`."""
        lot: dict[str, tuple[News, WireTillStatus | None]] = {}
        for each in news:
            status = self._read(each)
            held = lot[each.id][1] if each.id in lot else self._words.of(each.id)
            is_gone = each.value is None and held is not None
            if is_gone or (status and (held is None or held.version < status.version)):
                lot[each.id] = each, status
        if lot:
            await self._kept.keep([each for each, _ in lot.values()])
            for till_id, (_, status) in lot.items():
                self._words.put(till_id, status)
            self._reports.heard(NewsKind.TILL_STATUS, len(lot))

    def _read(self, news: News) -> WireTillStatus | None:
        """The word, None where it says that there is none any more, or cannot be taken."""
        if news.value is None:
            return None
        try:
            status = decode_status.decode(news.value)
        except Refused as error:
            self._reports.refused(news.kind, news.id, str(error))
            return None
        if (status.location_id, status.till_id) != (self._location_id, news.id):
            words = f"it came for {self._location_id}/{news.id}, and is of {status.key}"
            self._reports.refused(news.kind, news.id, words)
            return None
        return status
