"""What a store's gateway adds to the centre's rows: files in a folder of its own.

`cards.json` is the store's list of cards under the store's own key, as `tillstream employees cards`
writes it: the fleet's key never leaves the centre. `screen.json` has the words of the information
screen. Until a store is told of these by its feed, they are put there.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Annotated, NamedTuple, Protocol

import msgspec

from edge.bundle.form import BundleRows, RowKey, canonical_row
from edge.bundle.rows import (
    BundledAnnouncement,
    BundledCardKey,
    BundledEmployee,
    BundledSurvey,
)
from topics.scalars import Hash, Ordinal

LOOK_SECONDS = 5.0
"""Between two looks at the files. Somebody who has put one there waits for it at a till."""

FILE_BYTES_MAX = 4 * 1024 * 1024
"""Of a file: some 40,000 cards. A larger one is none of ours."""

ANNOUNCEMENTS_MAX = 50
"""Of a store at once. Nobody reads more, and each till has all of them in memory."""

CARDS = "cards.json"
SCREEN = "screen.json"

TakeRows = Callable[[BundleRows], Awaitable[bool]]

TakeNumberedRows = Callable[[BundleRows, int | None], Awaitable[bool]]


class CardsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A store's list: cards' hashes by employee, under its key."""

    version: Ordinal
    key: Hash
    cards: dict[str, Hash]


class ScreenFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the information screens of a store show."""

    announcements: Annotated[
        list[BundledAnnouncement], msgspec.Meta(max_length=ANNOUNCEMENTS_MAX)
    ] = []
    survey: BundledSurvey | None = None


class _Reports(Protocol):
    def left_out(self, what: str, why: str) -> None: ...
    def kept_back(self, why: str) -> None: ...


class _Stamp(NamedTuple):
    modified_ns: int
    bytes: int


_decode_cards = msgspec.json.Decoder(CardsFile).decode
_decode_screen = msgspec.json.Decoder(ScreenFile).decode
_decode_employee = msgspec.json.Decoder(BundledEmployee).decode


def with_cards(rows: Mapping[RowKey, bytes], content: bytes) -> dict[RowKey, bytes]:
    """The rows with a list of cards over them; raises ValueError. Who is not in the list has no
    card here: their hash is under a key that no till has."""
    told = _decode_cards(content)
    found = dict(rows)
    for (kind, row_id), row in rows.items():
        if kind == "employee":
            del found[kind, row_id]
            hashed = told.cards.get(row_id)
            if hashed is not None:
                person = msgspec.structs.replace(_decode_employee(row), card_hash=hashed.lower())
                found[kind, row_id] = canonical_row(person)
    key = BundledCardKey(told.version, told.key.lower())
    return found | {("card_key", str(told.version)): canonical_row(key)}


def with_screen(rows: Mapping[RowKey, bytes], content: bytes) -> dict[RowKey, bytes]:
    """The rows with a screen's words beside them; raises ValueError."""
    told = _decode_screen(content)
    found = dict(rows)
    for each in told.announcements:
        found["announcement", each.announcement_id] = canonical_row(each)
    if told.survey is not None:
        found["survey", told.survey.survey_id] = canonical_row(told.survey)
    return found


READERS: Mapping[str, Callable[[Mapping[RowKey, bytes], bytes], dict[RowKey, bytes]]] = {
    CARDS: with_cards,
    SCREEN: with_screen,
}
"""What is done with each file; all raise ValueError where it is not what it should be."""


class OwnRows:
    """The files of one store, over whatever the centre tells. One loop's only."""

    def __init__(
        self, folder: Path, take: TakeNumberedRows, retake: TakeRows, reports: _Reports
    ) -> None:
        """``take`` lets rows count that the centre has told now, ``retake`` those that it told
        before."""
        self._folder = folder
        self._take = take
        self._retake = retake
        self._reports = reports
        self._turn = asyncio.Lock()
        self._rows: BundleRows | None = None
        self._seen: dict[str, _Stamp | None] = {}
        self._good: dict[str, bytes] = {}
        self._faults: dict[str, str] = {}
        self._is_untold = False

    async def take(self, rows: BundleRows, version: int | None = None) -> bool:
        """Let the centre's rows count, and the store's own with them; whether they do. They came
        with ``version`` of the store's feed, where there is one."""
        async with self._turn:
            self._rows = rows
            return await self._tell(rows, lambda joined: self._take(joined, version))

    async def run(self) -> None:
        """Look at the files for ever; what has changed counts without news from the centre."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            async with self._turn:
                self._look()
                if self._is_untold and self._rows is not None:
                    await self._tell(self._rows, self._retake)

    async def _tell(self, rows: BundleRows, take: TakeRows) -> bool:
        self._look()
        unread = sorted(self._faults.keys() - self._seen.keys())
        if unread:  # the last catalog may have all that these say
            self._reports.kept_back(f"{unread[0]}: {self._faults[unread[0]]}")
            return False
        is_told = await take(self._joined(rows))
        self._is_untold = not is_told
        return is_told

    def _look(self) -> None:
        """Read what has changed. A disk that does not answer takes nothing away."""
        for name in READERS:
            path = self._folder / name
            try:
                self._look_at(name, path)
            except OSError as fault:
                if self._faults.get(name) != str(fault):
                    self._reports.left_out(str(path), f"{fault}; what was read of it before counts")
                self._faults[name] = str(fault)
            else:
                self._faults.pop(name, None)

    def _look_at(self, name: str, path: Path) -> None:
        """Raises OSError, and looks again then."""
        stamp = _stamp(path)
        if name in self._seen and stamp == self._seen[name]:
            return
        if stamp is None:
            self._good.pop(name, None)
        else:
            self._read(name, path)
        self._seen[name], self._is_untold = stamp, True

    def _read(self, name: str, path: Path) -> None:
        with path.open("rb") as file:
            content = file.read(FILE_BYTES_MAX + 1)
        try:
            if len(content) > FILE_BYTES_MAX:
                raise ValueError(f"it has more than {FILE_BYTES_MAX} bytes")
            READERS[name]({}, content)
        except (ValueError, RecursionError) as error:
            self._reports.left_out(str(path), str(error))
            return
        self._good[name] = content

    def _joined(self, rows: BundleRows) -> BundleRows:
        found = dict(rows)
        for name, content in self._good.items():
            found = READERS[name](found, content)
        return found


def _stamp(path: Path) -> _Stamp | None:
    """None where there is no such file; raises OSError where nobody can say."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return _Stamp(status.st_mtime_ns, status.st_size)
