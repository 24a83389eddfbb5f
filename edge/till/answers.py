"""Answers that were given, so that a request which comes again does not sell again.

They lie in the journal's state, written in the transaction of what they tell of. The newest are
kept, in a ring, so that they never grow.
"""

from typing import NamedTuple

import msgspec

from edge.till.refusals import WhyNot, unfit

ANSWERS_MAX = 2_048
"""Half an hour of a busy till. A page asks again within seconds; fewer, and one that was frozen
over lunch could add its last line twice. More, and each start reads megabytes."""

ANSWER = "answer:"
"""Begins the name of an answer's place in the state."""


class GivenAnswer(msgspec.Struct, frozen=True, array_like=True):
    """What was answered; ``number`` ascends, ``request_sha256`` is that of what was asked."""

    number: int
    key: str
    request_sha256: str
    status: int
    body: str


class AskedOnce(NamedTuple):
    """A request's own key, and the SHA-256 of what it asks; ``approval`` is that of somebody who
    may more than who is signed in."""

    key: str
    request_sha256: str
    approval: str = ""


_decode = msgspec.json.Decoder(GivenAnswer).decode


class GivenAnswers:
    """The newest answers by key."""

    def __init__(self, state: dict[str, bytes]) -> None:
        """``state`` is that of the journal."""
        kept = [_decode(value) for name, value in state.items() if name.startswith(ANSWER)]
        self._by_place = {each.number % ANSWERS_MAX: each for each in kept}
        self._by_key = {each.key: each for each in kept}
        self._next = 1 + max((each.number for each in kept), default=0)

    def find(self, ask: AskedOnce) -> GivenAnswer | None:
        """The answer to the same request, where it was given; raises `Refusal` where the key was
        another request's."""
        found = self._by_key.get(ask.key)
        if found is not None and found.request_sha256 != ask.request_sha256:
            words = "This Idempotency-Key was another request's: each request has a new one."
            raise unfit(WhyNot.KEY_REUSED, words)
        return found

    def next(self, ask: AskedOnce, status: int, body: bytes) -> GivenAnswer:
        """The answer as it is to be kept, in `place_of` it."""
        return GivenAnswer(self._next, ask.key, ask.request_sha256, status, body.decode())

    def keep(self, given: GivenAnswer) -> None:
        """It is on the disk."""
        overwritten = self._by_place.get(given.number % ANSWERS_MAX)
        if overwritten is not None:
            self._by_key.pop(overwritten.key, None)
        self._by_place[given.number % ANSWERS_MAX] = self._by_key[given.key] = given
        self._next = given.number + 1


def place_of(given: GivenAnswer) -> str:
    """The name of an answer's place in the state."""
    return f"{ANSWER}{given.number % ANSWERS_MAX}"
