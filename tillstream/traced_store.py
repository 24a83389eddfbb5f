"""The hops of an event before Kafka and after it: the till's journal, and the store's gateway."""

from pathlib import Path
from typing import NamedTuple

from edge.gateway import tracing as gateway
from edge.gateway.errors import GatewayUnusable
from edge.journal import tracing as journal
from edge.journal.entries import TillPlace
from edge.journal.errors import JournalUnusable
from operations.trace.hops import Hop, HopState, TracedEvent
from operations.trace.topics import InTopics
from topics.taken import read_taken_at

JOURNAL, GATEWAY, ACKNOWLEDGED = "journal", "gateway", "acknowledgement"


class StoreFiles(NamedTuple):
    """The files of till and gateway; what is not on this machine cannot be asked."""

    journal: Path
    gateway: Path


def in_store(files: StoreFiles, event: TracedEvent, found: InTopics) -> tuple[Hop, Hop, Hop]:
    """The journal's hop, the gateway's, and the acknowledgement's, which comes last."""
    return (*_till_hops(files.journal, event, found), _gateway_hop(files.gateway, event, found))


def _till_hops(path: Path, event: TracedEvent, found: InTopics) -> tuple[Hop, Hop]:
    till = TillPlace(event.location_id, event.till_id)
    try:
        entry = path.exists() and journal.traced(path, till, event.epoch, event.sequence)
    except JournalUnusable as error:
        return _unread(JOURNAL, error), _centre_word(found)
    if entry is False:
        return _unread(JOURNAL, f"no journal in {path}"), _centre_word(found)
    if entry is None or (entry.hash is None and not entry.has_left):
        words = "the journal has no such event"
        return Hop(JOURNAL, HopState.WAITING, words), _centre_word(found)
    return _journal_hop(entry), _acknowledged_hop(entry)


def _journal_hop(entry: journal.TracedEntry) -> Hop:
    if entry.hash is None:
        return Hop(JOURNAL, HopState.PASSED, "it was there, and is kept no longer")
    signed = ", with a signed head" if entry.is_signed else ""
    return Hop(JOURNAL, HopState.PASSED, f"hash {entry.hash[:16]}…{signed}", entry.written_at)


def _acknowledged_hop(entry: journal.TracedEntry) -> Hop:
    if entry.is_confirmed or entry.has_left:
        return Hop(ACKNOWLEDGED, HopState.PASSED, "the till knows that the centre has it")
    known = "the gateway has it" if entry.is_accepted else "nobody has it"
    return Hop(ACKNOWLEDGED, HopState.WAITING, f"as far as the till knows, {known}")


def _centre_word(found: InTopics) -> Hop:
    """What the till will be told, where its journal cannot be asked."""
    if found.version is None:
        return Hop(ACKNOWLEDGED, HopState.WAITING, "the centre's till.status does not count it")
    words = "the centre's till.status counts it; whether the till has heard, its journal knows"
    return Hop(ACKNOWLEDGED, HopState.NOT_READ, words)


def _gateway_hop(path: Path, event: TracedEvent, found: InTopics) -> Hop:
    at = read_taken_at(found.event.headers) if found.event else None
    if at is not None:
        return Hop(GATEWAY, HopState.PASSED, "by the header of its message", at)
    if not path.exists():
        return _unread(GATEWAY, f"no gateway's file in {path}, and no header of one")
    try:
        known = gateway.traced(path, event.till_id, event.epoch, event.sequence)
    except GatewayUnusable as error:
        return _unread(GATEWAY, error)
    if not known.is_taken:
        return Hop(GATEWAY, HopState.WAITING, "not taken yet")
    if found.event is None and known.is_waiting:
        return Hop(GATEWAY, HopState.WAITING, "taken; it waits in the spool for the topic")
    unreadable = f", unreadable: {known.reason}" if known.reason else ""
    return Hop(GATEWAY, HopState.PASSED, f"taken{unreadable}")


def _unread(name: str, why: object) -> Hop:
    return Hop(name, HopState.NOT_READ, str(why))
