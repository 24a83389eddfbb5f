"""How often somebody may try, and what many who try together do to whom they try it with."""

import pytest

from dashboards.board.people.addresses import forwarded, source_of
from dashboards.board.people.allowance import KEYS_MAX, Allowance
from dashboards.board.people.attempts import BY_ADDRESS_MAX, BY_NAME_MAX, Attempts, TooMany


class Clock:
    """A clock that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_allowance_is_used_up_and_comes_back_one_by_one() -> None:
    clock = Clock()
    allowance: Allowance[str] = Allowance(2, 10.0, clock)
    assert [allowance.take("a") for _ in range(3)] == [0.0, 0.0, 10.0]
    assert allowance.take("b") == 0.0, "one uses up what is another's"
    clock.now = 9.0
    assert allowance.take("a") == pytest.approx(1.0)  # pyright: ignore[reportUnknownMemberType]
    clock.now = 10.0
    assert [allowance.take("a"), allowance.take("a")] == [0.0, 10.0]
    allowance.give_back("a")
    assert allowance.take("a") == 0.0


def test_an_allowance_remembers_no_more_than_its_most() -> None:
    allowance: Allowance[int] = Allowance(1, 1e9)
    for key in range(KEYS_MAX + 10):
        allowance.take(key)
    held = [key for key in range(KEYS_MAX + 10) if allowance.wait(key)]
    assert len(held) == KEYS_MAX


def _wrong(attempts: Attempts, name: str, source: str, browser: str = "") -> bool:
    """Whether a wrong password was tried, and not refused before."""
    try:
        attempts.begin(name, source, browser)
    except TooMany:
        return False
    return True


def test_a_thousand_addresses_try_few_passwords_and_keep_nobody_out() -> None:
    attempts = Attempts()
    tried = sum(
        _wrong(attempts, "maria", f"198.51.{number % 4}.{number // 4}")
        for _ in range(10)
        for number in range(1_000)
    )
    assert 1_000 <= tried <= 3_030, f"{tried} of 10,000 wrong passwords were tried"
    attempts.begin("maria", "203.0.113.9")  # a browser that was never here, at home
    attempts.begin("maria", "198.51.0.0", "a browser that is known")


def test_one_address_is_slowed_down_over_one_name_and_over_all() -> None:
    attempts = Attempts()
    assert [_wrong(attempts, "maria", "10.0.0.1") for _ in range(9)].count(True) == BY_NAME_MAX
    names = [f"user{number}" for number in range(100)]
    tried = [_wrong(attempts, name, "10.0.0.1") for name in names].count(True)
    assert tried == BY_ADDRESS_MAX - BY_NAME_MAX


def test_who_was_right_begins_anew() -> None:
    attempts = Attempts()
    for _ in range(20):
        for _ in range(BY_NAME_MAX - 1):
            attempts.begin("maria", "10.0.0.1").give_back()
        right = attempts.begin("maria", "10.0.0.1")
        attempts.succeeded("maria", "10.0.0.1", right)


def test_a_stolen_cookie_of_a_known_browser_is_no_free_pass() -> None:
    attempts = Attempts()
    assert [_wrong(attempts, "maria", str(number), "x") for number in range(99)].count(True) == 5


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], ""),
        (["203.0.113.9"], "203.0.113.9"),
        (["10.9.9.9, 203.0.113.9"], "203.0.113.9"),
        (["10.9.9.9", "203.0.113.9"], "203.0.113.9"),
        (["203.0.113.9:4711"], "203.0.113.9"),
        (["[2001:db8::9]:4711"], "2001:db8::9"),
        (["2001:db8::9"], "2001:db8::9"),
        (["::ffff:203.0.113.9"], "203.0.113.9"),
        (["203.0.113.9, unknown"], ""),
        (["<b>"], ""),
        (["[:::"], ""),
    ],
)
def test_the_nearest_proxys_word_counts_and_no_other(lines: list[str], expected: str) -> None:
    assert forwarded(lines) == expected


def test_an_ipv6_site_counts_as_one() -> None:
    assert (
        source_of("2001:db8:1:2:3::4") == source_of("2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64"
    )
    assert source_of("203.0.113.9") == "203.0.113.9"
    assert source_of("") == ""
