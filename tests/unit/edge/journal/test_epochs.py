"""A till whose numbers were used by another life of it loses no sale, and doubles none."""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import apsw
import pytest

from edge.journal import epochs
from edge.journal.errors import Forked
from edge.journal.findings import Fault
from edge.journal.journal import Journal
from edge.journal.outbox import Judgement
from edge.journal.verifying import prove
from tests.unit.edge.journal.gateways import Gateway, send
from tests.unit.edge.journal.tills import event, opened, sale

CONTINUE, FORK = Judgement.CONTINUE, Judgement.FORK


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


class Shop:
    """A till's folder, its images, and the sales that somebody has a receipt of."""

    def __init__(self, folder: Path, gateway: Gateway) -> None:
        self._folder = folder
        self._gateway = gateway
        self.sold: list[str] = []
        self.journal = opened(folder)

    def sell(self, count: int = 1) -> None:
        written = self.journal.append([sale(100 + number) for number in range(count)])
        self.sold += [each.entry.event["event_id"] for each in written]

    def send(self, lossy: Random | None = None) -> Judgement:
        return send(self.journal, self._gateway, lossy)

    def take_image(self) -> Path:
        self.journal.close()
        image = self._folder.with_name("image")
        shutil.copytree(self._folder, image, dirs_exist_ok=True)
        self.journal = opened(self._folder, None)
        return image

    def start_image(self, image: Path) -> None:
        self.journal.close()
        shutil.rmtree(self._folder)
        shutil.copytree(image, self._folder)
        self.journal = opened(self._folder, None)


@pytest.fixture
def shop(tmp_path: Path, gateway: Gateway) -> Iterator[Shop]:
    folder = tmp_path / "till"
    folder.mkdir()
    shop = Shop(folder, gateway)
    yield shop
    shop.journal.close()


def test_an_old_image_is_a_fork_within_one_batch(shop: Shop, gateway: Gateway) -> None:
    shop.sell(3)
    image = shop.take_image()
    shop.sell(3)
    shop.send()
    shop.start_image(image)
    shop.sell()
    assert shop.send() is FORK
    with pytest.raises(Forked):
        shop.journal.append([event("cart_opened")])
    assert len(gateway.sales()) == 6, "a silent duplicate, or a sale that was not taken"


def test_an_old_image_that_sold_nothing_yet_is_a_fork(shop: Shop) -> None:
    shop.sell(3)
    image = shop.take_image()
    shop.sell(3)
    shop.send()
    shop.start_image(image)
    assert shop.send() is FORK


def test_a_new_epoch_writes_again_what_was_never_accepted(shop: Shop, gateway: Gateway) -> None:
    shop.sell(2)
    shop.send()
    image = shop.take_image()
    shop.sell(3)
    shop.send()
    shop.start_image(image)
    shop.sell(2)
    before = [
        (each["event_id"], each["occurred_at"], each["receipt_no"])
        for each in _events(shop.journal, 1)[-2:]
    ]
    assert shop.send() is FORK
    shop.sell()  # the cart that was open
    shop.journal.begin_epoch(2)
    shop.sell()
    again = _events(shop.journal, 2)
    assert [
        (each["event_id"], each["occurred_at"], each["receipt_no"]) for each in again[:2]
    ] == before
    assert again[-1]["receipt_no"] == "till-3-2-4", "a number of this epoch came twice"
    assert shop.send() is CONTINUE
    assert sorted(gateway.sales()) == sorted(shop.sold), "a sale was lost or doubled"


def test_what_is_not_yet_known_to_be_refused_waits(shop: Shop, gateway: Gateway) -> None:
    shop.sell(2)
    image = shop.take_image()
    shop.sell(2)
    shop.send()
    shop.start_image(image)
    assert shop.journal.outbox.judge(1, 4) is FORK
    assert shop.journal.begin_epoch(2).sequence == 0, "written again, and perhaps twice there"
    shop.sell()
    shop.send()
    assert sorted(gateway.sales()) == sorted(shop.sold)


def test_what_is_written_again_in_several_pieces_is_whole(
    shop: Shop, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(epochs, "READ_AT_ONCE", 3)
    image = shop.take_image()
    shop.sell()
    shop.send()
    shop.start_image(image)
    shop.sell(10)
    shop.send()
    shop.journal.begin_epoch(2)
    shop.send()
    assert sorted(gateway.sales()) == sorted(shop.sold), "a sale was lost or doubled"


def test_beginning_the_epoch_again_writes_nothing_twice(shop: Shop, gateway: Gateway) -> None:
    shop.sell()
    assert shop.journal.outbox.judge(1, 1, "ab" * 32) is FORK
    shop.sell()
    gateway.taken[1] = [{"type": "till_heartbeat", "chain": {"hash": "ab" * 32}}]
    shop.send()
    mark = shop.journal.begin_epoch(2)
    assert mark.sequence == 2
    assert shop.journal.begin_epoch(2) == mark
    assert shop.journal.begin_epoch(3).sequence == 0


def test_a_chain_that_the_gateway_refuses_is_asked_for_once_more(
    shop: Shop, gateway: Gateway
) -> None:
    shop.sell(3)
    shop.send()
    del gateway.taken[1][2:]  # it was set back, and another device spoke first
    other = dict(gateway.taken[1][1], event_id="another", chain={"prev": "", "hash": "ab" * 32})
    gateway.taken[1].append(other)
    shop.sell(2)
    batch = shop.journal.outbox.next_batch(0.0)
    assert batch and shop.journal.outbox.broken_chain(batch) is FORK
    assert shop.send() is FORK
    shop.journal.begin_epoch(2)
    shop.send()
    taken = [each for each in gateway.sales() if each != "another"]
    assert sorted(taken) == sorted(shop.sold), "a sale was lost or doubled"


def test_a_fork_that_is_found_under_the_next_epoch_is_written_again_at_once(
    shop: Shop, gateway: Gateway
) -> None:
    image = shop.take_image()
    shop.sell(2)
    shop.send()
    shop.start_image(image)
    shop.sell()
    shop.journal.begin_epoch(2)
    shop.sell()
    shop.send()
    assert sorted(gateway.sales()) == sorted(shop.sold), "a sale was lost or doubled"
    shop.journal.append([event("cart_opened")])


def test_a_fork_that_is_not_written_again_yet_is_after_a_restart(
    shop: Shop, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = shop.take_image()
    shop.sell(2)
    shop.send()
    shop.start_image(image)
    shop.sell(2)
    shop.send()
    with monkeypatch.context() as killed:
        killed.setattr(epochs, "write_again", _killed)
        with pytest.raises(KeyboardInterrupt):
            shop.journal.begin_epoch(2)
    shop.start_image(shop.take_image())
    assert shop.journal.mark.sequence == 2
    shop.send()
    assert sorted(gateway.sales()) == sorted(shop.sold), "a sale was lost or doubled"


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("seed", range(6))
def test_however_often_images_return_no_sale_is_lost_or_doubled(
    shop: Shop, gateway: Gateway, seed: int
) -> None:
    chance = Random(seed)
    image = shop.take_image()
    for epoch in range(2, 6):
        for _ in range(chance.randint(1, 4)):
            shop.sell(chance.randint(0, 3))
            if chance.random() < 0.5:
                shop.send(chance)
            if chance.random() < 0.4:
                image = shop.take_image()
        shop.send(chance)
        shop.start_image(image)
        shop.sell(chance.randint(0, 2))
        shop.send(chance)
        shop.sell(chance.randint(0, 2))
        shop.journal.begin_epoch(epoch)
        shop.sell(1)
    shop.send(chance)
    assert sorted(gateway.sales()) == sorted(shop.sold), "a sale was lost or doubled"


def _events(journal: Journal, epoch: int) -> list[dict[str, Any]]:
    rows = journal.file.database.execute(
        "SELECT body FROM events WHERE epoch = ? ORDER BY sequence", (epoch,)
    )
    return [json.loads(body) for (body,) in rows]


def test_a_tail_that_was_cut_off_here_is_noticed_at_the_next_start(
    shop: Shop, gateway: Gateway, tmp_path: Path
) -> None:
    shop.sell(5)
    shop.send()
    shop.journal.close()
    with closing(apsw.Connection(str(tmp_path / "till" / "journal.sqlite"))) as database:
        database.execute("DROP TRIGGER events_leave_from_the_front")
        database.execute("DELETE FROM events WHERE sequence > 2")
    shop.journal = opened(tmp_path / "till", None)
    with pytest.raises(Forked):
        shop.journal.append([event("cart_opened")])
    [finding] = prove(tmp_path / "till" / "journal.sqlite").findings
    assert (finding.fault, finding.first, finding.last) == (Fault.CUT, 3, 5)
    shop.sell(2)
    shop.journal.begin_epoch(2)
    shop.send()
    assert sorted(gateway.sales()) == sorted(shop.sold), "a sale was lost or doubled"
