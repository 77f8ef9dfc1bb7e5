"""The log's signing keys by generation: which one signs now, and all that ever did.

The first generation lies under its purpose and the log's origin, later ones under that name and their number.
A generation signs once it is active, which is noted after the log has told of it; until then the one before.
"""

import time
from collections.abc import Callable
from threading import Lock, local
from typing import Generic, TypeVar

from evidence.note import Verifier
from evidence.signing import LineSigner
from store.keys import KeyStore

LOOKED_UP_EVERY_S = 10.0  # by processes that sign; a rotation is under way for so long

S = TypeVar("S", bound=LineSigner)


def name_of(purpose: str, origin: str, generation: int) -> str:
    """Under which name the secret lies."""
    return f"{purpose}:{origin}" if generation == 1 else f"{purpose}:{origin}#{generation}"


def generation(keys: KeyStore, purpose: str, origin: str) -> int:
    """Which generation signs now."""
    number = 1
    while keys.has_secret(_active(purpose, origin, number + 1)):
        number += 1
    return number


def activate(keys: KeyStore, purpose: str, origin: str, number: int) -> None:
    """From now on this generation signs."""
    keys.secret(_active(purpose, origin, number))


def _active(purpose: str, origin: str, number: int) -> str:
    return f"{name_of(purpose, origin, number)}/active"


class CurrentSigner(Generic[S]):
    """A signer of the generation that signs now, looked up every few seconds. Safe for several threads."""

    def __init__(self, newest: Callable[[], int], make: Callable[[int], S]) -> None:
        """newest: which generation signs; make: the signer of one."""
        self._newest, self._make = newest, make
        self._lock = Lock()
        self._held: tuple[int, S] | None = None  # generation and signer; guarded by _lock, as the next
        self._looked_up = 0.0
        self._in_use = local()

    @property
    def verifier(self) -> Verifier:
        """Of whom this thread signs by next: a line names its key before it is signed."""
        self._in_use.signer = signer = self._current()
        return signer.verifier

    def signature(self, text: bytes) -> bytes:
        signer: S = getattr(self._in_use, "signer", None) or self._current()
        return signer.signature(text)

    def _current(self) -> S:
        with self._lock:
            now = time.monotonic()
            if self._held is None or now - self._looked_up >= LOOKED_UP_EVERY_S:
                newest, self._looked_up = self._newest(), now
                if self._held is None or self._held[0] != newest:
                    self._held = (newest, self._make(newest))
            return self._held[1]
