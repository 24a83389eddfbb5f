"""Tokens that nobody knows: each costs the database a question, so no address has many of them."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from dashboards.board.live.visitor import RequestRefused
from dashboards.board.people.allowance import Allowance

T = TypeVar("T")

UNKNOWN_MAX = 60
"""Unknown tokens of one address at once, and one more each second. A shop whose sessions have all
ended over night sends some; with many more, four connections are busy with one visitor's noise."""

SECONDS_EACH = 1.0


class TooManyStrangers(RequestRefused):
    """An address that sends one unknown token after another."""

    def __init__(self) -> None:
        words = "Too many unknown sessions come from your address. Try again in a minute."
        super().__init__("Not possible at the moment", words, 429)


class Strangers:
    """Asks the database for tokens that are not known in memory, as often as is decent."""

    def __init__(self) -> None:
        self._unknown: Allowance[str] = Allowance(UNKNOWN_MAX, SECONDS_EACH)

    async def ask(self, source: str, question: Callable[[], Awaitable[list[T]]]) -> list[T]:
        """What ``question`` finds; where it finds nothing, that counts against ``source``.

        Raises `TooManyStrangers`.
        """
        if self._unknown.take(source):
            raise TooManyStrangers
        try:
            found = await question()
        except BaseException:
            self._unknown.give_back(source)  # who got no answer may be known
            raise
        if found:
            self._unknown.give_back(source)
        return found
