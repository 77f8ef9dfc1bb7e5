"""Claims looked up together: one question for many, answered as one question for each."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import StoredEvent

from domain.ports import Claim, EventLog
from store.database import Database
from store.event_log import StoredLog
from store.recorder import Terms
from store.wiring import OpenLog
from tests.county import County
from tests.store.logs import new_log


@pytest.fixture
def log(database: Database) -> Iterator[OpenLog]:
    with new_log(database) as log:
        yield log


def hold(log: OpenLog, *claims: Claim) -> UUID:
    """A stream that holds the claims."""
    stream = uuid4()
    terms = Terms(claims=[log.hasher.claim(one) for one in claims])
    log.recorder.append([StoredEvent(stream, 1, "test.begun.v1", b"")], terms)
    return stream


def test_claims_looked_up_together_are_those_found_singly(log: OpenLog) -> None:
    one, other = Claim("source", "A|1"), Claim("source", "A|2")
    same_value, nobodys = Claim("identity", "A|1"), Claim("source", "A|3")
    first, second = hold(log, one), hold(log, other)
    asked = [one, nobodys, same_value, other, one]
    stored = StoredLog(log)

    held = stored.find_claims(asked)

    assert held == {one: first, other: second}
    assert {claim: stored.find_claim(claim.namespace, claim.value) for claim in asked} == {
        nobodys: None,
        same_value: None,
        **held,
    }


def test_of_no_claims_none_are_held(log: OpenLog) -> None:
    assert StoredLog(log).find_claims([]) == {}


def test_many_claims_are_one_question(log: OpenLog) -> None:
    many = [Claim("source", f"A|{number}") for number in range(3000)]
    stream = hold(log, *many[::2])

    assert StoredLog(log).find_claims(many) == dict.fromkeys(many[::2], stream)


def test_the_model_of_the_log_finds_claims_as_the_log_does() -> None:
    county = County()
    log: EventLog = county.log
    held = [Claim(namespace, value) for namespace, value in county.log.claims]

    assert log.find_claims([*held, Claim("source", "nobody's")]) == {
        claim: log.find_claim(claim.namespace, claim.value) for claim in held
    }
