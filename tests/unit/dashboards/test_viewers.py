"""Viewers are told what they show, once and with its last state, however slow they are."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry

from dashboards.board.alerts import words as alert_words
from dashboards.board.alerts.handled import Handled
from dashboards.board.feed.memory import Memory
from dashboards.board.feed.rows import Alert, Level, ShownProduct
from dashboards.board.feed.usual import Usual
from dashboards.board.live import viewers as viewers_module
from dashboards.board.live.artist import Artist
from dashboards.board.live.keys import ALERTS, Key, stock_list
from dashboards.board.live.metrics import BoardMetrics
from dashboards.board.live.scene import Scene
from dashboards.board.live.viewers import SLOTS_MAX, Viewer, Viewers
from dashboards.board.stock import words as stock_words
from dashboards.board.wording.locales import DEFAULT
from dashboards.board.wording.words import DEFAULT_WORDS

WHEN = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


class World:
    """A board's memory and its viewers, without a server."""

    def __init__(self) -> None:
        self.memory = Memory()
        self.viewers = Viewers(BoardMetrics(CollectorRegistry()))
        self.artist = Artist(self.scene, lambda _: [], self.viewers)
        self.artist.pieces |= stock_words.PIECES | alert_words.pieces(Handled())

    def scene(self, _: str) -> Scene:
        return Scene(self.memory, Usual(self.memory), DEFAULT_WORDS, WHEN + timedelta(seconds=5))

    def hear(self, *rows: Level | Alert) -> None:
        self.viewers.note(self.memory.take(rows))

    def showing(self, *skus: str) -> Viewer:
        viewer = self.viewers.open(DEFAULT, [stock_list("shop-1")])
        self.viewers.show(viewer, 1, [stock(sku) for sku in skus])
        return viewer


def stock(sku: str) -> Key:
    return Key("stock", "shop-1", sku)


def level(sku: str, on_hand: int, version: int, location: str = "shop-1") -> Level:
    return Level(location, sku, on_hand, 0, on_hand, version, WHEN)


@pytest.fixture
def world() -> World:
    world = World()
    world.hear(level("milk", 9, 1), level("bread", 9, 1))
    return world


def test_what_changes_twice_is_told_once_with_its_last_value(world: World) -> None:
    viewer = world.showing("milk")
    world.hear(level("milk", 8, 2))
    world.hear(level("milk", 7, 3))
    assert list(viewer.take()) == [stock("milk")]
    told = world.artist.partial(stock("milk"), DEFAULT).decode()
    assert re.search(r'data-cell="on_hand">7<', told), told
    assert viewer.take() == {}


def test_a_viewer_is_told_only_of_rows_that_it_shows(world: World) -> None:
    viewer = world.showing("milk")
    world.hear(level("bread", 8, 2), level("milk", 8, 2, "shop-2"))
    assert viewer.take() == {}, "a viewer is told of rows that it does not have"


def test_a_row_that_is_new_is_told_as_another_list(world: World) -> None:
    viewer = world.showing("milk")
    world.hear(level("pears", 8, 2))
    assert list(viewer.take()) == [stock_list("shop-1")]


def test_a_viewer_that_never_takes_anything_costs_no_more_than_what_it_shows(world: World) -> None:
    viewer = world.showing("milk", "bread")
    for version in range(2, 5_000):
        world.hear(level("milk", version, version), level("bread", version, version))
    assert len(viewer.changed) == 2, "changes pile up for a viewer that does not take them"


def test_rows_that_were_let_go_are_not_told_any_more(world: World) -> None:
    viewer = world.showing("milk")
    world.viewers.show(viewer, 2, [stock("bread")])
    world.viewers.drop(viewer, 1)
    world.hear(level("milk", 8, 2), level("bread", 8, 2))
    assert list(viewer.take()) == [stock("bread")]


def test_a_viewer_that_drops_nothing_is_told_of_what_it_fetched_last(world: World) -> None:
    viewer = world.showing("milk")
    for slot in range(2, SLOTS_MAX + 2):
        world.viewers.show(viewer, slot, [stock("bread")])
    world.hear(level("milk", 8, 2))
    assert viewer.take() == {}
    assert len(viewer.slots) == SLOTS_MAX


def test_a_row_that_left_the_page_is_taken_out(world: World) -> None:
    raised = Alert("shop-1", "milk", "raised", "out_of_stock", 0, 5, 20, WHEN, 1)
    world.hear(raised)
    viewer = world.viewers.open(DEFAULT, [ALERTS, Key("alert", "shop-1", "milk")])
    world.hear(Alert("shop-1", "milk", "cleared", "out_of_stock", 9, 5, 0, WHEN, 2))
    assert set(viewer.take()) == {ALERTS, Key("alert", "shop-1", "milk")}
    told = world.artist.partial(Key("alert", "shop-1", "milk"), DEFAULT)
    assert b'hx-swap="delete"' in told


def test_a_page_that_stays_away_is_forgotten_and_an_open_one_is_not(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    away, open_ = world.showing("milk"), world.showing("milk")
    world.viewers.connected(open_, 1)
    monkeypatch.setattr(viewers_module, "ABSENT_SECONDS", -1.0)
    world.showing("bread")
    assert world.viewers.get(away.token) is None
    assert world.viewers.get(open_.token) is open_
    world.hear(level("milk", 8, 2))
    assert (list(open_.take()), away.changed) == ([stock("milk")], {})


def test_markup_in_a_name_is_told_as_text(world: World) -> None:
    name = '<img src=x onerror="alert(1)"></hx-partial><hx-partial id="page">'
    world.memory.learn_products([ShownProduct("milk", name, "each")])
    told = world.artist.partial(stock("milk"), DEFAULT).decode()
    assert "<img" not in told
    assert told.count("<hx-partial") == 1, "a name breaks out of its cell"


def test_an_id_that_holds_markup_would_stay_text_in_an_open_page(world: World) -> None:
    sku = 'x"></hx-partial><p hx-post="/sign-out">'
    for version in (1, 2):
        world.hear(level(sku, 5, version))
        drawn = world.artist.partial(stock(sku), DEFAULT).decode()
        assert "<p hx-post" not in drawn, "an id that slipped through acts in the page"
        assert 'id="stock/shop-1/x&quot;&gt;' in drawn
