"""Look-ups made ahead answer once, in their block, in their thread; everything else asks the database."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import cast
from uuid import UUID, uuid4

import pytest
from eventsourcing.domain import DomainEvent

from domain.ports import Claim, RequestKey
from domain.record import Record
from store.database import Database
from store.event_log import StoredLog
from store.wiring import OpenLog
from tests.builders import ISSUER, record
from tests.store.logs import new_log

LOGIN = Claim("login:practitioner", f"{ISSUER} nurse")


@pytest.fixture
def log(database: Database) -> Iterator[OpenLog]:
    with new_log(database) as log:
        yield log


def key() -> RequestKey:
    return RequestKey("somebody", str(uuid4()), b"a" * 32)


def begin(log: StoredLog, claim: Claim = LOGIN, request: RequestKey | None = None) -> UUID:
    """Store a record that holds the claim."""
    begun = record()
    log.append(cast("list[DomainEvent]", begun.pending_events), claims=[claim], key=request)
    return begun.id


def test_the_first_look_is_answered_from_what_was_looked_up_and_the_second_is_not(log: OpenLog) -> None:
    ours, theirs, request = StoredLog(log), StoredLog(log), key()

    with ours.together(request, LOGIN, uuid4()):
        stored = begin(theirs, request=request)
        first = ours.find_answer(request), ours.find_claim(LOGIN.namespace, LOGIN.value)
        second = ours.find_answer(request), ours.find_claim(LOGIN.namespace, LOGIN.value)

    assert first == (None, None)
    assert second[0] is not None and second[1] == stored


def test_nothing_looked_up_outlives_its_block(log: OpenLog) -> None:
    ours, request = StoredLog(log), key()

    with ours.together(request, LOGIN, uuid4()):
        stored = begin(StoredLog(log), request=request)

    assert ours.find_answer(request) is not None
    assert ours.find_claim(LOGIN.namespace, LOGIN.value) == stored


def test_what_one_thread_looked_up_is_not_told_to_another(log: OpenLog) -> None:
    ours, request = StoredLog(log), key()

    with ours.together(request, LOGIN, uuid4()), ThreadPoolExecutor(1) as other:
        stored = begin(StoredLog(log), request=request)
        found = other.submit(ours.find_claim, LOGIN.namespace, LOGIN.value).result()

    assert found == stored


def test_a_record_and_the_home_of_a_login_are_brought_up_to_date_together(
    log: OpenLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, request = StoredLog(log), key()
    stored = begin(ours)
    loaded = ours.load(Record, stored)
    assert ours.find_claim(LOGIN.namespace, LOGIN.value) == stored

    with ours.together(request, LOGIN, stored):
        monkeypatch.setattr(log.reader.ahead, "_reads", None)  # nothing is asked of the database any more
        assert ours.find_answer(request) is None
        assert ours.find_claim(LOGIN.namespace, LOGIN.value) == stored
        assert ours.load(Record, stored) == loaded
