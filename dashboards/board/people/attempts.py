"""Which sign-in may be tried now. No I/O.

Whoever tries many passwords is slowed down by four counts: of the name from one address, of the
address, of the name over all addresses, and of the browser. None of them locks out who belongs to
the name, however many addresses somebody else tries it from:

- a browser in which somebody signed in before with that name has a count of its own;
- from an address that did not fail with this name today, the first three are not counted
  against the name.
"""

from dataclasses import dataclass

from dashboards.board.people.allowance import Allowance
from dashboards.board.people.sign_ins import SignInRefused

MINUTE = 60.0
DAY = 86_400.0

BY_NAME_MAX = 5
"""Failures of one name from one address, and one more every three minutes: who has forgotten is
told so, and who tries a list of passwords needs a year for a thousandth of a short one."""

BY_ADDRESS_MAX = 30
"""Failures from one address over all names, and one more every half minute: a whole shop may share
one."""

FRESH_MAX = 3
"""Failures of one name from one address in a day that do not count against the name: as often as
people mistype. With more, a thousand addresses try more than the name's own count lets them."""

OF_NAME_MAX = 20
"""Failures of one name beyond those, over all addresses, and one more every half minute."""


class TooMany(SignInRefused):
    """Too many failures of late; ``seconds`` until it makes sense to try again."""

    result = "slowed_down"

    def __init__(self, seconds: float) -> None:
        minutes = max(1, round(seconds / MINUTE))
        words = f"Too many sign-ins have failed. Try again in {minutes} minute"
        words += f"{'s' if minutes > 1 else ''}, or in a browser that you signed in with before; "
        super().__init__("Not signed in", f"{words}an operator can set another password.", 429)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in that may be tried: what was taken for it, to be given back where it succeeds."""

    taken: tuple[tuple[Allowance[object], object], ...]

    def give_back(self) -> None:
        """It did not fail, or was not tried."""
        for allowance, key in self.taken:
            allowance.give_back(key)


class Attempts:
    """Counts failures: each attempt counts as one until it has succeeded, so that many at once
    are not tried before the first has failed. In memory, with an end: a restart forgets."""

    def __init__(self) -> None:
        self._by_browser: Allowance[object] = Allowance(BY_NAME_MAX, 3 * MINUTE)
        self._by_pair: Allowance[object] = Allowance(BY_NAME_MAX, 3 * MINUTE)
        self._by_address: Allowance[object] = Allowance(BY_ADDRESS_MAX, MINUTE / 2)
        self._fresh: Allowance[object] = Allowance(FRESH_MAX, DAY / FRESH_MAX)
        self._of_name: Allowance[object] = Allowance(OF_NAME_MAX, MINUTE / 2)

    def begin(self, name: str, source: str, browser: str = "") -> Attempt:
        """An attempt at ``name`` from ``source``; raises `TooMany`.

        ``browser`` tells one that signed in with that name before; empty where it did not.
        """
        if browser:
            return _take((self._by_browser, browser))
        pair = (name, source)
        worn = self._fresh.wait(pair) > 0
        last = (self._of_name, name) if worn else (self._fresh, pair)
        return _take((self._by_pair, pair), (self._by_address, source), last)

    def succeeded(self, name: str, source: str, attempt: Attempt) -> None:
        """The password was right: who mistyped before it did not guess."""
        attempt.give_back()
        for allowance in (self._by_pair, self._fresh):
            allowance.forget((name, source))


def _take(*wanted: tuple[Allowance[object], object]) -> Attempt:
    taken: list[tuple[Allowance[object], object]] = []
    for allowance, key in wanted:
        seconds = allowance.take(key)
        if seconds:
            Attempt(tuple(taken)).give_back()
            raise TooMany(seconds)
        taken.append((allowance, key))
    return Attempt(tuple(taken))
