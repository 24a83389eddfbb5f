"""How many sign-ins succeed, and how many look like somebody who guesses."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import ClassVar, Literal, get_args

from prometheus_client import CollectorRegistry, Counter

from dashboards.board.live.visitor import RequestRefused
from metrics.board import BOARD_SIGN_INS

Result = Literal["signed_in", "wrong_password", "wrong_code", "slowed_down", "crowded"]


class SignInRefused(RequestRefused):
    """Somebody did not get in; ``result`` is what that counts as."""

    result: ClassVar[Result]


class SignIns:
    """Counts them by result, each of which is shown from the start: a first one is a rise, too."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._number = Counter(**BOARD_SIGN_INS.arguments(), registry=registry)
        for result in get_args(Result):
            self._number.labels(result)

    def note(self, result: Result) -> None:
        """One more."""
        self._number.labels(result).inc()

    @contextmanager
    def refusals(self) -> Generator[None]:
        """Count who is refused in the block."""
        try:
            yield
        except SignInRefused as refused:
            self.note(refused.result)
            raise
