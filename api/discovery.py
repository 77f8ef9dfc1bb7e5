"""Where the issuer's key set is: as it is set, or as the issuer tells (OpenID Connect Discovery 1.0)."""

import json
import urllib.request
from collections.abc import Callable
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from store.settings import SettingsError

WELL_KNOWN = "/.well-known/openid-configuration"
FETCH_TIMEOUT_S = 5.0
LARGEST_ANSWER = 262_144  # bytes
HERE = ("localhost", "127.0.0.1", "::1")

Fetch = Callable[[], bytes]


class WrongIssuer(ValueError):
    """What was found under the issuer's address is not this issuer's configuration."""


def fetcher(issuer: str, source: str | None) -> Fetch:
    """Reads the key set: from an address or a file if one is set, else from where the issuer says it is.

    Raises SettingsError if an address is neither https nor on this machine.
    """
    if source is None:
        if not is_safe(issuer):
            raise SettingsError(
                "LIFELONG_OIDC_ISSUER", "expected an https address, or its key set in LIFELONG_OIDC_JWKS"
            )
        return lambda: read(key_set_address(issuer, read(configuration_address(issuer))))
    if urlsplit(source).scheme not in ("http", "https"):
        return Path(source).read_bytes
    if not is_safe(source):
        raise SettingsError("LIFELONG_OIDC_JWKS", "expected a file or an https address")
    return lambda: read(source)


def is_safe(address: str) -> bool:
    """Whether what is read there can be trusted to come from there: https, or http on this machine."""
    parts = urlsplit(address)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in HERE)
    )


def configuration_address(issuer: str) -> str:
    """Discovery 1.0, section 4.1: an ending slash is removed before the well-known path is added."""
    return issuer.rstrip("/") + WELL_KNOWN


def key_set_address(issuer: str, configuration: bytes) -> str:
    """The `jwks_uri` of a configuration, which must name the issuer letter by letter (section 4.3).

    Raises WrongIssuer.
    """
    told = json.loads(configuration)
    if not isinstance(told, dict) or told.get("issuer") != issuer:
        raise WrongIssuer("the configuration names another issuer")
    address = told.get("jwks_uri")
    if not isinstance(address, str) or not is_safe(address):
        raise WrongIssuer("the configuration names no https address of a key set")
    return address


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a redirect only to where we would have asked in the first place."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        if not is_safe(newurl):
            raise OSError("redirected to an address that is not safe")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


_OPENER = urllib.request.build_opener(_Redirects)


def read(address: str) -> bytes:
    """What is under the address. Raises OSError, ValueError if it is longer than we take."""
    try:
        with _OPENER.open(address, timeout=FETCH_TIMEOUT_S) as answer:
            content: bytes = answer.read(LARGEST_ANSWER + 1)
    except HTTPException as broken:  # an answer cut off, or none at all
        raise OSError("not an answer of HTTP") from broken
    if len(content) > LARGEST_ANSWER:
        raise ValueError("the answer is too long")
    return content
