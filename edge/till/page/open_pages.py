"""The pages that are open, what each has yet to be told, and which of them has the input.

A page that does not read is told less and less: beyond `WAITING_MAX` messages it is drawn anew, so
that it costs no more than these.
"""

import asyncio
import re
import secrets
import time
from collections import OrderedDict

PAGES_MAX = 32
"""That are remembered. A till has one or two; each reload makes another."""

WAITING_MAX = 200
"""Messages of a page that does not take them: some seconds of scans."""

LEASE_SECONDS = 5.0
"""How long the input waits for a page that was drawn and has no line yet."""


_TOKEN_BYTES = 12
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16}\Z")


class OpenPage:
    """One page."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.something = asyncio.Event()
        self.lines = 0
        self.was_here = False
        """Whether a line of it has begun before: what that was told last may be lost."""

        self.left_at = time.monotonic()
        self._waiting: list[str] = []
        self._is_behind = False

    def tell(self, message: str) -> None:
        """Have it told, after what it has yet to be told."""
        if len(self._waiting) >= WAITING_MAX:
            self.fall_behind()
        if not self._is_behind:
            self._waiting.append(message)
        self.something.set()

    def fall_behind(self) -> None:
        """It is to be drawn anew."""
        self._waiting.clear()
        self._is_behind = True
        self.something.set()

    def take(self) -> list[str] | None:
        """What it has yet to be told; None where it is to be drawn anew."""
        taken, is_behind = self._waiting, self._is_behind
        self._waiting, self._is_behind = [], False
        self.something.clear()
        return None if is_behind else taken

    @property
    def is_here(self) -> bool:
        """Whether somebody may still look at it. One that is loaded anew leaves at once."""
        is_coming = not self.was_here and time.monotonic() < self.left_at + LEASE_SECONDS
        return self.lines > 0 or is_coming


class OpenPages:
    """All of them, and who has the input."""

    def __init__(self) -> None:
        self._by_token: OrderedDict[str, OpenPage] = OrderedDict()
        self.holder: OpenPage | None = None
        self.closed = False

    def open(self) -> OpenPage:
        """A page that is about to be drawn. It has the input where no other has it."""
        return self._add(OpenPage(secrets.token_urlsafe(_TOKEN_BYTES)))

    def known(self, token: str) -> OpenPage | None:
        """The page of that token; one that is no longer remembered, as after the till's restart, is
        drawn anew. None for what is no token."""
        found = self._by_token.get(token)
        if found is None and _TOKEN.match(token):
            found = self._add(OpenPage(token))
            found.was_here = True
        return found

    def _add(self, page: OpenPage) -> OpenPage:
        while len(self._by_token) >= PAGES_MAX:
            self._forget_one()
        self._by_token[page.token] = page
        self.may_speak(page)
        return page

    def may_speak(self, page: OpenPage) -> bool:
        """Whether it has the input; it takes what nobody has. One that is there comes before one
        that was only drawn: whoever asks whether the till answers draws a page that never comes."""
        held = self.holder
        if held is None or not held.is_here or (page.lines > 0 and held.lines == 0):
            self.holder = page
        return self.holder is page

    def give_input(self, page: OpenPage) -> None:
        """It has the input from now on."""
        self.holder = page

    def tell(self, message: str) -> None:
        """Have all of them told."""
        for page in self._by_token.values():
            page.tell(message)

    def tell_holder(self, message: str) -> None:
        """Have the page told that has the input."""
        if self.holder is not None:
            self.holder.tell(message)

    def connected(self, page: OpenPage, by: int) -> None:
        """A line of the page has begun (1) or ended (-1)."""
        page.lines += by
        page.left_at = time.monotonic()

    def close(self) -> None:
        """End every line."""
        self.closed = True
        for page in self._by_token.values():
            page.something.set()

    def _forget_one(self) -> None:
        """The one that left first, or the oldest where all are there."""
        gone = min(self._by_token.values(), key=lambda page: (page.lines > 0, page.left_at))
        del self._by_token[gone.token]
        gone.fall_behind()
        if self.holder is gone:
            self.holder = None
