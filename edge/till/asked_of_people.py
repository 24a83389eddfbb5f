"""What programs may ask of people at a till, each as it comes in a body: cards, PINs, and what
somebody answers."""

from typing import Annotated

import msgspec

from edge.till.asked import Asked
from topics import scalars as s

_Card = Annotated[str, msgspec.Meta(pattern=r"^[!-~][ -~]{0,63}\Z")]


class AskedSignIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A card that was shown, and the PIN that was typed. Neither is kept."""

    card: _Card
    pin: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4,12}\Z")]


class AskedHolder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A card that was shown; it is not kept."""

    card: _Card


class AskedUnlock(Asked, frozen=True, kw_only=True):
    """Let somebody in again whose card is locked here."""

    employee_id: s.Identifier


class AskedCustomerCard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Put a customer to a cart, by their card or their id."""

    card: _Card | None = None
    customer_id: s.Identifier | None = None


class AskedSurveyAnswer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody chose at the information screen."""

    answer: Annotated[str, msgspec.Meta(max_length=60)]
