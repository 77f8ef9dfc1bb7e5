"""What routes are given: the application, the circumstances of the request, the version it was decided on."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Security
from fastapi.security import HTTPBearer
from starlette.requests import Request as HttpRequest

from api.problem_texts import SEND_IF_MATCH
from api.problems import Refusal
from api.service import Service
from domain.application import Records
from domain.callers import login_value
from domain.errors import StaleVersion
from domain.policy import PURPOSES
from domain.ports import Answer, RequestKey
from domain.requests import Principal, Request

KEY_PATTERN = r"^[!-~]([ -~]{0,198}[!-~])?$"
# An entity tag and a list of them, as RFC 9110 (8.8.3, 13.1.1) writes them. Ours are the strong ones that
# hold a version; no other can match, and a weak one never does.
TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')
TAGS = re.compile(rf"[ \t,]*{TAG.pattern}(?:[ \t]*,(?:[ \t]*{TAG.pattern})?)*[ \t]*")
VERSION = re.compile(r'"([1-9][0-9]{0,14})"')
NO_VERSION = 0  # which no record has
LONGEST_PURPOSE = 200

BEARER = HTTPBearer(auto_error=False, description="A token of the configured OpenID Connect issuer.")
IDEMPOTENCY = "1 to 200 printable ASCII characters; repeating the request under it gives the first answer."
IF_MATCH = (
    'The version the request was decided on, as the ETag of what was read: "7", quotes included. Not *.'
)
KEY_ACCEPTED = "1 to 200 printable ASCII characters, no blank at either end."


@dataclass(frozen=True)
class Seen:
    """The versions of which the caller accepts any as the one decided on; mostly it is one."""

    versions: frozenset[int]

    def decide(self, act: Callable[[int], Answer]) -> Answer:
        """Act on the version the record has, if it is one of these; else raises StaleVersion, as act does."""
        try:
            return act(max(self.versions, default=NO_VERSION))
        except StaleVersion as stale:
            if stale.current not in self.versions:
                raise
            return act(stale.current)


async def service(request: HttpRequest) -> Service:
    """The service of this process."""
    held: Service = request.app.state.service
    return held


async def records(request: HttpRequest) -> Records:
    """The application."""
    held: Service = request.app.state.service
    return held.records


async def reading(
    request: HttpRequest,
    _token: Annotated[object, Security(BEARER)],
    purpose: Annotated[str | None, Header(alias="Purpose-Of-Use")] = None,
) -> Request:
    """The circumstances of a read. Raises Refusal purpose-missing or header-refused."""
    return Request(principal_of(request), checked_purpose(purpose))


async def asking(
    request: HttpRequest,
    _token: Annotated[object, Security(BEARER)],
    purpose: Annotated[str | None, Header(alias="Purpose-Of-Use")] = None,
    key: Annotated[str | None, Header(alias="Idempotency-Key", description=IDEMPOTENCY)] = None,
) -> Request:
    """The circumstances of a command. Raises Refusal purpose-missing or header-refused."""
    principal, named = principal_of(request), checked_purpose(purpose)
    if key is None:
        return Request(principal, named)
    asked = [request.method, request.url.path, request.headers.get("if-match", ""), named]
    return Request(principal, named, request_key(principal, key, asked, getattr(request.state, "body", b"")))


async def expected_version(
    if_match: Annotated[str | None, Header(alias="If-Match", description=IF_MATCH)] = None,
) -> Seen:
    """The versions in If-Match. Raises Refusal if-match-missing or header-refused.

    `*` would let any version pass (RFC 9110, section 13.1.1), and so does not say on which one the caller
    decided: it is answered as if the header were missing.
    """
    if if_match is None or if_match.strip() == "*":
        raise Refusal("if-match-missing")
    if TAGS.fullmatch(if_match) is None:
        raise Refusal("header-refused", header="If-Match", accepts=SEND_IF_MATCH)
    return Seen(frozenset(int(found[1]) for found in map(VERSION.fullmatch, TAG.findall(if_match)) if found))


def principal_of(request: HttpRequest) -> Principal:
    """Whom the request's token proves; the route has seen to it."""
    held: Principal = request.state.principal
    return held


def checked_purpose(purpose: str | None) -> str:
    """Whether the purpose is accepted is the policy's to say; here only that there is one."""
    if not purpose or not purpose.strip():
        raise Refusal("purpose-missing", header="Purpose-Of-Use", accepted=list(PURPOSES))
    if len(purpose) > LONGEST_PURPOSE or not purpose.isascii() or not purpose.isprintable():
        raise Refusal("header-refused", header="Purpose-Of-Use", accepted=list(PURPOSES))
    return purpose.strip()


def request_key(principal: Principal, key: str, asked: list[str], body: bytes) -> RequestKey:
    """The idempotency key: whose, which, and the digest of all that makes it this request."""
    if not re.fullmatch(KEY_PATTERN, key):
        raise Refusal("header-refused", header="Idempotency-Key", accepts=KEY_ACCEPTED)
    digest = hashlib.sha256("\n".join(asked).encode() + b"\n\n" + body).digest()
    return RequestKey(login_value(principal), key, digest)


Reading = Annotated[Request, Depends(reading)]
Asking = Annotated[Request, Depends(asking)]
ExpectedVersion = Annotated[Seen, Depends(expected_version)]
RecordsDep = Annotated[Records, Depends(records)]
ServiceDep = Annotated[Service, Depends(service)]
