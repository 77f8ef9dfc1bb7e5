"""A resident's content is decrypted only in a request that a decision let through to that record."""

import threading
from collections.abc import Callable
from contextvars import Context
from uuid import UUID

import pytest

from api.demo_issuer import ISSUER
from domain.errors import NotAvailable
from domain.record import Record
from domain.released import NotReleased, release
from domain.requests import Principal, Request
from tests.api.served import Served


@pytest.fixture(scope="module")
def record(served: Served) -> UUID:
    return UUID(served.open_record())


def asked(who: str, purpose: str = "care") -> Request:
    return Request(Principal(ISSUER, who, "jwt", "test"), purpose)


def as_a_request(act: Callable[[], object]) -> object:
    """In a context of its own, as the server answers each request."""
    return Context().run(act)


def test_without_a_decision_nothing_a_record_says_is_read(served: Served, record: UUID) -> None:
    log = served.service.records.gate.log
    opened = log.load(Record, record)
    assert opened is not None
    for stream in (record, opened.access_stream):
        served.get(f"/v1/records/{record}")
        with pytest.raises(NotReleased):
            as_a_request(lambda stream=stream: log.read(stream))  # type: ignore[misc]  # bound at once


def test_without_a_decision_no_rendered_record_is_opened(served: Served, record: UUID) -> None:
    with pytest.raises(NotReleased):
        as_a_request(lambda: served.service.records.bodies.get(record, 1))


def test_what_deciding_needs_is_folded_all_the_same(served: Served, record: UUID) -> None:
    log = served.service.records.gate.log

    assert as_a_request(lambda: log.load(Record, record)) is not None


def test_a_decision_releases_its_own_record_and_no_other(served: Served, record: UUID) -> None:
    records, other = served.service.records, UUID(served.open_record())

    def read_one_and_then_the_other() -> None:
        assert records.read_record(asked("nurse"), record).body
        assert records.gate.log.read(record)
        with pytest.raises(NotReleased):
            records.gate.log.read(other)

    as_a_request(read_one_and_then_the_other)


def test_a_refusal_releases_nothing(served: Served, record: UUID) -> None:
    records = served.service.records

    def refused() -> None:
        with pytest.raises(NotAvailable):
            records.read_record(asked("other-nurse"), record)
        with pytest.raises(NotReleased):
            records.gate.log.read(record)

    as_a_request(refused)


def test_what_one_request_released_is_closed_to_the_next(served: Served, record: UUID) -> None:
    log = served.service.records.gate.log

    def released() -> None:
        release(record)
        assert log.read(record)

    def in_a_thread() -> None:
        with pytest.raises(NotReleased):
            log.read(record)
        done.set()

    as_a_request(released)
    with pytest.raises(NotReleased):
        as_a_request(lambda: log.read(record))
    done = threading.Event()
    thread = threading.Thread(target=in_a_thread)
    thread.start()
    thread.join()
    assert done.is_set()


def test_what_institutions_say_needs_no_release(served: Served) -> None:
    assert as_a_request(lambda: served.service.records.gate.log.read(served.clinic))


def test_a_route_that_goes_round_the_gate_fails_and_tells_nothing(
    served: Served, record: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it would be if somebody forgot to ask."""
    log = served.service.records.gate.log
    monkeypatch.setattr(
        type(served.service.records), "read_record", lambda records, request, one, **more: log.read(one)
    )

    answer = served.get(f"/v1/records/{record}")

    assert answer.status_code == 500
    assert answer.json()["type"] == "/problems/internal-error"
