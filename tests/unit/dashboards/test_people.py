"""The rules of sign-in that need no server."""

import pytest

from clients.loopback import is_loopback
from dashboards.board.live.visitor import User
from dashboards.board.people import passwords
from dashboards.board.people.claims import identity_of
from dashboards.board.people.policy import AccessPolicy, PolicyError, Provider
from dashboards.board.people.targets import sign_in_address, target
from dashboards.board.people.tokens import csrf_of, new_token


def test_a_password_is_kept_as_a_hash_that_knows_it_again() -> None:
    kept = passwords.hashed("Ca\u0301fe au lait")
    assert kept.startswith("$argon2id$")
    assert passwords.is_right("C\u00e1fe au lait", kept), "another keyboard is another password"
    assert not passwords.is_right("Cafe au lait", kept)
    assert not passwords.is_right("Cafe au lait", None)
    assert not passwords.is_right("x", "no hash at all")


@pytest.mark.parametrize("password", ["", "123456789", "x" * 201])
def test_a_password_that_is_too_short_or_too_long_is_refused(password: str) -> None:
    with pytest.raises(passwords.WeakPassword, match=r"characters"):
        passwords.hashed(password)


def test_a_role_may_what_those_below_it_may() -> None:
    merchandiser = User("m", None, "m", "merchandiser")
    assert [merchandiser.may(each) for each in ("viewer", "merchandiser", "operator")] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    "elsewhere", ["", "x", "//x", "/\\x", "https://x", "/a\r\nb", "/" + "a" * 500]
)
def test_after_sign_in_nobody_is_sent_elsewhere(elsewhere: str) -> None:
    assert target(elsewhere) == "/"
    assert target("/locations/ulm?q=a%20b") == "/locations/ulm?q=a%20b"
    assert sign_in_address("/a?b=c&d") == "/sign-in?next=/a%3Fb%3Dc%26d"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104
        ("10.0.0.1", False),
        ("localhost.evil.example", False),
    ],
)
def test_without_sign_in_only_the_loopback_is_served(host: str, expected: bool) -> None:
    assert is_loopback(host) == expected
    if expected:
        AccessPolicy(sign_in=False).check(host)
    else:
        with pytest.raises(PolicyError, match="only served on the loopback"):
            AccessPolicy(sign_in=False).check(host)


def test_values_of_the_providers_claim_become_roles() -> None:
    plain = Provider("https://x", "a", "b")
    named = Provider("https://x", "a", "b", roles={"stock-team": "merchandiser"})
    assert [plain.role_of(each) for each in ("operator", "Operator", 3, None)] == [
        "operator",
        None,
        None,
        None,
    ]
    assert [named.role_of(each) for each in ("stock-team", "operator", ["stock-team"])] == [
        "merchandiser",
        None,
        None,
    ]


def test_a_form_of_one_browser_is_of_no_use_in_another() -> None:
    mine, yours = new_token(), new_token()
    assert csrf_of(mine) == csrf_of(mine) != csrf_of(yours)
    assert mine not in csrf_of(mine)


@pytest.mark.parametrize(
    ("host", "policy", "why"),
    [
        ("0.0.0.0", AccessPolicy(), "only served by https"),  # noqa: S104
        ("10.0.0.1", AccessPolicy(address="https://stock.example"), "BEHIND_PROXY"),
        ("10.0.0.1", AccessPolicy(behind_proxy=True), "BOARD_ADDRESS"),
        ("127.0.0.1", AccessPolicy(address="http://stock.example"), "in the clear"),
        (
            "10.0.0.1",
            AccessPolicy(address="http://stock.example", behind_proxy=True),
            "in the clear",
        ),
    ],
)
def test_passwords_go_over_no_line_that_others_hear(
    host: str, policy: AccessPolicy, why: str
) -> None:
    with pytest.raises(PolicyError, match=why):
        policy.check(host)


@pytest.mark.parametrize(
    ("host", "policy"),
    [
        ("127.0.0.1", AccessPolicy()),
        ("::1", AccessPolicy(address="http://localhost:8080")),
        ("127.0.0.1", AccessPolicy(address="https://stock.example")),
        ("10.0.0.1", AccessPolicy(address="https://stock.example", behind_proxy=True)),
        ("0.0.0.0", AccessPolicy(has_certificate=True)),  # noqa: S104
    ],
)
def test_a_board_is_served_where_nobody_listens_in(host: str, policy: AccessPolicy) -> None:
    policy.check(host)


def _known_as(**claims: object) -> str:
    given = {"sub": "42", "roles": ["viewer"], **claims}
    return identity_of(given, Provider("https://x", "a", "b")).who


def test_a_name_at_the_provider_is_never_that_of_another() -> None:
    assert _known_as(preferred_username="maria") == "maria <42>"
    assert _known_as(preferred_username="olga <1>") == "olga 1 <42>"
    assert _known_as(name="ma\u202eria\0\n") == "ma ria <42>"
    assert _known_as(name="\u200b") == "42 <42>"
    longest = _known_as(name="x" * 300, sub="y" * 300)
    assert (len(longest) <= 128, longest.endswith(">")) == (True, True)
    assert longest != _known_as(name="x" * 300, sub="y" * 299 + "z")
