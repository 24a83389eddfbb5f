"""By what something that is sent again is known: its id, and a digest of what it says."""

from hashlib import sha256

from pydantic import BaseModel

from dashboards.backoffice.refusals import BookingRefused, WhyNotBooked


def digest_of(asked: BaseModel, of: str = "") -> str:
    """The SHA-256 of what is asked, as JSON, and of which document."""
    return sha256(f"{of}\n{asked.model_dump_json()}".encode()).hexdigest()


def require_same(earlier: str, now: str, asked_id: str) -> None:
    """Raises `BookingRefused` where another content comes under an id that is taken."""
    if earlier != now:
        words = f"Something else was booked under the id {asked_id}. Nothing was booked now."
        raise BookingRefused(WhyNotBooked.OTHER_CONTENT, words)
