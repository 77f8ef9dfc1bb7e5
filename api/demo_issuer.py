"""A stand-in for the county's OpenID Connect issuer, for `make run` alone. `serve` never uses it."""

import json
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from store.settings import Settings

ISSUER = "https://issuer.demo.lifelong.example"
AUDIENCE = "lifelong-demo"
CLIENT = "demo"
HOURS = 12


class DemoIssuer:
    """Signs tokens with an ES256 key kept in a folder; the public half lies beside it as a key set."""

    def __init__(self, folder: Path, now: Callable[[], float] = time.time) -> None:
        """folder: made if it is not there; the private key is readable by its owner alone."""
        self._now = now
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._key = _key(folder / "private.json")
        self.jwks = folder / "jwks.json"
        _write(self.jwks, KeySet([self._key]).as_dict(private=False), os.replace)

    def settings(self, settings: Settings) -> Settings:
        """The settings with this issuer in place of a real one."""
        return replace(settings, oidc_issuer=ISSUER, oidc_jwks=str(self.jwks), oidc_audience=AUDIENCE)

    def token(
        self, subject: str, *, hours: float = HOURS, client: str = CLIENT, scope: str | None = None
    ) -> str:
        """A token for a login (ISSUER, subject), such as an issuer gives after a password was entered."""
        now = int(self._now())
        claims: dict[str, object] = {
            "iss": ISSUER, "aud": AUDIENCE, "sub": subject, "iat": now, "nbf": now,
            "exp": now + int(hours * 3600), "client_id": client, "amr": ["pwd"],
        }  # fmt: skip
        if scope is not None:
            claims["scope"] = scope
        return jwt.encode({"alg": "ES256", "kid": self._key.kid, "typ": "at+jwt"}, claims, self._key)


def _key(path: Path) -> ECKey:
    """The key in the file. Of several processes that start at once, one makes it for all."""
    if not path.exists():
        key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
        with suppress(FileExistsError):
            _write(path, key.as_dict(private=True), os.link)
    return ECKey.import_key(json.loads(path.read_text(encoding="utf-8")))


def _write(path: Path, content: object, place: Callable[[str, Path], None]) -> None:
    """Write a file whole beside its place, then put it there: nobody ever reads half of it."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, encoding="utf-8", delete=False) as file:
        json.dump(content, file)  # into a file of mode 0600
    try:
        place(file.name, path)
    finally:
        Path(file.name).unlink(missing_ok=True)
