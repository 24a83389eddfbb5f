"""What a form says: its lines, typed or as a file, and the till marks of a count."""

from collections.abc import Mapping
from typing import NamedTuple

from aiohttp.web import FileField

from dashboards.backoffice import lines
from dashboards.backoffice.asked import AskedGoods, AskedMark
from dashboards.backoffice.refusals import BookingRefused, WhyNotBooked
from dashboards.board.live.visit import field
from topics.scalars import EPOCH_MAX, NUMBER_MAX


class SentLines(NamedTuple):
    """Lines, and the id that follows from the file that they came in; None of what was typed."""

    lines: list[AskedGoods]
    file_id: str | None


def sent_lines(sent: Mapping[str, object], *about: str) -> SentLines:
    """Lines of a form; ``about`` is what a file's id shall follow from beside its content. Raises
    `BookingRefused`."""
    file = sent.get("file")
    if isinstance(file, FileField) and file.filename:
        try:
            text = file.file.read(lines.CHARACTERS_MAX + 1).decode()
        except UnicodeDecodeError as fault:
            words = "The file is no text in UTF-8. Nothing was booked."
            raise BookingRefused(WhyNotBooked.NOT_UNDERSTOOD, words) from fault
        return SentLines(lines.of_file(text), lines.id_of_file(*about, text))
    return SentLines(lines.typed(field(sent, "lines")), None)


def sent_marks(sent: Mapping[str, object]) -> dict[str, AskedMark]:
    """Till, epoch and number, a line each; raises `BookingRefused`."""
    found: dict[str, AskedMark] = {}
    for number, line in enumerate(field(sent, "marks").splitlines(), 1):
        parts = line.replace(",", " ").split()
        if not parts:
            continue
        if len(parts) != 3 or not all(_is_number(part) for part in parts[1:]):
            words = f"Line {number} of the tills: a till, its epoch and its number."
            raise BookingRefused(WhyNotBooked.NOT_UNDERSTOOD, words)
        till_id, epoch, sequence = parts[0], int(parts[1]), int(parts[2])
        if not 1 <= epoch <= EPOCH_MAX or sequence > NUMBER_MAX:
            words = f"Line {number} of the tills: no till has such numbers."
            raise BookingRefused(WhyNotBooked.NOT_UNDERSTOOD, words)
        found[till_id] = AskedMark(epoch=epoch, sequence=sequence)
    return found


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 13
