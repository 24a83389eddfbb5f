"""What the registration remembers of those it refuses has a bound."""

from edge.registration.limits import ADDRESSES_MAX, WINDOW_SECONDS, WRONG_MAX, WrongTokens
from edge.registration.quiet import (
    AGAIN_SECONDS,
    LINE_EACH_SECONDS,
    LINES_MAX,
    REMEMBERED_MAX,
    Quiet,
)


class Time:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def test_the_same_is_said_once_a_minute() -> None:
    time = Time()
    quiet = Quiet(time)
    assert [quiet.may_say("a") for _ in range(3)] == [True, False, False]
    time.now += AGAIN_SECONDS
    assert quiet.may_say("a")


def test_all_together_has_a_bound_and_what_is_new_is_heard_a_minute_later() -> None:
    time = Time()
    quiet = Quiet(time)
    said = [quiet.may_say(f"till {n}") for n in range(10_000)]
    assert sum(said) == LINES_MAX
    time.now += 60
    assert quiet.may_say("another shop")
    assert len(quiet._said) <= REMEMBERED_MAX  # noqa: SLF001


def test_who_invents_names_for_a_day_fills_no_table() -> None:
    time = Time()
    quiet = Quiet(time)
    said = 0
    for number in range(86_400):
        said += quiet.may_say(f"till {number}")
        time.now += 1
    assert said <= LINES_MAX + 86_400 / LINE_EACH_SECONDS + 1
    assert len(quiet._said) <= REMEMBERED_MAX  # noqa: SLF001


def test_wrong_tokens_are_counted_by_address_and_forgotten() -> None:
    time = Time()
    wrong = WrongTokens(time)
    assert [wrong.too_many("a") for _ in range(WRONG_MAX + 1)] == [*[False] * WRONG_MAX, True]
    assert not wrong.too_many("b"), "one address is held for another's guesses"
    time.now += WINDOW_SECONDS
    assert not wrong.too_many("a")


def test_a_thousand_addresses_do_not_fill_the_memory() -> None:
    wrong = WrongTokens(Time())
    for number in range(3 * ADDRESSES_MAX):
        wrong.too_many(str(number))
    assert len(wrong._since) == ADDRESSES_MAX  # noqa: SLF001
