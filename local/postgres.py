"""PostgreSQL on the loopback, with logical decoding for Debezium, behind a `PostgresDoor`.

The role that owns the database is no superuser, as it would not be elsewhere.
"""

import os
import pwd
import shutil
import signal
import stat
import subprocess
from pathlib import Path

import psutil
import structlog
from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

from local import postgres_build
from local.child import Service, StartError
from local.ports import LOOPBACK
from local.postgres_door import OWNER, PostgresDoor

BOOTSTRAP = f"""\
CREATE ROLE {OWNER} LOGIN CREATEDB CREATEROLE REPLICATION;
CREATE DATABASE {OWNER} OWNER {OWNER};
"""

UNPRIVILEGED = "nobody"
"""Who runs PostgreSQL when root starts it: it refuses root."""

PID_FILE = "postmaster.pid"

ORPHAN_SECONDS = 5.0
"""How long a session may take to end once asked, and again once killed: a sync may be under way."""

CONNECTIONS_MAX = 200
"""A few dozen are used; each that is not costs some kilobytes."""


def address(port: int, database: str = OWNER) -> str:
    """DSN of a database of the server on ``port``, without anybody's name."""
    return f"postgresql://{LOOPBACK}:{port}/{database}"


def service(folder: Path, port: int, log: Path, door: PostgresDoor) -> Service:
    """The server with its data in ``folder``."""
    data = folder.resolve() / "data"
    user = _server_user()
    programs = postgres_build.unpacked()

    def prepare() -> None:
        _make_reachable(data, user)
        _let_use(programs, user)
        _end_orphans(data)
        _forget_dead_postmaster(data)
        if not (data / "PG_VERSION").exists():
            _initialise(programs, data, user)
        door.hang(data, user)

    return Service(
        name="postgres",
        command=[str(programs / "bin" / "postgres"), "-D", str(data), *_options(port, door)],
        log=log,
        ready=lambda: is_ready(address(port)),
        prepare=prepare,
        user=user,
        # "Fast": ends sessions instead of waiting for them.
        stop_signal=signal.SIGINT,
        # A killed postmaster leaves its children and their shared memory behind; this does not.
        death_signal=signal.SIGQUIT,
        grace_seconds=20,
    )


def is_ready(dsn: str) -> bool:
    """Whether the server takes connections; it is not asked to let us in."""
    probe = make_conninfo(dsn, connect_timeout=2)
    return PGconn.ping(probe.encode()) == Ping.OK


def _options(port: int, door: PostgresDoor) -> list[str]:
    settings = {
        **door.settings,
        "port": port,
        "listen_addresses": LOOPBACK,
        "unix_socket_directories": "",
        "wal_level": "logical",
        "max_connections": CONNECTIONS_MAX,
        # When a row was written: `tillstream trace` tells it.
        "track_commit_timestamp": "on",
        "timezone": "UTC",
    }
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def _server_user() -> int | None:
    return pwd.getpwnam(UNPRIVILEGED).pw_uid if os.geteuid() == 0 else None


def _initialise(programs: Path, data: Path, user: int | None) -> None:
    """A new cluster with the owner's role and database, made before anyone can connect.

    It takes the place of the empty ``data`` once it is complete.
    """
    fresh = data.with_name("unfinished")
    shutil.rmtree(fresh, ignore_errors=True)
    _make_folder(fresh, user)
    options = ("--username=postgres", "--auth=reject", "--encoding=UTF8", "--locale=C.UTF-8")
    initdb, postgres = (str(programs / "bin" / name) for name in ("initdb", "postgres"))
    _run([initdb, "-D", str(fresh), *options], user)
    _run([postgres, "--single", "-D", str(fresh), "postgres"], user, BOOTSTRAP)
    fresh.rename(data)


def _run(command: list[str], user: int | None, text: str = "") -> None:
    done = subprocess.run(
        command,
        input=text,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
        cwd="/",
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise StartError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


def _end_orphans(data: Path) -> None:
    """End the sessions of a postmaster that was killed: a busy one does not notice by itself.

    PostgreSQL refuses to start beside them. `StartError` where one stays.
    """
    alive = [process for process in psutil.process_iter() if _is_orphan(process, data)]
    for number in (signal.SIGQUIT, signal.SIGKILL):
        for process in alive:
            process.send_signal(number)
        _, alive = psutil.wait_procs(alive, ORPHAN_SECONDS)
    if alive:
        pids = ", ".join(str(process.pid) for process in alive)
        raise StartError(f"sessions of a server that is gone hold {data}: end {pids}")


def _is_orphan(process: psutil.Process, data: Path) -> bool:
    try:
        if process.name() != "postgres" or Path(process.cwd()) != data:
            return False
        parent = process.parent()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
    is_postmaster = str(process.pid) == _noted_pid(data)
    return not is_postmaster and (parent is None or parent.name() != "postgres")


def _forget_dead_postmaster(data: Path) -> None:
    """Remove the pid file of a server that is gone.

    PostgreSQL does so itself unless some other program has been given that pid since. An empty
    file is what a full disk leaves.
    """
    pid = _noted_pid(data)
    if not pid or not _is_postgres(int(pid)):
        (data / PID_FILE).unlink(missing_ok=True)


def _noted_pid(data: Path) -> str:
    """The pid of the server that was last started on these data; "" where none is noted."""
    pid_file = data / PID_FILE
    return pid_file.read_text().partition("\n")[0].strip() if pid_file.exists() else ""


def _is_postgres(pid: int) -> bool:
    try:
        process = psutil.Process(pid)
        return process.name() == "postgres" and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _make_reachable(data: Path, user: int | None) -> None:
    """As root: give the data to the server's user, and let it pass through the folders above."""
    _make_folder(data, user)
    if user is not None:
        for folder in data.parents:
            _let_pass(folder)


def _make_folder(folder: Path, user: int | None) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if user is not None:
        os.chown(folder, user, -1)


def _let_use(programs: Path, user: int | None) -> None:
    """As root: let the server's user run the programs."""
    if user is not None:
        for folder in programs.parents:
            _let_pass(folder)
        _let_read(programs)


def _let_pass(folder: Path) -> None:
    """Others may go through a folder, though not list it."""
    mode = folder.stat().st_mode
    if not mode & stat.S_IXOTH:
        folder.chmod(mode | stat.S_IXOTH)
        reason = f"PostgreSQL runs as {UNPRIVILEGED}, since root started it"
        structlog.get_logger().warning(
            "opened a folder to passing through", folder=str(folder), reason=reason
        )


def _let_read(folder: Path) -> None:
    """Others may read and run what is in a folder, also where root's files are private."""
    if folder.stat().st_mode & stat.S_IROTH:
        return
    for path in (folder, *folder.rglob("*")):
        mode = path.stat().st_mode
        # The owner's right to run or enter a file, moved to where others' rights are.
        path.chmod(mode | stat.S_IROTH | (mode & stat.S_IXUSR) >> 6)
