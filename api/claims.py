"""What the claims of a proven token say about the caller: who, how they were authenticated, for what."""

from collections.abc import Mapping

from domain.requests import Principal

LONGEST_NAME = 255  # of a subject (OpenID Connect Core 1.0, section 2)
LONGEST_TEXT = 200
UNKNOWN = "unknown"
LATEST = 2**53 - 1


class ClaimWrong(ValueError):
    """A claim is not of the shape its definition gives it, so that what it limits is not known."""


def principal_of(claims: Mapping[str, object]) -> Principal:
    """Whom the claims name. Raises ClaimWrong.

    method from `amr` (RFC 8176), else `acr`; client from `client_id` (RFC 9068), else `azp`; assurance from
    `acr`, auth_time in seconds since 1970: as far as the issuer tells them.
    """
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_NAME or not subject.isprintable():
        raise ClaimWrong("sub")
    if "cnf" in claims:  # bound to a key whose possession would have to be proved (RFC 7800, RFC 9449)
        raise ClaimWrong("cnf")
    method = claims.get("amr") or claims.get("acr")
    return Principal(
        issuer=str(claims["iss"]),
        subject=subject,
        method=_text("+".join(map(str, method)) if isinstance(method, list) else method) or UNKNOWN,
        client=_text(claims.get("client_id") or claims.get("azp")) or UNKNOWN,
        assurance=_text(claims.get("acr")),
        auth_time=_instant(claims.get("auth_time")),
        scopes=scopes_of(claims),
    )


def scopes_of(claims: Mapping[str, object]) -> frozenset[str] | None:
    """The scopes the token is limited to: `scope` as one text, or `scp` as a list; None if it names neither.

    Scopes are an upper bound, so a claim that cannot be read must not pass for none. Raises ClaimWrong.
    """
    told = claims.get("scope", claims.get("scp"))
    if told is None:
        return None
    if isinstance(told, str):
        return frozenset(told.split())
    if isinstance(told, list) and all(isinstance(one, str) for one in told):
        return frozenset(told)
    raise ClaimWrong("scope")


def _text(told: object) -> str | None:
    """A text as it may be stored, cut to a length; anything else was not told."""
    return told[:LONGEST_TEXT] if isinstance(told, str) and told and told.isprintable() else None


def _instant(told: object) -> int | None:
    if isinstance(told, bool) or not isinstance(told, int | float) or not 0 <= told <= LATEST:
        return None
    return int(told)
