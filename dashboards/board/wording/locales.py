"""Which of the viewer's languages the figures are written in."""

from functools import lru_cache

from babel import Locale, UnknownLocaleError

DEFAULT = "en_GB"
"""What is written where the browser asks for nothing that is known. The texts are English."""

LOCALES_MAX = 64
"""Locales that one process learns, at some 400 kB each; whoever asks for one more gets
`DEFAULT`. Nobody has that many at once, and without an end a visitor could ask for a thousand."""

ASKED_CHARACTERS_MAX = 200
"""How much of a header is read: browsers send less."""

_learned: dict[str, Locale] = {DEFAULT: Locale.parse(DEFAULT)}


def choose(accept_language: str | None) -> str:
    """The first known locale of an ``Accept-Language`` header, as ``de_CH``."""
    return _choose((accept_language or "")[:ASKED_CHARACTERS_MAX])


def locale_of(name: str) -> Locale:
    """The locale that `choose` named."""
    return _learned[name]


@lru_cache(maxsize=1_000)
def _choose(asked: str) -> str:
    for tag in _by_weight(asked):
        name = _learn(tag)
        if name is not None:
            return name
    return DEFAULT


def _by_weight(asked: str) -> list[str]:
    weighed: list[tuple[float, str]] = []
    for part in asked.split(","):
        tag, _, weight = part.partition(";q=")
        try:
            weighed.append((-float(weight or 1), tag.strip()))
        except ValueError:
            continue
    return [tag for _, tag in sorted(weighed, key=lambda each: each[0])]


def _learn(tag: str) -> str | None:
    # A bare "en" is a browser that was never told; the texts of the board are British.
    if tag == "en":
        return DEFAULT
    try:
        locale = Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError, TypeError):
        return None
    name = str(locale)
    if name not in _learned:
        if len(_learned) >= LOCALES_MAX:
            return None
        _learned[name] = locale
    return name
