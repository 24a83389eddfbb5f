"""A small OpenID Connect provider that keeps to the rules, and breaks one where it is told to."""

import asyncio
import base64
import hashlib
import json
import secrets
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlencode

import jwt
from aiohttp import BasicAuth, web
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT_ID = "tillstream board"
CLIENT_SECRET = "s3cret/with:signs"

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
"""What tokens are signed with; made once, as it takes a moment."""

OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
"""Somebody else's."""


@dataclass
class Provider:
    """Who signs in there next, and what goes wrong; ``claims`` are put over the right ones."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict[str, Any])
    signed_by: Any = KEY
    algorithm: str = "RS256"
    refuses: bool = False
    piece_bytes: int = 0
    """Of its documents, which are then long and come in pieces of so many; 0: at once."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])

    def application(self) -> web.Application:
        """Its four addresses."""
        app = web.Application()
        app.add_routes(
            [
                web.get("/.well-known/openid-configuration", self._discovery),
                web.get("/keys", self._keys),
                web.get("/authorize", self._authorize),
                web.post("/token", self._token),
            ]
        )
        return app

    async def _discovery(self, request: web.Request) -> web.StreamResponse:
        document = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }
        return await self._told(request, document)

    async def _keys(self, request: web.Request) -> web.StreamResponse:
        key = json.loads(RSAAlgorithm.to_jwk(KEY.public_key()))
        keys = [{**key, "kid": "1", "use": "sig", "alg": "RS256"}]
        return await self._told(request, {"keys": keys})

    async def _told(self, request: web.Request, document: dict[str, Any]) -> web.StreamResponse:
        if not self.piece_bytes:
            return web.json_response(document)
        long = json.dumps({**document, "claims_supported": ["name"] * 5_000}).encode()
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        for start in range(0, len(long), self.piece_bytes):
            await response.write(long[start : start + self.piece_bytes])
            await asyncio.sleep(0.001)
        return response

    async def _authorize(self, request: web.Request) -> web.Response:
        """Signs in at once whoever comes, and sends them back with a code."""
        asked = dict(request.query)
        assert (asked["client_id"], asked["response_type"]) == (CLIENT_ID, "code")
        assert asked["code_challenge_method"] == "S256", "PKCE is missing"
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        answer = {"error": "access_denied"} if self.refuses else {"code": code}
        back = urlencode({**answer, "state": asked["state"]})
        raise web.HTTPFound(f"{asked['redirect_uri']}?{back}")

    async def _token(self, request: web.Request) -> web.Response:
        """A code for an ID token, once, to the client that began."""
        auth = BasicAuth.decode(request.headers["Authorization"])
        form = await request.post()
        asked = self.codes.pop(str(form["code"]), None)
        challenge = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        good = (
            (unquote(auth.login), unquote(auth.password)) == (CLIENT_ID, CLIENT_SECRET)
            and asked is not None
            and asked["code_challenge"] == base64.urlsafe_b64encode(challenge).decode().rstrip("=")
            and asked["redirect_uri"] == form["redirect_uri"]
        )
        if not good or asked is None:
            return web.json_response({"error": "invalid_grant"}, status=400)
        return web.json_response({"id_token": self._id_token(asked["nonce"])})

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": "248289761001",
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            "preferred_username": "jane",
            "roles": ["merchandiser"],
            **self.claims,
        }
        key = CLIENT_SECRET if self.algorithm.startswith("HS") else self.signed_by
        key = None if self.algorithm == "none" else key
        return jwt.encode(claims, key, self.algorithm, {"kid": "1"})  # pyright: ignore[reportArgumentType]


@asynccontextmanager
async def provider() -> AsyncGenerator[Provider]:
    """A provider that answers, on a port of its own."""
    told = Provider()
    runner = web.AppRunner(told.application(), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        told.issuer = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield told
    finally:
        await runner.cleanup()
