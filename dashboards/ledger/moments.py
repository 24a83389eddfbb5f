"""A moment as a person writes it. Pure."""

from datetime import UTC, datetime, tzinfo


class NoMoment(Exception):
    """The text is no moment, or none that can be explained; the message says what to write."""


def parse_moment(text: str, where: tzinfo, now: datetime) -> datetime:
    """The moment in UTC; ``text`` without an offset is the time on the clock ``where``.

    Where that clock is put back and a time comes twice, the earlier is meant; an offset says
    otherwise. Raises `NoMoment` for what cannot be read, was skipped by the clock, or is to come.
    """
    told = _read(text)
    if told.tzinfo is None:
        told = _on_the_clock(told, where, text)
    moment = _in_utc(told, text)
    if moment > now:
        raise NoMoment(f"{text} is in the future: the ledger knows only what has happened")
    return moment


def _read(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError as fault:
        raise NoMoment(
            f"{text!r} is no time: write 2026-11-21T14:05 for the location's clock, "
            "or 2026-11-21T13:05Z for UTC"
        ) from fault


def _on_the_clock(told: datetime, where: tzinfo, text: str) -> datetime:
    there = told.replace(tzinfo=where)
    # A time that the clock jumped over comes back from UTC as another.
    if _in_utc(there, text).astimezone(where).replace(tzinfo=None) != told:
        raise NoMoment(f"{text} was skipped when the clocks of {where} were put forward")
    return there


def _in_utc(told: datetime, text: str) -> datetime:
    try:
        return told.astimezone(UTC)
    except OverflowError as fault:
        raise NoMoment(f"{text} is out of range") from fault
