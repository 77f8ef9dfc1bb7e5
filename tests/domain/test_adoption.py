"""The policy stands whole on the log's own stream before anything is decided by it, and stands there once."""

from collections.abc import Callable
from dataclasses import replace

from domain.access import POLICY
from domain.acts import Event
from domain.adoption import STARTING, adopt_policy, adopted
from domain.application import Records
from domain.gate import Gate
from domain.log_commands import OWN_STREAM, skip_event
from domain.policy import Policy
from domain.values import digest
from tests.county import County
from tests.domain.test_log_commands import ConfirmableMemoryLog

NEXT = replace(POLICY, edition="2099.1")


def gate_of(county: County, policy: Policy = POLICY) -> Gate:
    """The gate of another process on the same log."""
    return Records(county.log, county.records.render, county.clock, policy=policy).gate


def own_topics(county: County) -> list[str]:
    stream = county.log.find_claim(OWN_STREAM.namespace, OWN_STREAM.value)
    return county.topics(stream) if stream else []


def test_a_policy_is_adopted_once_however_often_a_service_starts() -> None:
    county = County()

    first, again = adopt_policy(gate_of(county)), adopt_policy(gate_of(county))

    assert first is not None and again is None
    assert own_topics(county) == ["log.policy-adopted.v1"]


def test_the_whole_policy_is_kept_under_the_digest_that_every_event_names() -> None:
    county = County()
    adopt_policy(gate_of(county))

    kept = adopted(county.log)

    assert kept == {POLICY.ref["digest"]: POLICY.description}
    assert digest(kept[POLICY.ref["digest"]]) == POLICY.ref["digest"]
    assert Policy.parse(kept[POLICY.ref["digest"]]) == POLICY
    opened = county.log.read(county.open_record())[0].event
    assert isinstance(opened, Event) and opened.rule["digest"] in kept


def test_another_policy_is_adopted_beside_the_one_before_and_so_is_the_way_back() -> None:
    county = County()

    for policy in (POLICY, NEXT, NEXT, POLICY):
        adopt_policy(gate_of(county, policy))

    assert own_topics(county) == ["log.policy-adopted.v1"] * 3
    assert list(adopted(county.log)) == [POLICY.ref["digest"], NEXT.ref["digest"]]


def faster(gate: Gate) -> Callable[[], None]:
    """Another process that adopts its policy first."""

    def adopts() -> None:
        adopt_policy(gate)

    return adopts


def test_of_two_services_that_start_at_once_one_adopts_it() -> None:
    for before in ([], [NEXT]):
        county = County()
        for policy in before:
            adopt_policy(gate_of(county, policy))
        county.log.before_append.append(faster(gate_of(county)))

        adopt_policy(gate_of(county))

        assert own_topics(county) == ["log.policy-adopted.v1"] * (len(before) + 1)


def test_another_act_on_the_own_stream_only_delays_it() -> None:
    county = County()
    gate = gate_of(county)

    def skip() -> None:
        told = {"projection": "roster", "version": 1, "position": 3, "reason": "known"}
        skip_event(ConfirmableMemoryLog(county.log), gate, STARTING, **told)  # type: ignore[arg-type]  # a table

    county.log.before_append.append(skip)

    adopt_policy(gate)

    assert own_topics(county) == ["log.projection-skipped.v1", "log.policy-adopted.v1"]


def test_what_was_adopted_until_a_position_is_told_as_it_was() -> None:
    county = County()
    first = adopt_policy(gate_of(county))
    adopt_policy(gate_of(county, NEXT))
    assert first is not None

    assert list(adopted(county.log, upto_position=first.position)) == [POLICY.ref["digest"]]
    assert adopted(county.log, upto_position=first.position - 1) == {}
