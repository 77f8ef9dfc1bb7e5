"""Answers that say nothing leave on a beat, so that the time they took says nothing either.

"Not for you" and "not there" are the same bytes, but not the same work: what is there is looked at, and its
resident is told. So such an answer waits for the next beat since the request came in. Whatever takes less
than a beat, on both sides, cannot be told apart by it; a beat is many times what looking takes.
"""

import math
import time
from typing import Final

import anyio
from starlette.requests import Request
from starlette.types import Scope

BEAT_S: Final = 0.025
TIMER_S: Final = 0.002  # more than a timer errs by
SILENT: Final = frozenset(("not-available", "not-permitted"))  # problems that say nothing of what is there


def says_nothing(request: Request) -> None:
    """The answer to this request tells neither that something is there nor that it is not."""
    request.state.says_nothing = True


def is_silent(scope: Scope) -> bool:
    """Whether what is answered says nothing."""
    state = scope.get("state", {})
    return bool(state.get("says_nothing")) or state.get("problem") in SILENT


async def next_beat(began: float) -> None:
    """Wait for the end of the beat. began: when the request came, as time.perf_counter tells it.

    The loop's timers go by whole milliseconds: by how much one errs depends on how long the work took. So the
    last of them is waited out turn by turn.
    """
    until = began + BEAT_S * math.ceil((time.perf_counter() - began) / BEAT_S)
    while (left := until - time.perf_counter()) > 0:
        await anyio.sleep(max(left - TIMER_S, 0))
