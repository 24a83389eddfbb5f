"""Questions to the centre, each answered by what it says now, or by what it said last."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from itertools import product
from typing import Generic, NamedTuple, Protocol, TypeVar

import msgspec
import structlog

from edge.gateway.elsewhere.asking import CentreAnswer, CentreAway
from edge.gateway.elsewhere.kept_answers import KeptAnswers
from edge.gateway.errors import GatewayUnusable
from edge.watched import MinuteQuota, ResultCounter

T = TypeVar("T")

KINDS = ("stock", "receipt", "customer", "return")
"""What is asked."""

RESULTS = ("fresh", "kept", "own", "refused", "nothing")
"""What comes of a question: see `metrics.gateway.GATEWAY_ASKED`."""


class AsksCentre(Protocol):
    """Who asks the store API."""

    async def ask(self, method: str, path: str, body: bytes | None = None) -> CentreAnswer:
        """See `edge.gateway.elsewhere.asking.AskedCentre`."""
        ...


class ToldByCentre(NamedTuple, Generic[T]):
    """What the centre says; ``is_stale`` where it said so last, and does not answer now."""

    said: T
    is_stale: bool


class CentreQuestions:
    """Asks, and keeps what it hears. One loop's only."""

    def __init__(self, centre: AsksCentre, kept: KeptAnswers, asked: ResultCounter) -> None:
        """``asked`` counts questions by their kind and by what came of them."""
        self.centre = centre
        self._kept = kept
        self._asked = asked
        for kind, result in product(KINDS, RESULTS):
            asked.labels(kind, result)
        self._quota = MinuteQuota()
        self._log = structlog.get_logger("tillstream.gateway")

    async def get(
        self, kind: str, path: str, decode: Callable[[bytes], T]
    ) -> ToldByCentre[T] | None:
        """The answer to a GET; None where the centre is away and never said anything of it.

        ``decode`` raises what msgspec raises: such an answer is none.
        """
        try:
            told = await self._fresh(path, decode)
        except CentreAway as error:
            last = self._last(path, decode)
            self.count(kind, "nothing" if last is None else "kept")
            self._tell("centre_not_asked", question=kind, why=str(error))
            return last
        self.count(kind, "fresh")
        return told

    def count(self, kind: str, result: str) -> None:
        """Count a question of a kind and what came of it."""
        self._asked.labels(kind, result).inc()

    async def _fresh(self, path: str, decode: Callable[[bytes], T]) -> ToldByCentre[T]:
        answer = await self.centre.ask("GET", path)
        if answer.status != HTTPStatus.OK:
            raise CentreAway(f"the store API answered {answer.status}")
        try:
            said = decode(answer.body)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise CentreAway(f"the store API answers nonsense: {error}") from error
        try:
            self._kept.keep(path, answer.body)
        except GatewayUnusable as error:  # what came is told all the same
            self._tell("answer_unkept", why=str(error))
        return ToldByCentre(said, is_stale=False)

    def _last(self, path: str, decode: Callable[[bytes], T]) -> ToldByCentre[T] | None:
        try:
            kept = self._kept.of(path)
            return None if kept is None else ToldByCentre(decode(kept.body), is_stale=True)
        except (GatewayUnusable, msgspec.MsgspecError, ValueError) as error:
            self._tell("answer_unreadable", why=str(error))
            return None

    def _tell(self, what: str, **more: str) -> None:
        if self._quota.take():
            self._log.warning(what, **more)


class SaidAt(msgspec.Struct, frozen=True):
    """What every answer has: when it was so."""

    as_of: datetime
