"""PostgreSQL's programs, unpacked once from a locked jar: a build with TLS, for this platform.

The jar holds an archive and no class. The build brings an OpenSSL of its own, of the ended line
1.1.1: good for a stack on one machine; a server for others takes its own PostgreSQL.
"""

import fcntl
import lzma
import platform
import shutil
import tarfile
import tempfile
import zipfile
from pathlib import Path

from local import jars
from local.child import StartError
from local.jar_lock import LOCK, Jar, read_lock

BUILDS = {
    ("Linux", "x86_64"): "linux-amd64",
    ("Linux", "aarch64"): "linux-arm64v8",
    ("Darwin", "x86_64"): "darwin-amd64",
    ("Darwin", "arm64"): "darwin-arm64v8",
}
"""The build for each system and machine."""

_UNFINISHED = ".unpacking-"


def wanted(lock: Path = LOCK) -> Jar:
    """The jar of this machine's build; raises `StartError` where there is none."""
    here = platform.system(), platform.machine()
    name = f"-{BUILDS.get(here, 'none')}-"
    found = [jar for jar in read_lock(lock) if jar.is_build and name in jar.file_name]
    if not found:
        raise StartError(
            f"there is no PostgreSQL for {' '.join(here)} among the locked jars: start one "
            "yourself and name it in TILLSTREAM_POSTGRES"
        )
    return found[0]


def unpacked(cache: Path = jars.CACHE, lock: Path = LOCK) -> Path:
    """The folder of the programs; fetched and unpacked where it is not there yet.

    It appears whole or not at all, however many ask at once and whenever one is killed.
    """
    jar = wanted(lock)
    folder = cache / f"postgres-{jar.sha256[:12]}"
    if not folder.exists():
        if jars.missing([jar], cache):
            jars.fetch([jar], cache, jars.silent)
        with (cache / "unpacking.lock").open("w") as lock_file:
            fcntl.flock(lock_file, fcntl.LOCK_EX)
            if not folder.exists():
                _unpack(cache / jar.file_name, folder)
    return folder


def _unpack(jar: Path, folder: Path) -> None:
    for left in folder.parent.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(left)  # of somebody who was killed: nobody else has the lock
    fresh = Path(tempfile.mkdtemp(dir=folder.parent, prefix=_UNFINISHED))
    with zipfile.ZipFile(jar) as packed:
        (archive,) = [name for name in packed.namelist() if name.endswith(".txz")]
        with packed.open(archive) as inner, lzma.open(inner) as plain, _open(plain) as files:
            files.extraction_filter = getattr(tarfile, "data_filter", None)  # from 3.11.4 on
            files.extractall(fresh)  # noqa: S202 - its checksum is locked
    fresh.chmod(0o755)
    fresh.rename(folder)


def _open(plain: lzma.LZMAFile) -> tarfile.TarFile:
    return tarfile.open(fileobj=plain, mode="r|")
