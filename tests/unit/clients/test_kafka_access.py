"""One value says how Kafka is reached, and each library's client is told the same by it."""

import ssl
from pathlib import Path

import pytest
from faust import SASLCredentials, SSLCredentials

from clients import faust_kafka, java_kafka, librdkafka
from clients.errors import AccessError
from clients.kafka import KafkaAccess, Login
from clients.tls import Tls
from tests.certificates import Identity

SERVERS = "one:9092, two:9093"
EACH = ["one:9092", "two:9093"]
SECRET = 'as"tor\\42'
LOGIN = Login("SCRAM-SHA-512", "till-7", SECRET)


@pytest.fixture
def mutual(identity: Identity) -> KafkaAccess:
    return KafkaAccess(SERVERS, Tls(identity.authority, identity.certificate, identity.key))


@pytest.fixture
def logged_in(identity: Identity) -> KafkaAccess:
    return KafkaAccess(SERVERS, Tls(identity.authority), LOGIN)


def test_without_more_than_servers_the_link_is_plain() -> None:
    access = KafkaAccess(SERVERS)
    assert access.protocol == "PLAINTEXT"
    assert access.python_arguments() == {"bootstrap_servers": EACH}
    assert librdkafka.properties(access) == {"bootstrap.servers": SERVERS}
    assert java_kafka.properties(access) == {"bootstrap.servers": SERVERS}
    told = faust_kafka.arguments(access)
    assert [(url.host, url.port) for url in told["broker"]] == [("one", 9092), ("two", 9093)]
    assert told["broker_credentials"] is None


def test_python_clients_check_the_server_and_show_their_certificate(mutual: KafkaAccess) -> None:
    told = mutual.python_arguments()
    context = told.pop("ssl_context")
    assert told == {"bootstrap_servers": EACH, "security_protocol": "SSL"}
    assert context.verify_mode == ssl.CERT_REQUIRED and context.check_hostname


def test_python_clients_log_in_over_tls(logged_in: KafkaAccess) -> None:
    told = logged_in.python_arguments()
    assert isinstance(told.pop("ssl_context"), ssl.SSLContext)
    assert told == {
        "bootstrap_servers": EACH,
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "till-7",
        "sasl_plain_password": SECRET,
    }


def test_librdkafka_is_told_the_files(mutual: KafkaAccess, identity: Identity) -> None:
    assert librdkafka.properties(mutual) == {
        "bootstrap.servers": SERVERS,
        "security.protocol": "SSL",
        "ssl.ca.location": str(identity.authority),
        "ssl.certificate.location": str(identity.certificate),
        "ssl.key.location": str(identity.key),
    }


def test_librdkafka_logs_in_over_tls(logged_in: KafkaAccess, identity: Identity) -> None:
    assert librdkafka.properties(logged_in) == {
        "bootstrap.servers": SERVERS,
        "security.protocol": "SASL_SSL",
        "ssl.ca.location": str(identity.authority),
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": "till-7",
        "sasl.password": SECRET,
    }


def test_java_is_told_what_the_files_hold(mutual: KafkaAccess, identity: Identity) -> None:
    assert java_kafka.properties(mutual) == {
        "bootstrap.servers": SERVERS,
        "security.protocol": "SSL",
        "ssl.truststore.type": "PEM",
        "ssl.truststore.certificates": identity.authority.read_text(),
        "ssl.keystore.type": "PEM",
        "ssl.keystore.certificate.chain": identity.certificate.read_text(),
        "ssl.keystore.key": identity.key.read_text(),
    }


@pytest.mark.parametrize(
    ("login", "module"),
    [
        (LOGIN, "scram.ScramLoginModule"),
        (Login("PLAIN", "till-7", SECRET), "plain.PlainLoginModule"),
    ],
)
def test_java_logs_in_with_any_character_in_the_password(login: Login, module: str) -> None:
    told = java_kafka.properties(KafkaAccess(SERVERS, Tls(), login))
    assert told["sasl.mechanism"] == login.mechanism
    assert told["sasl.jaas.config"] == (
        f"org.apache.kafka.common.security.{module} required "
        r'username="till-7" password="as\"tor\\42";'
    )


def test_javas_file_holds_any_character() -> None:
    assert java_kafka.file_of({"a.b": 'x = "y"', "c": "one\ntwo", "d": "\\ä\U0001f511"}) == (
        'a.b=x = "y"\nc=one\\u000atwo\nd=\\u005c\\u00e4\\ud83d\\udd11\n'
    )


def test_faust_shows_the_same_certificate_and_logs_in_the_same(
    mutual: KafkaAccess, logged_in: KafkaAccess
) -> None:
    shown = faust_kafka.arguments(mutual)["broker_credentials"]
    assert isinstance(shown, SSLCredentials)
    assert shown.context.verify_mode == ssl.CERT_REQUIRED
    login = faust_kafka.arguments(logged_in)["broker_credentials"]
    assert isinstance(login, SASLCredentials)
    assert (login.protocol.value, login.mechanism.value) == ("SASL_SSL", "SCRAM-SHA-512")
    assert (login.username, login.password) == ("till-7", SECRET)


def test_no_secret_is_printed(logged_in: KafkaAccess) -> None:
    assert SECRET not in repr(logged_in) and r"tor\\42" not in repr(logged_in)
    assert str(logged_in) == SERVERS


def test_a_password_in_a_file_is_read_anew_each_time(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("first\n")
    login = Login("PLAIN", "till-7", password_file=file)
    assert login.secret() == "first"
    file.write_text("second\n")
    assert login.secret() == "second"


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff\xfe"])
def test_a_file_without_a_password_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "password"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(AccessError, match=f"no password in {file}"):
        Login("PLAIN", "till-7", password_file=file).secret()


def test_a_login_needs_a_user_and_one_password(tmp_path: Path) -> None:
    with pytest.raises(AccessError, match="needs a user"):
        Login("PLAIN", "", "secret")
    with pytest.raises(AccessError, match="one of both"):
        Login("PLAIN", "till-7")
    with pytest.raises(AccessError, match="one of both") as refused:
        Login("PLAIN", "till-7", SECRET, tmp_path / "password")
    assert SECRET not in str(refused.value)


def test_a_password_does_not_go_in_cleartext() -> None:
    with pytest.raises(AccessError, match="in cleartext: give TLS"):
        KafkaAccess(SERVERS, login=LOGIN)


@pytest.mark.parametrize("servers", ["one:9092", "one", "[::1]:9092", "10.0.0.1:1,b.example:65535"])
def test_lists_of_servers_are_taken(servers: str) -> None:
    assert KafkaAccess(servers).servers == servers


@pytest.mark.parametrize(
    "servers", ["", ",", "one:9092,", ":9092", "one:", "one:x", "one:0", "one:65536", "a b:1"]
)
def test_what_is_no_list_of_servers_is_refused(servers: str) -> None:
    with pytest.raises(AccessError, match="write host:port"):
        KafkaAccess(servers)


def test_an_address_with_a_scheme_is_refused() -> None:
    with pytest.raises(AccessError, match="'kafka://one:9092' is no Kafka server"):
        KafkaAccess("kafka://one:9092")
