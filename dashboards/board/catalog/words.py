"""Rows and changes of rows in words, in the viewer's locale. Pure."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import cast

from dashboards.board.catalog.fields import Field, Kind, Row
from dashboards.board.catalog.merging import FieldDifference, differences
from dashboards.board.catalog.publications import Publication, Publications
from dashboards.board.feed.history import Entry
from dashboards.board.live.artist import Piece
from dashboards.board.live.keys import Key, KeyKind
from dashboards.board.live.scene import Scene, Shown, milliseconds
from dashboards.board.wording.words import NOTHING, Words, age

JSON_SHOWN_MAX = 300
"""Characters of a table's rows in a history: enough to know it by; its own page has all of it."""

ACTIONS = {"create": "Created", "change": "Changed", "delete": "Deleted"}


@dataclass(frozen=True, slots=True)
class FieldTold:
    """One field of a change: what it was, and what it is."""

    label: str
    before: str
    after: str


def value(words: Words, field: Field, row: Row | None, found: object) -> str:
    """A value as people read it; ``row`` says in which currency."""
    if found is None or found == "":
        return NOTHING
    match field.type:
        case "money" if isinstance(found, int):
            return words.money(found, (row or {}).get("currency"))
        case "percent" if isinstance(found, int):
            return f"{words.decimal(Decimal(found) / 100)} %"
        case "count" if isinstance(found, int):
            return words.count(found)
        case "yes":
            return "Yes" if found else "No"
        case "moment" | "ids" | "numbers" | "json":
            return _long(words, field, found)
        case "choice":
            return (field.choices or {}).get(str(found), str(found))
        case _:
            return str(found)


def _long(words: Words, field: Field, found: object) -> str:
    match field.type:
        case "moment":
            return f"{words.moment(datetime.fromisoformat(str(found)))} UTC"
        case "ids" if isinstance(found, list):
            return ", ".join(map(str, cast(list[object], found))) or NOTHING
        case "numbers" if isinstance(found, dict):
            return _numbers(words, cast(dict[str, int], found))
        case _:
            return _shortened(json.dumps(found, ensure_ascii=False))


def _numbers(words: Words, found: dict[str, int]) -> str:
    return ", ".join(f"{name} {words.count(each)}" for name, each in found.items()) or NOTHING


def _shortened(text: str) -> str:
    return text if len(text) <= JSON_SHOWN_MAX else f"{text[:JSON_SHOWN_MAX]} …"


def told(
    words: Words,
    kind: Kind,
    before: Row | None,
    after: Row | None,
    which: Iterable[FieldDifference],
) -> list[FieldTold]:
    """Differences in words."""
    return [
        FieldTold(
            kind.field(each.name).label,
            value(words, kind.field(each.name), before, each.before),
            value(words, kind.field(each.name), after, each.after),
        )
        for each in which
    ]


def told_entry(words: Words, kind: Kind, entry: Entry) -> list[FieldTold]:
    """What a change of the history made different."""
    return told(
        words,
        kind,
        entry.before,
        entry.after,
        differences(kind, entry.before, entry.after),
    )


def action(entry: Entry) -> str:
    """What was done, in a word."""
    return ACTIONS.get(entry.action.rpartition(".")[2], entry.action)


def pieces(publications: Publications) -> dict[KeyKind, Piece]:
    """How the publication of a change is drawn."""
    template = "catalog/pieces/publication.html"
    return {"publication": Piece(template, partial(show_publication, publications))}


def show_publication(publications: Publications, scene: Scene, key: Key) -> Shown:
    """The line above a row's form; empty where the board knows of no change since its start."""
    kind, _, name = key.ident.partition("/")
    known = publications.get(kind, name)
    at = known and (known.published_at or known.saved_at)
    if known is None or at is None:
        return Shown(key, {"words": "", "age": ""})
    cells = {"words": _published(known), "age": age((scene.now - at).total_seconds())}
    return Shown(key, cells, {"state": known.state}, milliseconds(at))


def _published(known: Publication) -> str:
    done = "deleted" if known.row is None else "saved"
    if known.saved_by is None:
        return "Published"
    if known.published_at is None:
        return f"{done.capitalize()} by {known.saved_by}, being published …"
    return f"{done.capitalize()} by {known.saved_by}, published"
