"""From keys to HTML: each piece is drawn once, however many pages show it."""

from collections.abc import Callable
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import jinja2

from dashboards.board.live.keys import Key, KeyKind
from dashboards.board.live.scene import Scene, Shown
from dashboards.board.live.viewers import Viewers

DRAWN_MAX = 20_000
"""Pieces that are remembered, at one to two kilobytes each, until one more makes all forgotten."""

_BOARD = Path(__file__).parents[1]


@cache
def _templates() -> jinja2.Environment:
    """All of the board's: what is compiled serves every board of the process."""
    folders = {each.parent.name: each for each in _BOARD.glob("*/templates")}
    return jinja2.Environment(
        loader=jinja2.PrefixLoader(
            {name: jinja2.FileSystemLoader(folder) for name, folder in folders.items()}
        ),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


class Piece(NamedTuple):
    """How pieces of one kind are drawn: by which template, from what."""

    template: str
    show: Callable[[Scene, Key], Shown]


class Artist:
    """Draws whole pages from templates, and the pieces of them that change.

    A template is called ``<subject>/<file>`` and lies in ``<subject>/templates``. Each subject
    puts its kinds of pieces into ``pieces``.
    """

    def __init__(
        self,
        scene: Callable[[str], Scene],
        notices: Callable[[str], list[str]],
        viewers: Viewers,
    ) -> None:
        self.pieces: dict[KeyKind, Piece] = {}
        self._scene = scene
        self._notices = notices
        self._viewers = viewers
        self._drawn: dict[tuple[Key, str], tuple[int, bytes]] = {}
        self._templates = _templates()

    def page(self, template: str, context: dict[str, Any]) -> str:
        """A page, or a part of one that is fetched by itself."""
        return self._templates.get_template(template).render({"pieces": self.pieces, **context})

    def show(self, scene: Scene, key: Key) -> Shown:
        """The piece of that key, as the memory has it; lists and charts are no pieces."""
        return self.pieces[key.kind].show(scene, key)

    def piece(self, shown: Shown, scene: Scene) -> str:
        """One row, or one group of figures."""
        template = self.pieces[shown.key.kind].template
        return self.page(template, {"row": shown, "turn": scene.memory.turn})

    def partial(self, key: Key, locale: str) -> bytes:
        """What puts the newest state of a piece into an open page, in one line."""
        version = self._viewers.version(key)
        held = self._drawn.get((key, locale))
        if held is not None and held[0] == version:
            return held[1]
        drawn = self._draw(key, locale)
        if len(self._drawn) >= DRAWN_MAX:
            self._drawn.clear()
        self._drawn[key, locale] = version, drawn
        return drawn

    def _draw(self, key: Key, locale: str) -> bytes:
        if key.kind == "notices":
            told = {"notices": self._notices(locale)}
            return _partial(key, self.page("live/pieces/notices.html", told))
        scene = self._scene(locale)
        shown = self.show(scene, key)
        return _partial(key, "" if shown.gone else self.piece(shown, scene))


def _partial(key: Key, html: str) -> bytes:
    # A line break would end the event that carries it.
    swap = "outerMorph" if html else "delete"
    line = " ".join(html.split())
    return f'<hx-partial id="{escape(key.row_id)}" hx-swap="{swap}">{line}</hx-partial>'.encode()
