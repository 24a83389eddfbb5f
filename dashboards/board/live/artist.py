"""From keys to HTML: each piece is drawn once, however many pages show it."""

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import jinja2

from dashboards.board.live.keys import Key
from dashboards.board.live.viewers import Viewers
from dashboards.board.words.scene import Scene, Shown
from dashboards.board.words.show import show

DRAWN_MAX = 20_000
"""Pieces that are remembered, at one to two kilobytes each, until one more makes all forgotten."""


class Artist:
    """Draws whole pages from templates, and the pieces of them that change."""

    def __init__(
        self,
        scene: Callable[[str], Scene],
        notices: Callable[[str], list[str]],
        viewers: Viewers,
    ) -> None:
        self._scene = scene
        self._notices = notices
        self._viewers = viewers
        self._drawn: dict[tuple[Key, str], tuple[int, bytes]] = {}
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(Path(__file__).parent.parent / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def page(self, template: str, context: dict[str, Any]) -> str:
        """A page, or a part of one that is fetched by itself."""
        return self._templates.get_template(template).render(context)

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
            return _partial(
                key, self.page("pieces/notices.html", {"notices": self._notices(locale)})
            )
        scene = self._scene(locale)
        shown = show(scene, key)
        return _partial(key, "" if shown.gone else self.piece(shown, scene))

    def piece(self, shown: Shown, scene: Scene) -> str:
        """One row, or one group of figures."""
        return self.page(f"pieces/{shown.key.kind}.html", {"row": shown, "turn": scene.memory.turn})


def _partial(key: Key, html: str) -> bytes:
    # A line break would end the event that carries it.
    swap = "outerMorph" if html else "delete"
    line = " ".join(html.split())
    return f'<hx-partial id="{escape(key.row_id)}" hx-swap="{swap}">{line}</hx-partial>'.encode()
