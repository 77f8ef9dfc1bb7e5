"""What an evidence package shows, to whom: told to the packer part by part, and written down."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domain.access_stream import RecordExported
from domain.acts import Event
from domain.adoption import adopt_policy
from domain.errors import NotAvailable, QueryRefused, RecordError, UnknownCode
from domain.evidence_errors import EvidenceNotReady
from domain.evidence_port import NO_PACKER, Order, Packed, Selection
from domain.record_evidence import Issued
from domain.redeciding import Redecider
from domain.requests import Request
from projections.record_view import RecordRender
from tests.builders import NURSE, OTHER_NURSE, WANG, request
from tests.county import County, access_stream
from tests.memory_packer import MemoryPacker
from tests.whole_life import LAWYER, Life

MANAGER, AUDITOR, OPERATOR = (
    request("doctor", "management"),
    request("auditor", "audit"),
    request("operator", "management"),
)
INSURANCE = request("doctor", "insurance")


@pytest.fixture
def life() -> Life:
    life = Life(County(RecordRender()))
    life.records.packer = MemoryPacker()
    for kind in ("allergies", "problems", "encounters"):
        life.add(kind)
    return life


def issue(life: Life, who: Request, **selected: object) -> Order:
    """What was ordered."""
    issued: Issued = life.records.issue_evidence(who, life.record, Selection(**selected))  # type: ignore[arg-type]  # as named
    issued.packed.file.close()
    packer = life.records.packer
    assert isinstance(packer, MemoryPacker)
    return packer.orders[-1]


def told(life: Life, order: Order, name: str = "record") -> dict[str, str | None]:
    """Of each event of a stream, by topic, why its body is withheld; up to where the stream ends."""
    (ordered,) = (one for one in order.streams if one.name == name)
    found: dict[str, str | None] = {}
    for one in life.county.log.read(ordered.stream, upto_version=ordered.last):
        assert isinstance(one.event, Event)
        if ordered.ends(one.event):
            break
        found[one.stored.topic] = ordered.withheld(one.event, "body")
    return found


def shown(life: Life, order: Order, name: str = "record") -> set[str]:
    return {topic for topic, why in told(life, order, name).items() if why is None}


def test_a_resident_is_shown_all_of_their_own(life: Life) -> None:
    order = issue(life, WANG)

    assert [one.name for one in order.streams] == ["record", "accesses"]
    assert set(told(life, order).values()) == {None}
    assert order.scope["issued_to"] == "resident"


def test_the_issuing_is_written_down_under_the_packages_own_id(life: Life) -> None:
    order = issue(life, MANAGER, sections=frozenset({"problems"}))

    newest = life.county.log.read(access_stream(life.county, life.record), limit=1, newest_first=True)[
        0
    ].event
    assert isinstance(newest, RecordExported)
    assert (newest.event_id, newest.basis, newest.sections) == (order.package, "custody", ["problems"])
    assert newest.parameters == {"sections": ["problems"], "accesses": True}


@pytest.mark.parametrize(
    "who", [NURSE, OTHER_NURSE, request("doctor", "care"), request("other-nurse", "self")]
)
def test_others_get_none(life: Life, who: Request) -> None:
    with pytest.raises(RecordError):
        issue(life, who)
    assert life.records.packer == MemoryPacker()


def test_an_auditor_is_shown_who_and_no_body(life: Life) -> None:
    order = issue(life, AUDITOR)

    assert shown(life, order) == shown(life, order, "accesses") == set()
    stream = order.streams[0]
    assert all(stream.withheld(one.event, "who") is None for one in life.county.log.read(life.record))  # type: ignore[arg-type]  # events of ours


def test_sections_that_were_not_asked_for_and_other_days_are_not_selected(life: Life) -> None:
    assert shown(life, issue(life, MANAGER, sections=frozenset({"problems"}))) == {
        "record.problem-recorded.v1"
    }
    assert shown(life, issue(life, WANG, since=date(2099, 1, 1))) == set()
    assert shown(life, issue(life, WANG, until=date(2099, 1, 1))) == set(told(life, issue(life, WANG)))
    assert shown(life, issue(life, WANG, withhold=frozenset({"body"}))) == set()


def test_what_is_handed_over_to_an_insurer_is_what_the_disclosure_names(life: Life) -> None:
    with pytest.raises(NotAvailable):
        issue(life, INSURANCE)
    changes: dict[str, Any] = {"body_kind": "social-insurance", "purpose": "insurance"}
    changes |= {"sections": ["problems"]}
    changes |= {"sensitive": None, "notice_deferred_until": None, "order": None}
    disclosure = life.add("statutory-disclosures", LAWYER, **changes)

    order = issue(life, INSURANCE)

    assert shown(life, order) == {"record.problem-recorded.v1"}
    assert [one.name for one in order.streams] == ["record"]
    newest = life.county.log.read(access_stream(life.county, life.record))[-1].event
    assert isinstance(newest, RecordExported) and newest.cites == disclosure


def test_what_the_resident_is_not_told_of_yet_ends_what_they_are_shown(life: Life) -> None:
    life.records.read_record(NURSE, life.record)
    before = set(told(life, issue(life, WANG)))
    life.add("statutory-disclosures", LAWYER, notice_deferred_until="2026-06-20", order="ab" * 32)
    life.records.read_record(LAWYER, life.record)
    life.add("immunizations")

    order, lawyers = issue(life, WANG), issue(life, LAWYER)

    assert set(told(life, order)) == before
    assert "access.exported.v1" in told(life, order, "accesses")
    assert {"record.disclosed-by-law.v1", "record.immunization-given.v1"} <= set(told(life, lawyers))
    life.county.clock.move(days=30)
    assert "record.disclosed-by-law.v1" in told(life, issue(life, WANG))


def test_the_operator_is_shown_nothing_that_is_restricted_or_sensitive(life: Life) -> None:
    life.add("restrictions", WANG, sections=["problems"])
    issued = life.records.issue_evidence_as_operator(OPERATOR, life.record, Selection())
    issued.packed.file.close()
    packer = life.records.packer
    assert isinstance(packer, MemoryPacker)

    found = told(life, packer.orders[-1])

    assert found["record.problem-recorded.v1"] == "not-open"
    assert found["record.allergy-recorded.v1"] is None
    with pytest.raises(NotAvailable):
        life.records.issue_evidence_as_operator(OPERATOR, UUID(int=7), Selection())


def test_a_record_that_moved_while_it_was_packed_is_packed_again(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    packer = life.records.packer
    assert isinstance(packer, MemoryPacker)
    once = iter([lambda: life.add("immunizations")])

    def pack(order: Order) -> Packed:
        next(once, lambda: None)()
        return MemoryPacker.pack(packer, order)

    monkeypatch.setattr(packer, "pack", pack)
    order = issue(life, WANG)

    assert len(packer.orders) == 2
    assert order.streams[0].last == life.version


def test_nothing_is_written_down_of_a_package_that_was_not_made(life: Life) -> None:
    life.records.packer = NO_PACKER
    position = life.county.log.position()

    with pytest.raises(EvidenceNotReady):
        life.records.issue_evidence(WANG, life.record)
    assert life.county.log.position() == position


@pytest.mark.parametrize(
    ("selection", "error"),
    [
        (Selection(first=0), QueryRefused),
        (Selection(first=3, last=2), QueryRefused),
        (Selection(since=date(2026, 2, 1), until=date(2026, 1, 1)), QueryRefused),
        (Selection(sections=frozenset({"secrets"})), UnknownCode),
        (Selection(withhold=frozenset({"salt"})), UnknownCode),
    ],
)
def test_a_selection_that_is_none_is_refused(
    life: Life, selection: Selection, error: type[Exception]
) -> None:
    with pytest.raises(error):
        life.records.issue_evidence(WANG, life.record, selection)


@pytest.mark.parametrize("who", [WANG, MANAGER, LAWYER, AUDITOR])
def test_the_decision_to_issue_is_made_again_alike(life: Life, who: Request) -> None:
    adopt_policy(life.records.gate)
    life.add("statutory-disclosures", LAWYER)
    issue(life, who)
    newest = life.county.log.read(access_stream(life.county, life.record))[-1]

    assert Redecider(life.county.log).again(newest, life.record).holds == "same"
