"""Users of the board and their sessions as lines of text, for the terminal."""

from dashboards.board.people.listed import ListedSession
from dashboards.board.people.users import ListedUser


def line(user: ListedUser) -> str:
    """Name, role, and whether and when they get in."""
    if user.disabled_at is not None:
        state = f"disabled since {user.disabled_at:%Y-%m-%d %H:%M}"
    elif user.signed_in_at is not None:
        state = f"last signed in {user.signed_in_at:%Y-%m-%d %H:%M}"
    else:
        state = "no sign-in on record"
    return f"{user.name:<24} {user.role:<13} {state}"


def session_line(session: ListedSession) -> str:
    """Who, as what, since when, from where and by what."""
    since = f"since {session.created_at:%Y-%m-%d %H:%M}"
    return f"{session.who:<24} {session.role:<13} {since} from {session.address} {session.program}"
