"""Who comes in: whoever a token proves. Refused tokens are counted, and who sends one after another waits."""

import math

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from api.addresses import address_of
from api.auth import TokenRefused, Tokens, UnknownKey, bearer
from api.metrics import Metrics
from api.problems import Refusal
from api.throttle import Throttle
from domain.requests import Principal
from store.settings import Settings

LONGEST_SUBJECT = 255


class Door:
    """In front of every route but the open ones; one for each process."""

    def __init__(self, tokens: Tokens, metrics: Metrics, throttle: Throttle, *, trusted_proxies: int) -> None:
        self._tokens = tokens
        self._metrics = metrics
        self._throttle = throttle
        self._trusted_proxies = trusted_proxies

    @classmethod
    def from_settings(cls, settings: Settings, tokens: Tokens, metrics: Metrics) -> "Door":
        throttle = Throttle(settings.refused_tokens)
        return cls(tokens, metrics, throttle, trusted_proxies=settings.trusted_proxies)

    async def principal(self, request: Request) -> Principal:
        """Who calls.

        A token that is good is never held up, whatever else came from its address: so the token is looked at
        first, and only refusals are counted. Raises Refusal token-missing, token-expired, token-refused,
        issuer-unavailable or too-many-refusals.
        """
        try:
            return await self._proved(request)
        except TokenRefused as refused:
            self._metrics.refused_token(refused.reason)
            wait_s = self._throttle.wait_s(self._caller(request, refused))
            if wait_s > 0:
                raise Refusal("too-many-refusals", {"Retry-After": str(math.ceil(wait_s))}) from None
            raise

    async def _proved(self, request: Request) -> Principal:
        token = bearer(request.headers.get("authorization"))
        try:
            return self._tokens.principal(token)
        except UnknownKey:
            return await run_in_threadpool(self._tokens.after_refresh, token)

    def _caller(self, request: Request, refused: TokenRefused) -> str:
        """By whom refusals are counted: whom the issuer named, if it did, else where the request came from.

        So a clinic whose token has just expired is told so, even while somebody tries tokens behind the same
        address; and nobody can use up somebody's allowance by merely writing their name into a token.
        """
        if refused.subject is not None:
            return f"subject {refused.subject[:LONGEST_SUBJECT]}"
        return f"address {address_of(request, self._trusted_proxies)}"
