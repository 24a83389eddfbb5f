"""Settings say how the link to Kafka is secured, or that nothing secures it."""

import json
from pathlib import Path

import pytest

from clients.kafka import KafkaAccess, Login, Token
from clients.tls import Tls
from tillstream.settings import Settings, SettingsError, load_settings

FILES = {"kafka_cert": "own.pem", "kafka_key": "own.key"}
OWN = (Path("own.pem"), Path("own.key"))


@pytest.fixture(autouse=True)
def nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TILLSTREAM_HOME", str(tmp_path))
    monkeypatch.delenv("TILLSTREAM_KAFKA_PLAINTEXT", raising=False)
    return tmp_path


def _access(**given: object) -> KafkaAccess:
    return load_settings(kafka="one:9092", **given).kafka_access()


def test_cleartext_must_be_asked_for() -> None:
    with pytest.raises(SettingsError, match="TILLSTREAM_KAFKA_PLAINTEXT=true"):
        _access()
    assert _access(kafka_plaintext=True) == KafkaAccess("one:9092")


def test_to_allow_cleartext_takes_no_security_away() -> None:
    assert _access(kafka_plaintext=True, kafka_ca="ca.pem").protocol == "SSL"


def test_a_certificate_says_who_we_are() -> None:
    wanted = KafkaAccess("one:9092", Tls(Path("ca.pem"), *OWN))
    assert _access(kafka_ca="ca.pem", **FILES) == wanted


def test_the_systems_authorities_may_be_trusted() -> None:
    assert _access(kafka_ca="system").tls == Tls()
    assert _access(**FILES).tls == Tls(None, *OWN)


def test_a_login_goes_over_tls() -> None:
    given = {"kafka_login": "SCRAM-SHA-512", "kafka_user": "service:sink"}
    access = _access(**given, kafka_password="secret")
    assert access.protocol == "SASL_SSL"
    assert access.login == Login("SCRAM-SHA-512", "service:sink", "secret")
    by_file = _access(**given, kafka_password_file="password").login
    assert by_file == Login("SCRAM-SHA-512", "service:sink", password_file=Path("password"))


def test_a_token_is_read_from_a_file_that_somebody_keeps_fresh(nothing_set: Path) -> None:
    file = nothing_set / "token"
    access = _access(kafka_login="OAUTHBEARER", kafka_token_file=file)
    assert (access.protocol, access.login) == ("SASL_SSL", Token(file))
    for fresh in ("one", "two"):
        file.write_text(f"{fresh}\n")
        assert Token(file).secret() == fresh


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"kafka_cert": "own.pem"}, "go together"),
        ({"kafka_login": "PLAIN"}, "needs a user"),
        ({"kafka_login": "OAUTHBEARER"}, "needs TILLSTREAM_KAFKA_TOKEN_FILE"),
        ({"kafka_login": "PLAIN", "kafka_user": "me"}, "needs a password or its file"),
    ],
)
def test_half_an_identity_is_refused(given: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        _access(**given)


def test_no_message_shows_the_password() -> None:
    settings = load_settings(kafka_password="as secret as can be")
    assert "as secret" not in repr(settings)


def test_commands_by_hand_take_what_the_stack_has_noted(nothing_set: Path) -> None:
    noted = {"kafka": "here:1", "kafka_ca": "ca.pem", **FILES}
    (nothing_set / "addresses.json").write_text(json.dumps(noted))
    assert load_settings().kafka_access() == KafkaAccess("here:1", Tls(Path("ca.pem"), *OWN))


def test_the_stacks_identity_is_not_shown_to_another_cluster(
    nothing_set: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted = {"kafka": "here:1", "kafka_ca": "ca.pem", **FILES, "connect": "http://here:2"}
    (nothing_set / "addresses.json").write_text(json.dumps(noted))
    monkeypatch.setenv("TILLSTREAM_KAFKA", "there:1")
    settings = load_settings()
    assert (settings.kafka, settings.connect) == ("there:1", "http://here:2")
    assert (settings.kafka_ca, settings.kafka_cert) == ("", None)
    with pytest.raises(SettingsError, match="nothing says how the link is secured"):
        settings.kafka_access()


def test_every_setting_of_the_link_explains_itself() -> None:
    for name, field in Settings.model_fields.items():
        assert not name.startswith("kafka") or field.description, name
