"""The release before can still write the file; one that cannot says so."""

from contextlib import closing
from pathlib import Path

import pytest

from edge.journal import form, statements
from edge.journal.errors import JournalUnusable
from tests.unit.edge.journal.tills import opened, sale

NEXT = """
ALTER TABLE events ADD COLUMN note TEXT;
CREATE TABLE more (name TEXT PRIMARY KEY);
UPDATE form SET version = 2, readable_by = {readable_by};
"""


@pytest.fixture
def next_release(monkeypatch: pytest.MonkeyPatch) -> None:
    now = statements.statement
    scripts = {"form_2": NEXT.format(readable_by=1), "form_3": NEXT.format(readable_by=2)}
    monkeypatch.setattr(form, "statement", lambda name: scripts.get(name) or now(name))


@pytest.mark.usefixtures("next_release")
def test_a_till_that_goes_back_by_one_release_still_sells(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as journal:
        journal.append([sale()])
        form.bring_up(journal.file.database, ["form_1", "form_2"])
    with closing(opened(tmp_path)) as journal:
        [written] = journal.append([sale()])
        assert written.entry.mark.sequence == 2
        assert journal.file.database.execute("SELECT version FROM form").get == 2


@pytest.mark.usefixtures("next_release")
def test_a_form_that_this_release_cannot_read_is_refused(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as journal:
        form.bring_up(journal.file.database, ["form_1", "form_3"])
    with pytest.raises(JournalUnusable, match="install the release that wrote it"):
        opened(tmp_path)


@pytest.mark.usefixtures("next_release")
def test_a_step_that_fails_leaves_the_form_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(opened(tmp_path)) as journal:
        journal.append([sale()])
        broken = "ALTER TABLE events ADD COLUMN note TEXT; no SQL;"
        monkeypatch.setattr(form, "statement", lambda _: broken)
        with pytest.raises(Exception, match="syntax error"):
            form.bring_up(journal.file.database, ["form_1", "form_2"])
        assert journal.append([sale()])
        columns = [row[1] for row in journal.file.database.execute("PRAGMA table_info(events)")]
        assert "note" not in columns


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as journal:
        journal.append([sale()])
        for path in tmp_path.glob("journal.sqlite*"):
            assert not path.stat().st_mode & 0o077, f"others can open {path.name}"
