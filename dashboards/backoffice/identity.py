"""By what something that is sent again is known: its id, and a digest of what it says."""

from hashlib import sha256

from pydantic import BaseModel

from dashboards.backoffice.refusals import NotBooked, NotBookedReason


def digest_of(asked: BaseModel) -> str:
    """The SHA-256 of what is asked, as JSON."""
    return sha256(asked.model_dump_json().encode()).hexdigest()


def require_same(earlier: str, now: str, asked_id: str) -> None:
    """Raises `NotBooked` where another content comes under an id that is taken."""
    if earlier != now:
        words = f"Something else was booked under the id {asked_id}. Nothing was booked now."
        raise NotBooked(NotBookedReason.OTHER_CONTENT, words)
