"""What a court asks for is handed over on its certificate only, also as evidence; it was not always so."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from domain.access import POLICY
from domain.access_stream import AccessRefused, RecordExported
from domain.adoption import adopt_policy
from domain.application import Records
from domain.errors import NotAvailable
from domain.policy import Policy
from domain.ports import Recorded
from domain.redeciding import Redecider
from domain.requests import Request
from projections.record_view import RecordRender
from tests.builders import request
from tests.county import County, access_stream
from tests.memory_packer import MemoryPacker
from tests.whole_life import LAWYER, Life

POLICIES = Path(__file__).parent / "policies.json"
MANAGER, INSURANCE = request("doctor", "management"), request("doctor", "insurance")
NAMED: dict[str, Any] = {  # Any: of as many types as the form has fields
    "sections": ["problems"],
    "sensitive": None,
    "notice_deferred_until": None,
    "order": None,
    "until": "2026-06-03",
}
EXPORTS = "manager-in-custody-exports"


def before() -> Policy:
    """Edition 2026.7, by which the record manager needed no certificate."""
    rules = (
        replace(rule, purposes=("legal", "management")) if rule.id == EXPORTS else rule
        for rule in POLICY.rules
    )
    return replace(POLICY, edition="2026.7", rules=tuple(rules))


@pytest.fixture
def life() -> Life:
    life = Life(County(RecordRender()))
    life.records.packer = MemoryPacker()
    for kind in ("allergies", "problems"):
        life.add(kind)
    return life


def issue(records: Records, life: Life, who: Request) -> None:
    records.issue_evidence(who, life.record).packed.file.close()


def newest(life: Life) -> Recorded:
    return life.county.log.read(access_stream(life.county, life.record))[-1]


@pytest.mark.parametrize("who", [LAWYER, INSURANCE])
def test_without_a_disclosure_nothing_is_issued_by_law_and_the_attempt_stays(
    life: Life, who: Request
) -> None:
    with pytest.raises(NotAvailable):
        issue(life.records, life, who)

    refused = newest(life).event
    assert isinstance(refused, AccessRefused)
    assert (refused.action, refused.rules) == ("export-evidence", ["deny-by-default"])


def test_with_one_it_is_issued_on_the_basis_of_the_law_and_names_the_certificate(life: Life) -> None:
    disclosure = life.add("statutory-disclosures", LAWYER, **NAMED)

    issue(life.records, life, LAWYER)

    exported = newest(life).event
    assert isinstance(exported, RecordExported)
    assert (exported.basis, exported.rules) == ("law", ["disclosed-by-law"])
    assert exported.cites == disclosure


def test_once_it_is_over_nothing_is_issued_any_more(life: Life) -> None:
    life.add("statutory-disclosures", LAWYER, **NAMED)
    life.follow("statutory-disclosures", "ending", LAWYER)
    with pytest.raises(NotAvailable):
        issue(life.records, life, LAWYER)

    life.add("statutory-disclosures", LAWYER, **NAMED)
    issue(life.records, life, LAWYER)
    life.county.clock.now = datetime(2026, 6, 3, 16, 0, tzinfo=UTC)  # midnight in China
    with pytest.raises(NotAvailable):
        issue(life.records, life, LAWYER)


def test_who_keeps_the_record_still_keeps_the_proof_of_it(life: Life) -> None:
    issue(life.records, life, MANAGER)

    exported = newest(life).event
    assert isinstance(exported, RecordExported)
    assert (exported.basis, exported.rules, exported.cites) == ("custody", [EXPORTS], None)


def test_the_edition_before_differed_by_this_alone() -> None:
    pinned = json.loads(POLICIES.read_text(encoding="utf-8"))

    assert pinned["access 2026.7"] == before().ref["digest"]
    assert pinned["access 2026.8"] == POLICY.ref["digest"]


def test_what_was_issued_under_the_edition_before_is_decided_again_as_it_was(life: Life) -> None:
    county = life.county
    then = Records(county.log, RecordRender(), county.clock, policy=before())
    then.packer = MemoryPacker()
    adopt_policy(then.gate)
    issue(then, life, LAWYER)
    issued = newest(life)
    adopt_policy(life.records.gate)
    with pytest.raises(NotAvailable):
        issue(life.records, life, LAWYER)

    decider = Redecider(county.log)

    assert decider.again(issued, life.record).holds == "same"
    assert decider.again(newest(life), life.record).holds == "same"
