"""What was heard, on the disk: a gateway that starts in a dark store begins with it."""

from collections.abc import Sequence
from typing import Any

from edge.gateway.errors import GatewayUnusable
from edge.gateway.feeds.news import FeedReports, News, NewsKind
from edge.gateway.file import GatewayFile
from edge.gateway.statements import statement


class KeptNews:
    """The newest news of each kind and id in the gateway's file."""

    def __init__(self, file: GatewayFile, reports: FeedReports) -> None:
        self._file = file
        self._reports = reports

    def of(self, kind: NewsKind) -> list[News]:
        """What is kept of a kind."""
        rows = self._file.reading.execute(statement("heard_of"), (kind.value,))
        return [News(kind, id, value) for id, value in rows]

    async def keep(self, news: Sequence[News]) -> bool:
        """Keep them, one at most of each id; whether they are on the disk.

        What is heard counts also where the disk is full: it may revoke somebody.
        """
        try:
            await self._file.commit(lambda database: _write(database, news))
        except GatewayUnusable as error:
            self._reports.unkept(news[0].kind, str(error))
            return False
        return True


def _write(database: Any, news: Sequence[News]) -> None:
    for kind, id, value in news:
        if value is None:
            gone = "DELETE FROM heard WHERE kind = ? AND id = ?"
            database.execute(gone, (kind.value, id))
        else:
            database.execute(statement("keep_heard"), (kind.value, id, value))
