from tables.carts import (
    Cart,
    CartLine,
    Mark,
    add_line,
    can_resume,
    has_passed,
    is_over,
    reopen,
    resume,
    suspend,
    void_line,
)

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


def test_suspending_releases_everything_once() -> None:
    held = cart()
    add_line(held, milk(1))
    assert suspend(held, mark(2)) == [milk(1)]
    assert held.closed and held.lines == []


def test_a_late_word_that_a_cart_was_suspended_leaves_what_came_since() -> None:
    held = cart()
    add_line(held, milk(1))
    add_line(held, milk(9, line_no=2))
    assert suspend(held, mark(5)) == [milk(1)]
    assert not held.closed and held.lines == [milk(9, line_no=2)]


def test_a_cart_has_passed_when_the_clock_reaches_its_deadline() -> None:
    assert not has_passed(cart().last_event_us, 4 * HOUR_US - 1, 4 * HOUR_US)
    assert has_passed(cart().last_event_us, 4 * HOUR_US, 4 * HOUR_US)


def test_only_a_suspended_cart_can_be_resumed_and_only_by_what_came_after() -> None:
    held = cart()
    assert not can_resume(held, mark(6))
    suspend(held, mark(5))
    assert can_resume(held, mark(6))
    assert not can_resume(held, mark(4)), "a resumption that is late would fill the cart again"


def test_what_a_till_said_before_it_resumed_the_cart_is_over() -> None:
    held = cart()
    held.turned = mark(7)
    assert is_over(held, mark(6)) and not is_over(held, mark(8))
    suspend(held, mark(9))
    assert is_over(held, mark(10))


def test_a_resumption_names_the_lines_but_for_what_its_till_said_after_it() -> None:
    held = cart()
    add_line(held, milk(1, line_no=1))
    add_line(held, milk(7, line_no=2))
    void_line(held, 3, mark(8))
    gone, new = resume(held, mark(5), [milk(5, line_no=1), milk(5, line_no=3)])
    assert (gone, new) == ([milk(1, line_no=1)], [milk(5, line_no=1)])
    assert held.lines == [milk(7, line_no=2), milk(5, line_no=1)]


def test_a_cart_that_is_reopened_counts_on_the_date_of_its_resumption() -> None:
    held = cart()
    suspend(held, mark(5))
    reopen(held, "2026-11-22")
    assert not is_over(held, mark(6)) and held.business_date == "2026-11-22"
