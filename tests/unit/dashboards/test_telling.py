"""What is written of the same into the log: some at once, then one in a while, and a count."""

from dashboards.board.people.telling import MORE, Telling


def test_what_is_not_written_is_counted_in_the_entry_that_comes_next() -> None:
    telling = Telling(2, 0.05)
    assert [telling.turn("maria") for _ in range(5)] == [True, True, False, False, False]
    assert telling.turn("erwin"), "one person's noise keeps another out of the log"
    assert telling.more("erwin") == {}
    while not telling.turn("maria"):
        pass
    more = telling.more("maria")
    assert more[MORE] >= 3
    assert telling.more("maria") == {}
