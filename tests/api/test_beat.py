"""The end of a beat depends on when the request came, not on how long the work took."""

import asyncio
import time
from collections.abc import Iterator

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import beat
from tests.api.served import Served


class Clock:
    """Time that passes by sleeping only, in whole milliseconds as the loop's timers have it."""

    def __init__(self, now: float) -> None:
        self.now = now

    def perf_counter(self) -> float:
        return self.now

    async def sleep(self, delay: float) -> None:
        self.now += max(round(delay, 3), 0.000_01)


@pytest.fixture(scope="module")
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@given(st.floats(0, 1e6), st.floats(0, 0.5))
def test_whatever_the_work_took_the_answer_leaves_at_the_end_of_a_beat(began: float, took: float) -> None:
    clock = Clock(began + took)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "perf_counter", clock.perf_counter)
        patch.setattr(anyio, "sleep", clock.sleep)
        asyncio.run(beat.next_beat(began))

    beats = (clock.now - began) / beat.BEAT_S
    assert clock.now >= began + took
    assert 0 <= beats - round(beats) < 0.01 or clock.now == began  # at the first of them, and nowhere between
    assert beats - took / beat.BEAT_S < 1.01


def test_only_answers_that_say_nothing_wait(served: Served, patch: pytest.MonkeyPatch) -> None:
    waited = []

    async def counted(began: float) -> None:
        waited.append(began)

    patch.setattr("api.middleware.next_beat", counted)
    record = served.open_record()
    number = served.get(f"/v1/records/{record}").json()["number"]

    def waits(who: str, path: str, **body: object) -> bool:
        waited.clear()
        answer = served.post(path, body, who) if body else served.get(path, who)
        assert answer.status_code in (200, 403, 404)
        return len(waited) == 1

    missing = f"{number[:12]}99999"
    assert not waits("nurse", f"/v1/records/{record}")
    assert waits("other-nurse", f"/v1/records/{record}")
    assert not waits("nurse", "/v1/search", kind="record-number", value=number)
    assert waits("other-nurse", "/v1/search", kind="record-number", value=number)
    assert waits("nurse", "/v1/search", kind="record-number", value=missing)
    assert waits("nurse", f"/v1/institutions/{served.other_clinic}/roster")
