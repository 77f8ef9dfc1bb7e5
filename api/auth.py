"""Who calls: tokens of an OpenID Connect issuer, validated; its keys cached and renewed within bounds."""

import json
import time
import urllib.request
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock
from urllib.parse import urlsplit

from joserfc import jws, jwt
from joserfc.errors import BadSignatureError, ExpiredTokenError, JoseError, SecurityWarning
from joserfc.jwk import KeySet

from api.problems import Refusal
from domain.requests import Principal
from store.settings import Settings, SettingsError

# Asymmetric algorithms only: with HS256 whoever knows our public key could sign, with none anybody.
ALGORITHMS = ("ES256", "EdDSA", "Ed25519", "RS256", "PS256")
# RFC 9864 prefers the name Ed25519; issuers will sign under the old one for years.
warnings.filterwarnings("ignore", "EdDSA is deprecated", SecurityWarning)
KEY_TYPES = ("EC", "OKP", "RSA")
# What a token may say it is, lower-case (RFC 9068, RFC 7519); many issuers leave it out. Anything else that
# the issuer signs under the same keys (a logout token, a security event) proves nobody.
TOKEN_TYPES = ("at+jwt", "application/at+jwt", "jwt", "application/jwt")
LEEWAY_S = 60  # how far clocks of issuer and server may differ
LONGEST_TOKEN = 16_384
LARGEST_KEY_SET = 262_144
FETCH_TIMEOUT_S = 5.0
REFRESH_AFTER_S = 600.0  # a key withdrawn by the issuer is forgotten after this long
REFRESH_PAUSE_S = 10.0  # unknown key ids cannot make us ask the issuer more often than this


class UnknownKey(Exception):
    """The token names a key that is not in the key set we hold."""


class Keys:
    """The issuer's key set, from an address or a file. Keeps the last good one while the issuer is away."""

    def __init__(self, fetch: Callable[[], bytes], now: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._now = now
        self._lock = Lock()
        self._held: KeySet | None = None  # replaced whole, so that readers need no lock
        self._asked_at = float("-inf")  # guarded by _lock

    def held(self) -> KeySet | None:
        return self._held

    @property
    def is_old(self) -> bool:
        return self._held is None or self._now() - self._asked_at > REFRESH_AFTER_S

    def refresh(self) -> bool:
        """Fetch the key set, unless that was done a moment ago.

        Only who finds no keys at all waits for another's fetch: an issuer that is slow to answer must not
        hold up those whose keys are known. Returns whether no other fetch is under way.
        """
        if not self._lock.acquire(blocking=self._held is None):
            return False
        try:
            if self._now() - self._asked_at >= REFRESH_PAUSE_S:
                self._asked_at = self._now()
                self._held = _public(self._fetch())
        except (OSError, ValueError, JoseError):
            pass  # the keys we hold stay good; without any, every token is refused
        finally:
            self._lock.release()
        return True


class Tokens:
    """Turns a token into the principal it proves, or refuses it."""

    def __init__(
        self, keys: Keys, *, issuer: str, audience: str, now: Callable[[], float] = time.time
    ) -> None:
        self.keys = keys
        self._now = now
        self._claims = {
            "iss": jwt.ClaimsOption(essential=True, value=issuer),
            "aud": jwt.ClaimsOption(essential=True, value=audience),
            "sub": jwt.ClaimsOption(essential=True),
            "exp": jwt.ClaimsOption(essential=True),
        }

    @classmethod
    def from_settings(cls, settings: Settings) -> "Tokens":
        """Raises SettingsError naming the variable that is missing."""
        needed = {
            "LIFELONG_OIDC_ISSUER": settings.oidc_issuer,
            "LIFELONG_OIDC_JWKS": settings.oidc_jwks,
            "LIFELONG_OIDC_AUDIENCE": settings.oidc_audience,
        }
        for variable, value in needed.items():
            if not value:
                raise SettingsError(variable, "is needed to validate tokens")
        issuer, audience = settings.oidc_issuer or "", settings.oidc_audience or ""
        return cls(Keys(fetcher(settings.oidc_jwks or "")), issuer=issuer, audience=audience)

    def principal(self, token: str) -> Principal:
        """Whom the token proves. Raises UnknownKey, or Refusal: token-expired, token-refused."""
        held = self.keys.held()
        if held is None or self.keys.is_old:
            raise UnknownKey
        return self._proved(token, held)

    def after_refresh(self, token: str) -> Principal:
        """The same, with the key set fetched anew if that is due. May wait for the issuer.

        Raises Refusal issuer-unavailable when the keys held do not settle it and others are being fetched.
        """
        is_settled = self.keys.refresh()
        held = self.keys.held()
        try:
            if held is not None:
                return self._proved(token, held)
        except UnknownKey:
            if is_settled:
                raise refused("token-refused") from None
        raise Refusal("issuer-unavailable")

    def _proved(self, token: str, held: KeySet) -> Principal:
        claims = self._claims_of(token, held)
        registry = jwt.JWTClaimsRegistry(now=int(self._now()), leeway=LEEWAY_S, **self._claims)
        try:
            registry.validate(claims)
        except ExpiredTokenError:
            raise refused("token-expired") from None
        except JoseError:
            raise refused("token-refused") from None
        return _principal(claims)

    def _claims_of(self, token: str, held: KeySet) -> dict[str, object]:
        """The claims under a signature that holds. Expiry is looked at only after that."""
        try:
            header = jws.extract_compact(token.encode("ascii")).headers()
            is_ours = str(header.get("typ", "JWT")).lower() in TOKEN_TYPES
            if header.get("alg") not in ALGORITHMS or "crit" in header or not is_ours:
                raise refused("token-refused")
            kid = header.get("kid")
            if len([key for key in held.keys if key.kid == kid]) != 1 and not (
                kid is None and len(held.keys) == 1
            ):
                raise UnknownKey
            return jwt.decode(token, held, algorithms=list(ALGORITHMS)).claims
        except (BadSignatureError, JoseError, ValueError, TypeError, KeyError):
            raise refused("token-refused") from None


def refused(code: str) -> Refusal:
    """A refusal with the challenge of RFC 6750."""
    error = "" if code == "token-missing" else ', error="invalid_token"'
    return Refusal(code, {"WWW-Authenticate": f'Bearer realm="lifelong"{error}'})


def bearer(authorization: str | None) -> str:
    """The token in the header's value. Raises Refusal token-missing or token-refused."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise refused("token-missing")
    if len(token) > LONGEST_TOKEN:
        raise refused("token-refused")
    return token.strip()


def fetcher(source: str) -> Callable[[], bytes]:
    """Reads a key set from an https address (http on this machine only) or a file. Raises SettingsError."""
    address = urlsplit(source)
    if address.scheme not in ("http", "https"):
        return Path(source).read_bytes
    if address.scheme == "http" and address.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise SettingsError("LIFELONG_OIDC_JWKS", "expected a file or an https address")

    def fetch() -> bytes:
        with urllib.request.urlopen(source, timeout=FETCH_TIMEOUT_S) as answer:  # noqa: S310  # scheme checked above
            content: bytes = answer.read(LARGEST_KEY_SET)
            return content

    return fetch


def _public(content: bytes) -> KeySet:
    """The usable public keys of a key set. Symmetric ones are never ours to verify with."""
    listed = json.loads(content)
    keys = [key for key in listed["keys"] if key.get("kty") in KEY_TYPES and key.get("use", "sig") == "sig"]
    return KeySet.import_key_set({"keys": keys})


def _principal(claims: Mapping[str, object]) -> Principal:
    """method from `amr` or `acr`, client from `client_id` or `azp`, as far as the issuer tells them."""
    method = claims.get("amr") or claims.get("acr") or "unknown"
    text = "+".join(str(part) for part in method) if isinstance(method, list) else str(method)
    client = str(claims.get("client_id") or claims.get("azp") or "unknown")
    return Principal(str(claims["iss"]), str(claims["sub"]), text[:200], client[:200])
