"""The operator's confirmation of the clock: on the log's own stream, with who said so and why."""

from collections.abc import Collection, Sequence
from uuid import UUID

import pytest
from eventsourcing.domain import DomainEvent

from domain.errors import ContentRefused
from domain.log_commands import OWN_STREAM, confirm_clock
from domain.log_stream import ClockConfirmed
from domain.ports import Answer, Claim
from tests.builders import request
from tests.county import County, last_event
from tests.memory_log import MemoryLog

OPERATOR = request("operator", "management")


class ConfirmableMemoryLog:
    """A log in memory that notes whether the clock was confirmed with an append."""

    def __init__(self, log: MemoryLog) -> None:
        self.log = log
        self.confirmed: list[bool] = []

    def find_claim(self, namespace: str, value: str) -> UUID | None:
        return self.log.find_claim(namespace, value)

    def append(
        self,
        events: Sequence[DomainEvent],
        *,
        at_end: Collection[UUID],
        claims: Sequence[Claim],
        confirms_clock: bool,
    ) -> Answer:
        self.confirmed.append(confirms_clock)
        return self.log.append(events, at_end=at_end, claims=claims)


def test_a_confirmation_tells_who_what_the_clock_said_and_why() -> None:
    county = County()
    log = ConfirmableMemoryLog(county.log)

    stored = confirm_clock(log, county.records.gate, OPERATOR, "the battery was changed").stored[0]

    event = last_event(county, stored.stream)
    assert isinstance(event, ClockConfirmed)
    assert (event.reason, event.clock) == ("the battery was changed", "2026-06-01T02:00:00.000000Z")
    assert (event.who["role"], event.who["authenticated"]["subject"]) == ("operator", "operator")
    assert log.confirmed == [True]


def test_confirmations_lie_on_the_one_stream_of_the_log_itself() -> None:
    county = County()
    log, gate = ConfirmableMemoryLog(county.log), county.records.gate

    streams = {confirm_clock(log, gate, OPERATOR, "set by hand").stored[0].stream for _ in range(2)}

    assert streams == {log.find_claim(OWN_STREAM.namespace, OWN_STREAM.value)}


def test_two_first_confirmations_at_once_share_the_stream() -> None:
    county = County()
    log, gate = ConfirmableMemoryLog(county.log), county.records.gate
    county.log.before_append = [lambda: None, lambda: None]
    county.log.before_append[0] = lambda: void(confirm_clock(log, gate, OPERATOR, "the other operator"))

    stored = confirm_clock(log, gate, OPERATOR, "this operator").stored[0]

    assert stored.version == 2


def void(answer: Answer) -> None:
    """For a callback that answers nothing."""


@pytest.mark.parametrize("reason", ["", " ", "a" * 501])
def test_a_confirmation_needs_a_reason(reason: str) -> None:
    county = County()
    log = ConfirmableMemoryLog(county.log)

    with pytest.raises(ContentRefused):
        confirm_clock(log, county.records.gate, OPERATOR, reason)

    assert log.confirmed == []
