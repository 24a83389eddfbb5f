"""How the till stands, as one document: for its page, for programs, and for figures."""

import time
from datetime import UTC, datetime
from typing import Any, NamedTuple

from edge.journal.errors import EpochRefused
from edge.journal.outbox import EpochStanding
from edge.till.books import Books
from edge.till.identity.folder import DeviceIdentity
from edge.till.identity.keeper import EnrolmentStanding
from edge.till.refusals import WhyNot
from edge.till.sending import SendingStanding
from identity.names import TillName


class BooksStanding(NamedTuple):
    """What the journal says of itself, read in its thread."""

    epoch: int
    sequence: int
    receipt_count: int
    epochs: list[EpochStanding]
    day: str | None
    open_carts: int
    suspended_carts: int
    why_not: dict[str, str]
    """Why no cart may begin: nothing where it may."""

    @property
    def is_well(self) -> bool:
        """Whether a cart may begin, or may once the day is opened, which is for people to do."""
        return not self.why_not.keys() - {WhyNot.DAY_NOT_OPEN.value}

    @property
    def waiting(self) -> int:
        """Events that the gateway has not accepted."""
        return sum(max(0, _end(each) - each.accepted_to) for each in self.epochs)

    @property
    def unconfirmed(self) -> int:
        """Events that the centre has not confirmed."""
        return sum(max(0, _end(each) - each.confirmed_to) for each in self.epochs)


def _end(epoch: EpochStanding) -> int:
    """The last number that is still to go out: what was written again goes under a later epoch."""
    return epoch.accepted_to if epoch.is_forked else epoch.last


def read_books(books: Books) -> BooksStanding:
    """How the journal stands; in its thread."""
    mark, desk = books.journal.mark, books.desk
    open_carts = sum(cart.status == "open" for cart in desk.carts.values())
    return BooksStanding(
        mark.epoch,
        mark.sequence,
        mark.sums.receipt_count,
        books.journal.outbox.standings(),
        desk.day,
        open_carts,
        len(desk.carts) - open_carts,
        _why_not(books),
    )


def _why_not(books: Books) -> dict[str, str]:
    found: dict[str, str] = {}
    if books.desk.day is None:
        found[WhyNot.DAY_NOT_OPEN.value] = "The business day was never opened."
    if books.desk.refused_why is not None:
        found[WhyNot.REFUSED_BY_GATEWAY.value] = books.desk.refused_why
    try:
        if books.journal.is_forked:
            words = "The gateway has other events under this till's numbers: enrol it anew."
            found[WhyNot.FORKED.value] = words
    except EpochRefused as error:
        found[WhyNot.NOT_ENROLLED.value] = str(error)
    if not books.journal.file.reserve.has_room():
        found[WhyNot.DISK_FULL.value] = "The disk is nearly full: what is open can end."
    return found


def told_of_books(books: BooksStanding | None) -> dict[str, Any]:
    """What the journal says, as it is told; without one, why nothing begins."""
    if books is None:
        words = "This till needs its voucher: `tillstream devices add` prints one."
        return {"may_begin": False, "why_not": {WhyNot.NOT_ENROLLED.value: words}}
    return {
        "epoch": books.epoch,
        "sequence": books.sequence,
        "receipt_count": books.receipt_count,
        "business_date": books.day,
        "carts": {"open": books.open_carts, "suspended": books.suspended_carts},
        "may_begin": not books.why_not,
        "why_not": books.why_not,
    }


def told_of_identity(
    name: TillName | None, identity: DeviceIdentity | None, enrolment: EnrolmentStanding
) -> dict[str, Any]:
    """Who the till is, as it is told."""
    told: dict[str, Any] = {"enrolment": {"state": enrolment.state, "why": enrolment.why}}
    told["till"] = name and {"location_id": name.location_id, "till_id": name.till_id}
    if identity is None:
        return told
    return told | {
        "gateway": identity.record.gateway,
        "certificate": {"begins": _rfc(identity.begins), "ends": _rfc(identity.ends)},
    }


def told_of_sending(
    sending: SendingStanding, books: BooksStanding | None, catalog_age: int | None
) -> dict[str, Any]:
    """How the sending goes, and how old is what the gateway last said, as it is told; in seconds.

    Prices and rules are as old as ``catalog_age``, the list of devices as the gateway has told: so
    long ago the centre said to the store that there is nothing newer.
    """
    told: dict[str, Any] = {
        "state": sending.state,
        "why": sending.why,
        "owed_seconds": _seconds_since(sending.asked_at),
        "durable": sending.durable,
        "quarantined": sending.quarantined,
    }
    if books is not None:
        told |= {
            "waiting": books.waiting,
            "unconfirmed": books.unconfirmed,
            "missing": sum(each.missing for each in books.epochs),
            "epochs": [each._asdict() for each in books.epochs],
        }
    heard = _seconds_since(sending.heard_at)
    lists = {
        "catalog_version": sending.catalog_version,
        "catalog_age_seconds": catalog_age,
        "devices_version": sending.devices_version,
        "devices_age_seconds": _older(sending.devices_age, heard),
        "age_seconds": heard,
    }
    return {"sending": told, "lists": lists}


def _older(age: int | None, heard: int | None) -> int | None:
    """An age that the gateway told so long ago; None where it is not known."""
    return None if age is None or heard is None else age + heard


def _seconds_since(at: float | None) -> int | None:
    """By the monotonic clock; None since never."""
    return None if at is None else int(time.monotonic() - at)


def _rfc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
