"""Tables and tests as YAML: the same columns and the same cells as in CSV, a key each.

Every scalar is the text that somebody wrote: ``yes`` is no truth and 010 no eight. Nothing is made
of a file but texts, and what could make it say something else than it shows is refused: a key that
is given twice, names with & and *, tags, a second document.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from edge.rules.sheets import SheetLine, SheetReader, TableSheet

ROWS = "rows"
COLUMNS = "columns"
"""Keys of a table; its others say something of the whole of it. ``columns`` sets their order, and
is needed where there are no rows."""

DEPTH_MAX = 10
"""Of lists in lists. A table has four; PyYAML takes minutes for some thousands."""

_yaml: Any = yaml  # its functions have no types

_LISTS = ("", "expect")
"""What may be a list of names in the place of a text: what is said of a table, and ``expect``."""


def yaml_table(reader: SheetReader) -> TableSheet:
    """What is said, a key each, and under ``rows`` a list of rows by column."""
    root = _root(reader)
    if not isinstance(root, yaml.MappingNode):
        raise reader.stop("a table is written as table: …, version: …, and rows: […]")
    told: dict[str, str] = {}
    parts: dict[str, Any] = {}
    for name, node in _pairs(reader, root, "table"):
        if name in (ROWS, COLUMNS):
            parts[name] = node
        else:
            reader.said(told, name, _text(reader, node, name, ""), _line(node))
    columns = [_text(reader, each, COLUMNS, "") for each in _list(reader, parts.get(COLUMNS), "")]
    return TableSheet(told, _lines(reader, parts.get(ROWS), ["row", *columns]))


def yaml_tests(reader: SheetReader) -> Sequence[SheetLine]:
    """A list of tests by attribute."""
    return _lines(reader, _root(reader), ["test"], "expect")


def _root(reader: SheetReader) -> Any:
    content = reader.content()
    try:
        text = content.decode("utf-8-sig")
        depth = 0
        for event in _yaml.parse(text, Loader=yaml.BaseLoader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            _require_plain(reader, event, depth)
        return _yaml.compose(text, Loader=yaml.BaseLoader)
    except UnicodeDecodeError as fault:
        raise reader.stop(f"it is no YAML in UTF-8: {fault}") from fault
    except yaml.YAMLError as fault:
        raise reader.stop(f"it is no YAML: {' '.join(str(fault).split())[:300]}") from fault


def _require_plain(reader: SheetReader, event: Any, depth: int) -> None:
    if depth > DEPTH_MAX:
        raise reader.stop(f"lists in lists, {depth} deep; a table has four", _line(event))
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        raise reader.stop("write it out: names with & and * are not taken", _line(event))
    if getattr(event, "tag", None):
        raise reader.stop(f"the tag {event.tag} is not taken", _line(event))


def _lines(
    reader: SheetReader, node: Any, columns: list[str], last: str | None = None
) -> Sequence[SheetLine]:
    """First the ``columns`` and all others that an entry has, then a line for each entry; what it
    does not have is empty."""
    what = columns[0]
    read = [_entry(reader, each, what) for each in _list(reader, node, what)]
    names = dict.fromkeys((*columns, *(name for _, cells in read for name in cells)))
    if last is not None:
        names.pop(last, None)
        names[last] = None
    return [
        SheetLine(1, list(names)),
        *(SheetLine(number, [cells.get(name, "") for name in names]) for number, cells in read),
    ]


def _list(reader: SheetReader, node: Any, what: str) -> Sequence[Any]:
    if node is None or (isinstance(node, yaml.ScalarNode) and not node.value):
        return ()
    if isinstance(node, yaml.SequenceNode):
        return node.value
    told = f", of which each begins with - {what}:" if what else ""
    raise reader.stop(f"it is a list{told}", _line(node))


def _entry(reader: SheetReader, node: Any, what: str) -> tuple[int, dict[str, str]]:
    if not isinstance(node, yaml.MappingNode):
        raise reader.stop(f"it has a key for each column, and begins with - {what}:", _line(node))
    pairs = list(_pairs(reader, node, _line(node)))
    named = next((each.value for name, each in pairs if name == what and _is_text(each)), "")
    row = f"test {named}" if named and what == "test" else named or _line(node)
    cells = {name: _text(reader, each, row, name) for name, each in pairs}
    return node.start_mark.line + 1, cells


def _pairs(reader: SheetReader, node: Any, row: str) -> Iterator[tuple[str, Any]]:
    """A key that is given twice is told; most readers take the last one, unseen."""
    seen: set[str] = set()
    for key, value in node.value:
        if not _is_text(key):
            reader.wrong("a key is a text", _line(key))
        elif key.value in seen:
            reader.wrong("it is said twice", row, key.value)
        else:
            seen.add(key.value)
            yield key.value, value


def _text(reader: SheetReader, node: Any, row: str, column: str) -> str:
    """A scalar as it was written; of a list of names, all of them."""
    if _is_text(node):
        return node.value.strip()
    if isinstance(node, yaml.SequenceNode) and column in _LISTS and row != COLUMNS:
        return " ".join(_text(reader, each, row, "a list's entry") for each in node.value)
    reader.wrong("it is no text", row, column)
    return ""


def _is_text(node: Any) -> bool:
    return isinstance(node, yaml.ScalarNode)


def _line(place: Any) -> str:
    return f"line {place.start_mark.line + 1}"
