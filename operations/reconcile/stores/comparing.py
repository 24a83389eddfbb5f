"""What differs between a store and the centre, and what one of them was not told yet. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from operations.reconcile.difference import Check, Differences, FigureDifference
from operations.reconcile.stores.feeds import SaidInFeed
from operations.reconcile.stores.reading import Digest, Row, Windows
from topics.down import FeedKey

UNSAID = "no feed says it: does 'tillstream worker feeds' run at the centre?"
LOST = "the feed says it, and the store has it not"
OTHER = "the store's row is not the centre's"
BEYOND = "the centre has no such row for this store"
NOT_AT_CENTRE = "the centre has heard this number, and has it not"
NOT_IN_STORE = "the centre has it, and the store has it not"
DIFFERS = "the two sides do not say the same"
WENT_LOST = "the centre has what the store said after it, and has it not"


@dataclass(slots=True)
class StoreFindings:
    """What was found of one store. ``not_sent`` are rows that the store, and ``not_told`` receipts,
    effects and movements that the centre, will hear of. ``behind`` are tills of which the centre
    has not heard all; ``untold`` is what is still to come, by SKU."""

    location_id: str
    found: Differences = field(default_factory=dict[Any, FigureDifference])
    not_sent: int = 0
    not_told: int = 0
    behind: set[str] = field(default_factory=set[str])
    untold: Counter[str] = field(default_factory=Counter[str])

    def add(
        self, check: Check, table: str, key: Iterable[Any], cause: str, **fields: tuple[Any, Any]
    ) -> None:
        """A difference; each field with what the centre and what the store says."""
        named = "/".join(map(str, key))
        told = FigureDifference(check, table, self.location_id, named, dict(fields), cause)
        self.found[told.place] = told


def compare_rows(
    findings: StoreFindings,
    centre: Mapping[FeedKey, Digest],
    store: Mapping[FeedKey, Digest],
    feed: SaidInFeed,
) -> None:
    """Master data, row by row."""
    for key in sorted(centre.keys() | store.keys()):
        there, here = centre.get(key), store.get(key)
        if there and here and there.digest == here.digest:
            continue
        if here is None and there is not None and not there.is_due:
            continue
        if key in feed.pending:
            findings.not_sent += 1
        elif there is None and key.kind == "offer":
            # A store makes offers of its own, which come back to it once the centre knows them.
            findings.not_told += key not in feed.keys
        else:
            digests = there and there.digest, here and here.digest
            cause = _cause(there, here, key in feed.keys)
            findings.add("store-rows", key.kind, (key.id,), cause, digest=digests)


def _cause(there: Digest | None, here: Digest | None, is_said: bool) -> str:
    if there is None:
        return BEYOND
    if here is None:
        return LOST if is_said else UNSAID
    return OTHER


def compare_numbered(
    findings: StoreFindings,
    check: Check,
    pairs: Iterable[tuple[Row, Row | None, Row | None]],
    heard: Windows,
) -> None:
    """Receipts, or their effects, by till, epoch and number: what the centre has not heard is on
    its way, and counts for nothing there."""
    for key, there, here in pairs:
        till_id, epoch, sequence = key[:3]
        window = heard.get((till_id, epoch))
        is_heard = window is not None and window.has(sequence)
        if there == here:
            continue
        if there is None and here is not None and not is_heard:
            findings.not_told += 1
            findings.behind.add(till_id)
            if check == "store-effects":
                findings.untold[here[0]] += here[1]
        else:
            cause = DIFFERS if there and here else NOT_AT_CENTRE if here else NOT_IN_STORE
            findings.add(check, "sales", key, cause, content=(_told(there), _told(here)))


def compare_movements(
    findings: StoreFindings, pairs: Iterable[tuple[Row, Row | None, Row | None]]
) -> None:
    """Movements by id. The centre hears them in order: what lies behind all that it has is on its
    way, what lies before some of it was lost."""
    reached, absent = -1, list[tuple[Row, Row]]()
    for key, there, here in pairs:
        if here is None:
            findings.add("store-movements", "stock_ledger", key, NOT_IN_STORE)
        elif there is None:
            absent.append((key, here))
        else:
            reached = max(reached, here[-1])
            if there[:-1] != here[:-1]:
                content = _told(there[:-1]), _told(here[:-1])
                findings.add("store-movements", "stock_ledger", key, DIFFERS, content=content)
    for key, here in absent:
        if here[-1] > reached:
            findings.not_told += 1
            findings.untold[key[1]] += here[0]
        else:
            findings.add(
                "store-movements", "stock_ledger", key, WENT_LOST, quantity=(None, here[0])
            )


def compare_levels(
    findings: StoreFindings, pairs: Iterable[tuple[Row, Row | None, Row | None]]
) -> None:
    """Levels: the centre's, with what it has not been told, is the store's. What is in carts is
    compared where the centre has heard all."""
    for key, there, here in pairs:
        on_hand, in_carts = there or (0, 0)
        expected = on_hand + findings.untold[key[0]]
        found = here or (0, 0)
        if expected != found[0]:
            findings.add("store-levels", "stock_levels", key, DIFFERS, on_hand=(expected, found[0]))
        if not findings.behind and in_carts != found[1]:
            findings.add(
                "store-levels", "stock_levels", (*key, "in_carts"), DIFFERS,
                in_carts=(in_carts, found[1]),
            )  # fmt: skip


def compare_totals(
    findings: StoreFindings, pairs: Iterable[tuple[Row, Row | None, Row | None]]
) -> None:
    """Totals of each till of which the centre has heard all, and of the store where that is so of
    every till."""
    for key, there, here in pairs:
        till_id = key[0]
        if till_id in findings.behind or (not till_id and findings.behind):
            continue
        expected, found = (there or ({},))[0], (here or ({},))[0]
        fields = {
            name: (expected.get(name), found.get(name))
            for name in sorted(expected.keys() | found.keys())
            if expected.get(name) != found.get(name)
        }
        if fields:
            findings.add("store-totals", "checkout_totals", key, DIFFERS, **fields)


def note_tills_behind(findings: StoreFindings, centre: Windows, store: Windows) -> None:
    """Which tills the centre has not heard to the end."""
    for (till_id, epoch), here in store.items():
        there = centre.get((till_id, epoch))
        if there is None or there.last < here.last or there.missing != here.missing:
            findings.behind.add(till_id)


def paired(
    centre: Iterable[Row], store: Iterable[Row], key_length: int
) -> Iterator[tuple[Row, Row | None, Row | None]]:
    """Both in the order of their keys, one key after the other: what the centre, and what the store
    has under it."""
    theirs, ours = iter(centre), iter(store)
    there, here = next(theirs, None), next(ours, None)
    while there is not None or here is not None:
        keys = [each[:key_length] for each in (there, here) if each is not None]
        key = min(keys)
        is_there = there is not None and there[:key_length] == key
        is_here = here is not None and here[:key_length] == key
        yield (
            key,
            there[key_length:] if there is not None and is_there else None,
            here[key_length:] if here is not None and is_here else None,
        )
        there = next(theirs, None) if is_there else there
        here = next(ours, None) if is_here else here


def _told(row: Row | None) -> list[Any] | None:
    return None if row is None else list(row)
