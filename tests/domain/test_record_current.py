"""A rendered record is shown again without folding, only to who sees all of it and while it is the newest."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from domain.access_stream import RecordRead
from domain.ports import NOW, Recorded, RecordQuery, Rendered
from projections.record_view import RecordRender
from tests.builders import NURSE, OTHER_NURSE, WANG, new_entry
from tests.county import County, last_event
from tests.whole_life import LAWYER, Life


class Counting(RecordRender):
    """Counts how often a record is folded."""

    folded = 0

    def record(self, recorded: Sequence[Recorded], query: RecordQuery = NOW) -> Rendered:
        self.folded += 1
        return super().record(recorded, query)


class Memory:
    """Bodies in a dictionary."""

    def __init__(self) -> None:
        self.bodies: dict[UUID, tuple[int, int, Rendered]] = {}

    def get(self, record: UUID, version: int) -> tuple[int, Rendered] | None:
        kept = self.bodies.get(record)
        return kept[1:] if kept and kept[0] == version else None

    def keep(self, record: UUID, version: int, position: int, rendered: Rendered) -> None:
        self.bodies[record] = version, position, rendered


@pytest.fixture
def county() -> County:
    county = County(Counting())
    county.records.bodies = Memory()
    return county


def folded(county: County) -> int:
    assert isinstance(county.render, Counting)
    return county.render.folded


def test_the_second_read_is_the_first_without_folding(county: County) -> None:
    record = county.open_record()

    first, second = (county.records.read_record(NURSE, record) for _ in range(2))

    assert first == second
    assert folded(county) == 1


def test_both_reads_are_told_alike(county: County) -> None:
    life = Life(county)
    county.records.read_record(NURSE, life.record)
    stream = county.log.read(life.record)[0].event.access_stream  # type: ignore[attr-defined]  # of Created
    first = last_event(county, stream)
    county.records.read_record(NURSE, life.record)
    second = last_event(county, stream)

    assert isinstance(first, RecordRead) and isinstance(second, RecordRead)
    told = ("record_version", "log_position", "sections", "view", "body_sha256", "basis", "rules")
    assert [getattr(first, name) for name in told] == [getattr(second, name) for name in told]


def test_whatever_is_added_is_in_the_next_read(county: County) -> None:
    record = county.open_record()
    before = county.records.read_record(NURSE, record)

    county.records.add_entry(NURSE, record, new_entry("encounters"))
    after = county.records.read_record(NURSE, record)

    assert (after.version, folded(county)) == (before.version + 1, 2)
    assert after.body != before.body


def test_a_past_is_folded(county: County) -> None:
    record = county.open_record()
    county.records.read_record(NURSE, record)

    county.records.read_record(NURSE, record, version=1)
    county.records.read_record(NURSE, record, with_documents=True)

    assert folded(county) == 3


def test_who_may_see_a_part_is_shown_a_part_and_nothing_of_it_is_kept(county: County) -> None:
    life = Life(county)
    life.add("restrictions", by="resident", sections=["encounters"], until=None)
    kept = county.records.bodies
    assert isinstance(kept, Memory)
    part = county.records.read_record(NURSE, life.record)
    assert not kept.bodies

    whole = county.records.read_record(WANG, life.record)

    assert kept.bodies and part.body != whole.body
    assert county.records.read_record(NURSE, life.record).body == part.body
    assert county.records.read_record(WANG, life.record).body == whole.body


def test_a_referral_shows_what_it_names_though_the_whole_is_kept(county: County) -> None:
    life = Life(county)
    other = str(county.other_clinic)
    life.add("referrals", to=other, sections=["encounters"], until="2026-06-30")
    whole = county.records.read_record(NURSE, life.record)

    assert county.records.read_record(OTHER_NURSE, life.record).body != whole.body


def test_a_disclosure_of_which_the_resident_is_not_told_yet_is_in_no_body_kept_for_others(
    county: County,
) -> None:
    life = Life(county)
    entry = str(life.add("statutory-disclosures", LAWYER))

    for_staff = county.records.read_record(NURSE, life.record)
    for_the_resident = county.records.read_record(WANG, life.record)

    assert entry in for_staff.body.decode()
    assert entry not in for_the_resident.body.decode()
    assert county.records.read_record(NURSE, life.record).body == for_staff.body


def test_what_the_resident_is_shown_without_a_disclosure_is_not_kept_for_others(county: County) -> None:
    life = Life(county)
    entry = str(life.add("statutory-disclosures", LAWYER))

    county.records.read_record(WANG, life.record)

    assert entry in county.records.read_record(NURSE, life.record).body.decode()
