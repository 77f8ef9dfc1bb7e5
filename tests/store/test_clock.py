"""The clock rule: instants never go back, and appends stop when the clock cannot be trusted."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from eventsourcing.persistence import StoredEvent
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import ClockWrong
from store.clock import SECOND, Clock, from_datetime, system_clock, text, to_datetime
from store.database import Database
from store.recorder import PLAIN, Terms
from store.wiring import OpenLog
from tests.store.audit import audited
from tests.store.logs import opened, unused_log_no


class Hands:
    """A machine's clock that a test can set: what the server and its database read moves together."""

    def __init__(self) -> None:
        self.machine = 0
        self.server_only = 0

    @property
    def clock(self) -> Clock:
        return Clock(now=lambda: system_clock() + self.machine + self.server_only, shift=lambda: self.machine)


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def log(database: Database, tmp_path: Path, hands: Hands) -> Iterator[OpenLog]:
    with opened(database, unused_log_no(), tmp_path, hands.clock) as log:
        yield log


def append(log: OpenLog, topic: str = "record.created.v1", terms: Terms = PLAIN) -> int:
    """The instant at which an event was recorded, in microseconds since 1970."""
    _, drafts = log.recorder.append([StoredEvent(uuid4(), 1, topic, b"{}")], terms)
    return drafts[0].at


def test_a_clock_set_back_one_second_continues_by_microseconds(log: OpenLog, hands: Hands) -> None:
    before = append(log)

    hands.machine = -SECOND

    assert [append(log), append(log)] == [before + 1, before + 2]
    audited(log)


def test_a_clock_set_back_ten_seconds_stops_appends_until_it_is_right(log: OpenLog, hands: Hands) -> None:
    append(log)

    hands.machine = -10 * SECOND
    with pytest.raises(ClockWrong):
        append(log)
    hands.machine = 0

    append(log)
    assert len(audited(log)) == 2


def test_an_hour_ahead_and_back_stops_appends_until_an_operator_confirms(log: OpenLog, hands: Hands) -> None:
    append(log)
    hands.machine = 3600 * SECOND
    ahead = append(log)
    hands.machine = 0
    with pytest.raises(ClockWrong):
        append(log)

    confirmed = append(log, "log.clock-confirmed.v1", Terms(confirms_clock=True))

    assert confirmed == ahead + 1
    assert [append(log), append(log)] == [ahead + 2, ahead + 3]
    assert len(audited(log)) == 5


def test_a_confirmation_does_not_cover_the_next_jump(log: OpenLog, hands: Hands) -> None:
    hands.machine = 3600 * SECOND
    append(log)
    hands.machine = 0
    append(log, "log.clock-confirmed.v1", Terms(confirms_clock=True))
    hands.machine = 7200 * SECOND
    append(log)

    hands.machine = 0
    with pytest.raises(ClockWrong):
        append(log)


def test_server_and_database_more_than_five_seconds_apart_stop_appends(log: OpenLog, hands: Hands) -> None:
    append(log)

    for apart in (-10, 10, 3600):
        hands.server_only = apart * SECOND
        with pytest.raises(ClockWrong):
            append(log)

    hands.server_only = 2 * SECOND
    append(log)
    assert len(audited(log)) == 2


@given(st.integers(0, 4_102_444_800 * SECOND))
def test_an_instant_reads_the_same_as_text_and_as_datetime(microseconds: int) -> None:
    instant = to_datetime(microseconds)

    assert from_datetime(instant) == microseconds
    assert text(microseconds) == instant.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@given(st.lists(st.integers(-20 * SECOND, 20 * SECOND), max_size=50))
def test_whatever_the_clock_does_accepted_instants_only_grow(steps: list[int]) -> None:
    now, last = 1_000 * SECOND, 0
    for step in steps:
        now += step
        clock = Clock(now=lambda: now)  # noqa: B023  # read before the next step
        try:
            instant = clock.read(asked=now, database=now, last=last, confirmed=lambda: 0)
        except ClockWrong:
            assert now < last - 5 * SECOND
            continue
        assert instant > last
        last = instant
