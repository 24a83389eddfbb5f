"""The file with the key that wraps all others."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sealing.errors import SealError
from sealing.keys import KeyFile

PLACE = ("customer", "c-1")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "people" / "key"


def test_a_key_that_was_made_is_the_same_later(path: Path) -> None:
    made = KeyFile.make(path)
    wrapped = made.wrap(b"secret", PLACE)
    assert KeyFile(path).unwrap(wrapped, PLACE) == b"secret"
    assert KeyFile(path).key_id == made.key_id


def test_only_its_owner_may_read_it(path: Path) -> None:
    KeyFile.make(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [each.name for each in path.parent.iterdir()] == [path.name], "a copy was left behind"


def test_a_key_that_is_there_is_never_replaced(path: Path) -> None:
    first = KeyFile.make(path)
    assert KeyFile.make(path).key_id == first.key_id, "all that was sealed would be lost"


def test_many_who_make_it_at_once_have_one_key(path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(KeyFile.make, [path] * 32))
    assert len({each.key_id for each in made}) == 1


@pytest.mark.parametrize("length", [0, 1, 32, 63])
def test_a_file_that_was_cut_is_refused(path: Path, length: int) -> None:
    KeyFile.make(path)
    path.write_text(path.read_text()[:length])
    with pytest.raises(SealError, match="holds no key"):
        KeyFile(path)
    with pytest.raises(SealError, match="holds no key"):
        KeyFile.make(path)


def test_a_file_that_is_missing_or_something_else_is_refused(path: Path) -> None:
    with pytest.raises(SealError, match="no key for people's data"):
        KeyFile(path)
    KeyFile.make(path)
    path.write_bytes(bytes(range(256)))
    with pytest.raises(SealError, match="holds no key"):
        KeyFile(path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_may_read_is_refused(path: Path, mode: int) -> None:
    KeyFile.make(path)
    path.chmod(mode)
    with pytest.raises(SealError, match="chmod 600"):
        KeyFile(path)


def test_another_key_unwraps_nothing(path: Path, tmp_path: Path) -> None:
    wrapped = KeyFile.make(path).wrap(b"secret", PLACE)
    with pytest.raises(SealError):
        KeyFile.make(tmp_path / "other").unwrap(wrapped, PLACE)


def test_a_key_tells_nothing_of_itself(path: Path) -> None:
    key = KeyFile.make(path)
    digits = path.read_text().strip()
    assert digits not in repr(key) + str(vars(key).get("_id"))
    assert key.key_id not in digits


def test_a_folder_that_cannot_be_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SealError, match="no key can be made"):
        KeyFile.make(tmp_path / "file" / "key")
