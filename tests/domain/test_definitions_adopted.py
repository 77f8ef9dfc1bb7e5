"""The rules by which accesses are found unusual stand on the log's own stream before a finding names them."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from domain.adoption import adopt_definitions, adopt_policy, adopted, adopted_definitions
from domain.institution_events import UnusualAccessFound
from domain.log_stream import DefinitionAdopted
from domain.unusual import DETECTORS, Detector
from domain.unusual_commands import RULES
from domain.values import digest
from tests.builders import NURSE, WANG_ID, login, request
from tests.county import County
from tests.domain.test_adoption import own_topics
from tests.memory_views import MemoryViews

OPERATOR = request("operator", "management")
BURST = DETECTORS["burst"]
WIDER = replace(BURST, edition="2099.1", parameters={"records": 90, "minutes": 60})
OTHERS = [one for one in DETECTORS.values() if one is not BURST]


@pytest.fixture
def county() -> County:
    return County()


def adopt(county: County, detectors: Iterable[Detector]) -> int:
    """How many of them are adopted by this."""
    return len(adopt_definitions(county.records.gate, OPERATOR, RULES, detectors))


def held(county: County) -> dict[str, str]:
    """Of each rule, the edition adopted last."""
    found = adopted_definitions(county.log, RULES).values()
    return {str(one["name"]): str(one["edition"]) for one in found}


def find(county: County) -> list[UnusualAccessFound]:
    before = len(county.log.events)
    county.records.find_unusual(OPERATOR, MemoryViews(county.log).all_looks(), county.clock())
    found = [one.event for one in county.log.events[before:]]
    return [one for one in found if isinstance(one, UnusualAccessFound)]


def before_the_next_append(county: County, does: Callable[[], object]) -> None:
    """Another process is faster."""

    def once() -> None:
        does()

    county.log.before_append.append(once)


def look_at_their_own(county: County) -> None:
    """The nurse, whose own record it is."""
    record = county.open_record(resident=None)
    county.log.claims["login:resident", f"{login('nurse')['issuer']} nurse"] = record
    county.records.read_record(NURSE, record)


def test_a_finding_names_an_edition_that_stood_whole_in_the_log_before_it(county: County) -> None:
    look_at_their_own(county)

    (finding, *_) = find(county)

    (place,) = (one.stored.position for one in county.log.events if one.event is finding)
    known = adopted_definitions(county.log, RULES, upto_position=place)
    definition = known[finding.detector["digest"]]
    assert digest(definition) == finding.detector["digest"]
    assert definition == DETECTORS[finding.detector["name"]].description


def test_every_rule_is_adopted_once_however_often_it_is_looked(county: County) -> None:
    find(county)
    find(county)

    assert own_topics(county) == ["log.definition-adopted.v1"] * len(DETECTORS)
    assert held(county) == {one.name: one.edition for one in DETECTORS.values()}
    assert {*adopted_definitions(county.log, RULES)} == {one.ref["digest"] for one in DETECTORS.values()}


def test_a_changed_rule_is_adopted_beside_the_one_before_and_so_is_the_way_back(county: County) -> None:
    adopt(county, DETECTORS.values())

    assert [adopt(county, [*OTHERS, one]) for one in (WIDER, WIDER, BURST, BURST)] == [1, 0, 1, 0]
    known = adopted_definitions(county.log, RULES)
    assert {BURST.ref["digest"], WIDER.ref["digest"]} < set(known)
    assert known[WIDER.ref["digest"]]["records"] == 90


def test_a_run_adopts_what_changed_since_the_one_before(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    find(county)
    monkeypatch.setitem(DETECTORS, "burst", WIDER)

    find(county)

    assert held(county)["burst"] == "2099.1"
    assert own_topics(county) == ["log.definition-adopted.v1"] * (len(DETECTORS) + 1)


def test_of_two_runs_at_once_one_adopts_them_and_a_policy_only_delays_it(county: County) -> None:
    before_the_next_append(county, lambda: adopt(county, OTHERS))
    assert adopt(county, DETECTORS.values()) == 1

    before_the_next_append(county, lambda: adopt_policy(county.records.gate))
    assert adopt(county, [WIDER]) == 1
    assert own_topics(county) == [
        *["log.definition-adopted.v1"] * len(DETECTORS),
        "log.policy-adopted.v1",
        "log.definition-adopted.v1",
    ]


def test_policies_and_definitions_of_other_kinds_are_told_apart(county: County) -> None:
    adopt_policy(county.records.gate)
    adopt(county, DETECTORS.values())
    adopt_definitions(county.records.gate, OPERATOR, "another-kind", [WIDER])

    assert held(county)["burst"] == BURST.edition
    assert list(adopted(county.log)) == [county.records.gate.policy.ref["digest"]]
    assert list(adopted_definitions(county.log, "another-kind")) == [WIDER.ref["digest"]]


def test_the_adoption_is_the_operators_act_and_names_nobody(county: County) -> None:
    look_at_their_own(county)
    find(county)

    adoptions = [one.event for one in county.log.events if isinstance(one.event, DefinitionAdopted)]
    assert {one.who["role"] for one in adoptions} == {"operator"}
    assert WANG_ID not in str(adoptions)
