"""Who calls: tokens of an OpenID Connect issuer, validated against its keys."""

import time
import warnings
from collections.abc import Callable

from joserfc import jws, jwt
from joserfc.errors import BadSignatureError, ClaimError, ExpiredTokenError, JoseError, SecurityWarning
from joserfc.jwk import KeySet

from api.claims import ClaimWrong, principal_of
from api.discovery import fetcher
from api.key_set import Keys
from api.problems import Refusal
from domain.requests import Principal
from store.settings import Settings, SettingsError

# Asymmetric algorithms only: with HS256 whoever knows our public key could sign, with none anybody.
ALGORITHMS = ("ES256", "EdDSA", "Ed25519", "RS256", "PS256")
# RFC 9864 prefers the name Ed25519; issuers will sign under the old one for years.
warnings.filterwarnings("ignore", "EdDSA is deprecated", SecurityWarning)
# What a token may say it is, lower-case (RFC 9068, RFC 7519); many issuers leave it out. Anything else that
# the issuer signs under the same keys (a logout token, a security event) proves nobody.
TOKEN_TYPES = ("at+jwt", "application/at+jwt", "jwt", "application/jwt")
LEEWAY_S = 60  # how far clocks of issuer and server may differ
LONGEST_TOKEN = 16_384
# Why a token was refused, for the operator's counter; the caller is told the code alone.
MISSING, TOO_LONG, MALFORMED, TYPE, ALGORITHM = "missing", "too-long", "malformed", "type", "algorithm"
KEY_UNKNOWN, SIGNATURE, EXPIRED, CLAIM = "key-unknown", "signature", "expired", "claim"
CLAIMS = ("iss", "aud", "sub", "exp", "nbf", "iat")  # which one, if it is one of these


class UnknownKey(Exception):
    """The token names a key that is not in the key set we hold."""


class TokenRefused(Refusal):
    """A token that proves nobody, with the challenge of RFC 6750.

    reason: for the operator. subject: whom the issuer really named, where the signature holds; never what a
    token merely claims.
    """

    def __init__(self, code: str, reason: str, subject: str | None = None) -> None:
        error = "" if code == "token-missing" else ', error="invalid_token"'
        super().__init__(code, {"WWW-Authenticate": f'Bearer realm="lifelong"{error}'})
        self.reason = reason
        self.subject = subject


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
        """Raises SettingsError naming the variable that is missing or wrong."""
        issuer, audience = settings.oidc_issuer, settings.oidc_audience
        if not issuer:
            raise SettingsError("LIFELONG_OIDC_ISSUER", "is needed to validate tokens")
        if not audience:
            raise SettingsError("LIFELONG_OIDC_AUDIENCE", "is needed to validate tokens")
        return cls(Keys(fetcher(issuer, settings.oidc_jwks)), issuer=issuer, audience=audience)

    def principal(self, token: str) -> Principal:
        """Whom the token proves. Raises UnknownKey, or TokenRefused: token-expired, token-refused."""
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
                raise TokenRefused("token-refused", KEY_UNKNOWN) from None
        raise Refusal("issuer-unavailable")

    def _proved(self, token: str, held: KeySet) -> Principal:
        claims = _signed_claims(token, held)
        subject = str(claims.get("sub", ""))
        registry = jwt.JWTClaimsRegistry(now=int(self._now()), leeway=LEEWAY_S, **self._claims)
        try:
            registry.validate(claims)
            return principal_of(claims)
        except ExpiredTokenError:
            raise TokenRefused("token-expired", EXPIRED, subject) from None
        except ClaimError as wrong:
            reason = wrong.claim if wrong.claim in CLAIMS else CLAIM
            raise TokenRefused("token-refused", reason, subject) from None
        except ClaimWrong as wrong:
            raise TokenRefused("token-refused", CLAIM, subject) from wrong


def _signed_claims(token: str, held: KeySet) -> dict[str, object]:
    """The claims under a signature that holds; nothing of them is looked at before. Raises UnknownKey."""
    try:
        _check_header(token, held)
        return jwt.decode(token, held, algorithms=list(ALGORITHMS)).claims
    except BadSignatureError:
        raise TokenRefused("token-refused", SIGNATURE) from None
    except (JoseError, ValueError, TypeError, KeyError):
        raise TokenRefused("token-refused", MALFORMED) from None


def _check_header(token: str, held: KeySet) -> None:
    """Type and algorithm are ours to choose, never the token's; the key is one of the issuer's."""
    header = jws.extract_compact(token.encode("ascii")).headers()
    if header.get("alg") not in ALGORITHMS:
        raise TokenRefused("token-refused", ALGORITHM)
    if "crit" in header or str(header.get("typ", "JWT")).lower() not in TOKEN_TYPES:
        raise TokenRefused("token-refused", TYPE)
    kid = header.get("kid")
    is_only_key = kid is None and len(held.keys) == 1
    if len([key for key in held.keys if key.kid == kid]) != 1 and not is_only_key:
        raise UnknownKey


def bearer(authorization: str | None) -> str:
    """The token in the header's value. Raises TokenRefused: token-missing, token-refused."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise TokenRefused("token-missing", MISSING)
    if len(token) > LONGEST_TOKEN:
        raise TokenRefused("token-refused", TOO_LONG)
    return token.strip()
