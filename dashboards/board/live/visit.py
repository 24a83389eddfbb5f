"""What every page does: whole for who opens it, one part for htmx, and a viewer for the stream."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from dashboards.board.live.board import BOARD, Board
from dashboards.board.live.keys import NOTICES, Key
from dashboards.board.live.scene import milliseconds
from dashboards.board.live.viewers import Viewer
from dashboards.board.live.visitor import CSRF, USER, RequestRefused
from dashboards.board.wording import locales
from dashboards.board.wording.words import Words, words_in
from topics.scalars import ID_PATTERN

SEARCH_CHARACTERS_MAX = 100
"""Longest search: no name is longer, and it is compared with every row."""

VIEWER_HEADER = "X-Viewer"
"""In which a page says who it is when it fetches a part of itself."""


class Visit:
    """One request for a page or a part of it."""

    def __init__(self, request: web.Request) -> None:
        self.request = request
        self.board: Board = request.app[BOARD]
        self.locale = locales.choose(request.headers.get("Accept-Language"))
        self.words: Words = words_in(self.locale)

    @property
    def part(self) -> str:
        """The id of the part that htmx asks for; empty where the whole page is wanted."""
        return self.request.headers.get("HX-Target", "").partition("#")[2]

    def viewer(self, keys: Iterable[Key]) -> Viewer:
        """The page's viewer; a new one for a page that is opened, or was forgotten."""
        token = self.request.headers.get(VIEWER_HEADER, "")
        known = self.board.viewers.get(token) if self.part else None
        return known or self.board.viewers.open(self.locale, {NOTICES, *keys})

    def search(self) -> str:
        """What is searched for: plain text, whatever is in it."""
        # A NUL is no character of any name, and PostgreSQL refuses to compare it.
        asked = self.request.query.get("q", "").replace("\0", "")
        return asked.strip()[:SEARCH_CHARACTERS_MAX]

    def chosen(self, name: str, choices: Iterable[str]) -> str:
        """One of ``choices``, the first of them where the address names none."""
        known = list(choices)
        asked = self.request.query.get(name, "")
        return asked if asked in known else known[0]

    def here(self, **changed: object) -> str:
        """This page's address with what it was asked, changed; without what is empty."""
        asked = {**self.request.query, **changed}
        query = urlencode({name: str(value) for name, value in asked.items() if value})
        return self.request.path + (f"?{query}" if query else "")

    def page(
        self, template: str, viewer: Viewer | None, shown: Mapping[str, Any], status: int = 200
    ) -> web.Response:
        """The template with what every page shows around it."""
        context: dict[str, Any] = {
            "path": self.request.path,
            "here": self.here,
            "search": self.search(),
            "viewer": viewer.token if viewer else "",
            "notices": self.board.notices(self.locale),
            "now_ms": milliseconds(datetime.now(UTC)),
            "user": self.request.get(USER),
            "csrf": self.request.get(CSRF, ""),
            "turn": self.board.memory.turn,
            "words": self.words,
            **shown,
        }
        body = self.board.artist.page(template, context)
        return web.Response(
            text=body,
            status=status,
            content_type="text/html",
            headers={"Vary": "Accept-Language, HX-Target", "Cache-Control": "private, no-cache"},
        )


def is_identifier(text: str) -> bool:
    """Whether a location or a SKU can be called so."""
    return re.fullmatch(ID_PATTERN, text) is not None


async def form(request: web.Request) -> Mapping[str, object]:
    """What a form sent; raises `RequestRefused` where that is no text that could be kept."""
    try:
        sent = await request.post()
        for value in sent.values():
            # A character set that the sender names may give halves of characters.
            _ = value.encode() if isinstance(value, str) else value
    except ValueError as fault:
        words = "The form has bytes that are no text. Nothing was changed."
        raise RequestRefused("Not understood", words, 400) from fault
    return sent


def field(sent: Mapping[str, object], name: str) -> str:
    """A text field of a form that was sent; empty where it was not.

    Without NULs: they are in no text that means something, and PostgreSQL takes none.
    """
    value = sent.get(name, "")
    return value.replace("\0", "") if isinstance(value, str) else ""


def message(visit: Visit, title: str, explanation: str, status: int) -> web.Response:
    """A page that only says something."""
    words = {"title": title, "explanation": explanation}
    return visit.page("live/message.html", None, words, status)
