"""The second factor of local users: a code of their phone, or one that they wrote down."""

import secrets
import time

import msgspec

from clients.statements import statement
from dashboards.board.feed.writing import Work
from dashboards.board.people import totp
from dashboards.board.people.allowance import Allowance
from dashboards.board.people.attempts import MINUTE, TooMany
from dashboards.board.people.sign_ins import SignInRefused, SignIns
from dashboards.board.people.tokens import digest

CODES_MAX = 10
"""Wrong codes of one user, and one more each minute: who guesses needs some months for an even
chance, and has the password already. With fewer, who mistypes twice must wait."""

RECOVERY_CODES = 10
RECOVERY_BYTES = 10
"""Each: 80 bits, which nobody guesses, in twenty characters, which people still copy."""


class WrongCode(SignInRefused):
    """Neither a code of the phone that counts now, nor one for recovery."""

    result = "wrong_code"

    def __init__(self) -> None:
        words = "The code is not right, or was used before. Wait for the next one and type that."
        super().__init__("Not signed in", words, 403)


class _Factor(msgspec.Struct, frozen=True):
    secret: bytes


class SecondFactors:
    """Checks codes, each once, and gives out those for recovery."""

    def __init__(self, sign_ins: SignIns) -> None:
        self._sign_ins = sign_ins
        self._tried: Allowance[tuple[str, str]] = Allowance(CODES_MAX, MINUTE)

    async def check(self, work: Work, name: str, code: str) -> None:
        """Use up a code within ``work``; raises `WrongCode` or `TooMany`."""
        typed = code.strip().lower().replace(" ", "").replace("-", "")
        use = self._use_code if len(typed) <= totp.DIGITS else self._use_recovery_code
        # Who guesses codes keeps nobody from using one that they wrote down.
        kind = (name, use.__name__)
        with self._sign_ins.refusals():
            if seconds := self._tried.take(kind):
                raise TooMany(seconds)
            await use(work, name, typed)
        self._tried.give_back(kind)

    async def confirm(self, work: Work, name: str, secret: bytes, code: str) -> list[str]:
        """Make ``secret`` the user's, once their phone shows its code; the codes for recovery,
        which are told this once. Raises `WrongCode`."""
        step = totp.step_of(secret, code.strip(), time.time())
        if step is None:
            raise WrongCode
        await work.run(
            statement(__file__, "put_second_factor"), name=name, secret=secret, step=step
        )
        await work.run(statement(__file__, "forget_recovery_codes"), name=name)
        codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
        for each in codes:
            key = digest(each.replace("-", ""))
            await work.run(statement(__file__, "add_recovery_code"), name=name, code_sha256=key)
        await work.record("users.second_factor", f"users/{name}")
        return codes

    async def _use_code(self, work: Work, name: str, typed: str) -> None:
        found = await work.query(statement(__file__, "second_factor"), _Factor, name=name)
        step = totp.step_of(bytes(found[0].secret), typed, time.time()) if found else None
        if step is None or not await work.run(
            statement(__file__, "use_step"), name=name, step=step
        ):
            raise WrongCode

    async def _use_recovery_code(self, work: Work, name: str, typed: str) -> None:
        used = await work.run(
            statement(__file__, "use_recovery_code"), name=name, code_sha256=digest(typed)
        )
        if not used:
            raise WrongCode
        await work.record("sign_in.recovery_code", f"users/{name}")


async def remove(work: Work, name: str) -> bool:
    """Take the second factor away, with its codes; whether there was one."""
    removed = await work.run(statement(__file__, "forget_second_factor"), name=name)
    if removed:
        await work.record("users.second_factor_removed", f"users/{name}")
    return bool(removed)


def _recovery_code() -> str:
    text = secrets.token_hex(RECOVERY_BYTES)
    return "-".join(text[at : at + 5] for at in range(0, len(text), 5))
