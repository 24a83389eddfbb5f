"""The local stack's services, for real."""

import json
import os
import subprocess

import psycopg
from kafka import KafkaAdminClient

from clients.connect import ConnectAccess
from local import archive, jars, java


def test_the_broker_answers_and_makes_no_topic_by_itself(kafka: str) -> None:
    client = KafkaAdminClient(bootstrap_servers=kafka)
    client.list_topics()
    configs = client.describe_cluster()
    client.close()
    assert configs, "the broker does not say who it is"


def test_connect_has_debezium_and_mirrormaker(connect: ConnectAccess) -> None:
    _, text = connect.request("GET", "/connector-plugins", patience_seconds=30)
    classes = {plugin["class"].rsplit(".", 1)[-1] for plugin in json.loads(text)}
    assert {"PostgresConnector", "MirrorSourceConnector"} <= classes


def test_the_database_decodes_its_log_for_debezium(postgres_server: str) -> None:
    with psycopg.connect(postgres_server) as connection:
        level = connection.execute("SHOW wal_level").fetchone()
        superuser = connection.execute("SHOW is_superuser").fetchone()
    assert (level, superuser) == (("logical",), ("off",))


def test_kafkas_programs_take_their_classes_from_the_archive() -> None:
    class_path = jars.class_path()
    archive.make(class_path)
    java_, *words = java.command(
        "kafka.tools.StorageTool",
        "random-uuid",
        footprint=java.Footprint(64),
        class_path=class_path,
    )
    done = subprocess.run(
        [java_, "-XX:AOTMode=on", *words],  # which fails where it cannot use the archive
        env={**os.environ, "CLASSPATH": class_path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(done.stdout.strip()) == 22, f"no id alone: {done.stdout}"
