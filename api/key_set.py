"""The issuer's public keys: fetched from an address or a file, cached, and renewed within bounds."""

import json
import time
from collections.abc import Callable
from threading import Lock

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet

KEY_TYPES = ("EC", "OKP", "RSA")
PRIVATE = ("d", "p", "q", "dp", "dq", "qi", "oth")  # RFC 7518; published by mistake, they stay out of memory
REFRESH_AFTER_S = 600.0  # a key withdrawn by the issuer is forgotten after this long
RETRY_AFTER_S = 60.0  # while the issuer is away, it is asked for news this often
REFRESH_PAUSE_S = 10.0  # unknown key ids cannot make us ask the issuer more often than this
HELD_AT_MOST_S = 86_400.0  # whoever keeps us from the issuer cannot keep a withdrawn key good for longer


class Keys:
    """The issuer's key set. Keeps the last good one while the issuer is away, for a day at most."""

    def __init__(self, fetch: Callable[[], bytes], now: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._now = now
        self._lock = Lock()
        self._held: KeySet | None = None  # replaced whole, so that readers need no lock
        self._asked_at = float("-inf")  # this and the next: written under _lock
        self._fetched_at = float("-inf")

    def held(self) -> KeySet | None:
        """The keys that are good now; none before the first fetch, or a day after the last."""
        return self._held if self._now() - self._fetched_at <= HELD_AT_MOST_S else None

    @property
    def is_old(self) -> bool:
        """Whether the issuer should be asked for news."""
        now = self._now()
        is_due = now - self._fetched_at > REFRESH_AFTER_S and now - self._asked_at > RETRY_AFTER_S
        return is_due or self.held() is None

    def refresh(self) -> bool:
        """Fetch the key set, unless that was done a moment ago.

        Only who finds no keys at all waits for another's fetch: an issuer that is slow to answer must not
        hold up those whose keys are known. Returns whether no other fetch is under way.
        """
        if not self._lock.acquire(blocking=self.held() is None):
            return False
        try:
            if self._now() - self._asked_at >= REFRESH_PAUSE_S:
                self._asked_at = self._now()
                self._held = usable(self._fetch())
                self._fetched_at = self._now()
        except (OSError, ValueError, LookupError, TypeError, AttributeError, JoseError):
            pass  # no key set came: the keys we hold stay good; without any, every token is refused
        finally:
            self._lock.release()
        return True


def usable(content: bytes) -> KeySet:
    """The public keys of a key set (RFC 7517) that verify signatures. Symmetric ones are never ours to use.

    A key of a kind that is not known here does not cost us the others. An empty set is one too: so an
    issuer withdraws all its keys at once.
    """
    return KeySet([key for listed in json.loads(content)["keys"] if (key := _imported(listed)) is not None])


def _imported(listed: dict[str, str | list[str]]) -> Key | None:
    """The key, if it is one for us. The library looks at what was published; it need not be texts."""
    if listed.get("kty") not in KEY_TYPES or listed.get("use", "sig") != "sig":
        return None
    public = {name: value for name, value in listed.items() if name not in PRIVATE}
    try:
        return JWKRegistry.import_key(public)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
