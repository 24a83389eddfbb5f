"""Why something is not booked; nothing of it was then."""

from enum import StrEnum


class WhyNotBooked(StrEnum):
    """As programs read it."""

    NOT_UNDERSTOOD = "not_understood"
    UNKNOWN_CODE = "unknown_code"
    UNKNOWN_LOCATION = "unknown_location"
    UNKNOWN_DOCUMENT = "unknown_document"
    OTHER_CONTENT = "other_content"
    NOT_HERE = "not_here"
    NOT_OPEN = "not_open"
    NOT_THIS_ACT = "not_this_act"
    NOT_BEGUN = "not_begun"
    NOTHING_SENT = "nothing_sent"
    NOT_COUNTED = "not_counted"
    COUNTS_DIFFER = "counts_differ"


class BookingRefused(Exception):
    """The message says it to people."""

    def __init__(self, reason: WhyNotBooked, words: str) -> None:
        super().__init__(words)
        self.reason = reason


class UnknownDocument(BookingRefused):
    """There is no such document at that location."""

    def __init__(self, document_id: str, location_id: str) -> None:
        words = f"There is no document {document_id} at {location_id}."
        super().__init__(WhyNotBooked.UNKNOWN_DOCUMENT, words)
