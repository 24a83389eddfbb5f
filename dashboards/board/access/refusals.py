"""What is refused, in words for who asked; the application makes pages of them."""


class Refused(Exception):
    """A request that is answered by a page with ``title`` and ``explanation``."""

    def __init__(self, title: str, explanation: str, status: int) -> None:
        super().__init__(explanation)
        self.title = title
        self.explanation = explanation
        self.status = status


class NotAllowed(Refused):
    """The user's role is not enough."""

    def __init__(self, needed: str, has: str) -> None:
        explanation = f"This needs the role {needed}; you have the role {has}. An operator can "
        super().__init__("Not allowed", f"{explanation}give you another.", 403)


class Forged(Refused):
    """The request does not come from a page of this board, or from one that is too old."""

    def __init__(self, cause: str) -> None:
        explanation = f"{cause} Nothing was changed. Go back, reload the page, and send it again."
        super().__init__("Not sent from this board", explanation, 403)
