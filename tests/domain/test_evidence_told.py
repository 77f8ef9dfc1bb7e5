"""Evidence packages: told on every record of which something leaves, and telling nothing confided."""

import pytest

from domain.access_stream import RecordExported, RecordRead
from domain.acts import Event
from domain.evidence_port import Order
from projections.record_view import RecordRender
from tests.builders import KEEPER, LI_ID, NURSE, identity_number, login, request
from tests.county import County, access_stream
from tests.memory_packer import MemoryPacker
from tests.whole_life import Life

GUARDIAN, TEENAGER = request("mother", "self"), request("teenager", "self")
BORN_2011 = identity_number("20110105", 2)
ICD10 = "http://hl7.org/fhir/sid/icd-10"
PREGNANCY = {"system": ICD10, "version": "2016", "code": "O26.9", "display": "妊娠"}


@pytest.fixture
def county() -> County:
    county = County(RecordRender())
    county.records.packer = MemoryPacker()
    return county


def order(county: County) -> Order:
    """What was asked to be packed last."""
    assert isinstance(county.records.packer, MemoryPacker)
    return county.records.packer.orders[-1]


def test_what_leaves_of_a_record_merged_into_another_stands_in_its_own_history_too(county: County) -> None:
    life, other = Life(county), county.open_record(LI_ID, "li")
    life.records.merge_records(KEEPER, life.record, life.version, other, "the same person")

    issued = life.records.issue_evidence(KEEPER, other)
    issued.packed.file.close()

    told = [county.log.read(access_stream(county, one))[-1].event for one in (other, life.record)]
    assert [one.record for one in told if isinstance(one, RecordExported)] == [other, life.record]
    assert {one.body_sha256 for one in told if isinstance(one, RecordExported)} == {issued.packed.sha256}
    assert told[0].event_id == issued.event != told[1].event_id  # type: ignore[attr-defined]  # of ours


@pytest.mark.parametrize("who, is_shown", [(GUARDIAN, False), (TEENAGER, True)])
def test_what_was_confided_is_not_told_by_the_accesses_that_left_it_out(
    county: County, who: object, is_shown: bool
) -> None:
    life = Life(county, county.open_record(BORN_2011, "teenager", "guardian"))
    life.add("guardians", basis="parent", login=login("mother"))
    life.add("problems", problem=PREGNANCY)
    life.records.read_record(NURSE, life.record)
    life.records.read_record(GUARDIAN, life.record)
    whole, less = (one.event for one in county.log.read(access_stream(county, life.record)))
    assert isinstance(less, RecordRead) and less.withheld

    life.records.issue_evidence(who, life.record).packed.file.close()  # type: ignore[arg-type]  # a request

    (accesses,) = (one for one in order(county).streams if one.name == "accesses")
    assert isinstance(whole, Event) and accesses.withheld(whole, "body") is None
    assert (accesses.withheld(less, "body") is None) is is_shown
    assert accesses.withheld(less, "who") is None
