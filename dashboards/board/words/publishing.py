"""What became of a change: saved, and published once the topic brought it back."""

from dashboards.board.live.keys import publication_of
from dashboards.board.manage.publications import Publication
from dashboards.board.words import wording
from dashboards.board.words.scene import Scene, Shown, milliseconds


def show_publication(scene: Scene, ident: str) -> Shown:
    """The line above a row's form; ``ident`` as ``products/4006381333931``. Empty where the
    board knows of no change since its start."""
    kind, _, name = ident.partition("/")
    key, known = publication_of(kind, name), scene.publications.get(kind, name)
    at = known and (known.published_at or known.saved_at)
    if known is None or at is None:
        return Shown(key, {"words": "", "age": ""})
    cells = {"words": _words(known), "age": wording.age((scene.now - at).total_seconds())}
    return Shown(key, cells, {"state": known.state}, milliseconds(at))


def _words(known: Publication) -> str:
    done = "deleted" if known.row is None else "saved"
    if known.saved_by is None:
        return "Published"
    if known.published_at is None:
        return f"{done.capitalize()} by {known.saved_by}, being published …"
    return f"{done.capitalize()} by {known.saved_by}, published"
