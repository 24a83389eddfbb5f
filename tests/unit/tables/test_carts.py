from tables.carts import Cart, CartLine, Deadlines, Mark, add_line, close, void_line

HOUR_US = 3_600_000_000


def mark(sequence: int, epoch: int = 1, till: str = "till-1") -> Mark:
    return Mark(till, epoch, sequence)


def milk(sequence: int, line_no: int = 1, quantity: int = 2) -> CartLine:
    return CartLine(line_no, "milk", quantity, mark(sequence))


def cart() -> Cart:
    return Cart("till-1", "2026-11-21", 0)


def test_a_void_takes_out_its_line_and_no_other() -> None:
    held = cart()
    add_line(held, milk(1, line_no=1))
    add_line(held, milk(2, line_no=2))
    assert void_line(held, 1, mark(3)) == [milk(1, line_no=1)]
    assert held.lines == [milk(2, line_no=2)]


def test_a_void_that_arrives_before_its_line_keeps_the_line_out() -> None:
    held = cart()
    assert void_line(held, 1, mark(3)) == []
    assert not add_line(held, milk(2))
    assert held.lines == []


def test_a_line_that_is_added_again_after_its_void_stays_whatever_arrives_first() -> None:
    held = cart()
    add_line(held, milk(4))
    assert void_line(held, 1, mark(3)) == []
    assert not add_line(held, milk(2))
    assert held.lines == [milk(4)]


def test_the_newest_void_is_remembered_also_where_an_older_one_arrives_after_it() -> None:
    held = cart()
    void_line(held, 1, mark(5))
    void_line(held, 1, mark(3))
    assert not add_line(held, milk(4))


def test_a_reimaged_till_voids_what_its_older_epoch_added() -> None:
    held = cart()
    add_line(held, milk(900))
    assert void_line(held, 1, mark(1, epoch=2)) == [milk(900)]


def test_another_tills_void_counts_by_arrival() -> None:
    held = cart()
    add_line(held, milk(900))
    assert void_line(held, 1, mark(1, till="till-2")) == [milk(900)]
    assert add_line(held, milk(901))


def test_closing_releases_everything_once() -> None:
    held = cart()
    add_line(held, milk(1))
    assert close(held) == [milk(1)]
    assert held.closed and held.lines == []


def test_a_cart_is_due_when_the_clock_reaches_its_deadline() -> None:
    deadlines = Deadlines(4 * HOUR_US)
    deadlines.note("shop-1", "shop-1/c-1", 0)
    assert deadlines.due("shop-1", 4 * HOUR_US - 1) == []
    assert deadlines.due("shop-2", 9 * HOUR_US) == [], "another location has a clock of its own"
    assert deadlines.due("shop-1", 4 * HOUR_US) == ["shop-1/c-1"]
    assert deadlines.due("shop-1", 9 * HOUR_US) == []
    assert not deadlines.knows("shop-1/c-1"), "a cart whose time has come is noted again or gone"


def test_deadlines_are_rebuilt_from_the_carts() -> None:
    deadlines = Deadlines(HOUR_US)
    deadlines.rebuild([("shop-1/b", 2), ("shop-2/c", 0), ("shop-1/a", 1)])
    assert deadlines.knows("shop-1/b") and not deadlines.knows("shop-1/c")
    assert deadlines.due("shop-1", 2 * HOUR_US) == ["shop-1/a", "shop-1/b"]
