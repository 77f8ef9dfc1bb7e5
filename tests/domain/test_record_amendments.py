"""Misfiled entries are gone from every view and stand in the right record; merging can be undone."""

import json
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import errors
from domain import record_errors as refused
from domain.entries import KINDS, SECTIONS
from domain.identity import identity_document
from domain.record import Record
from domain.record_events import EntryMisfiled
from domain.requests import Correction, Misfiling, Request
from domain.values import occurred
from projections.record_view import RecordRender
from tests.builders import (
    DOCTOR,
    KEEPER,
    LI,
    LI_ID,
    NURSE,
    OTHER_NURSE,
    PLAIN_KINDS,
    TODAY,
    WANG,
    act,
    add,
    card,
    content,
    fitting,
    new_record,
    record,
)
from tests.county import NOWHERE, County, Json, shown
from tests.whole_life import Life

SECRET = "金丝雀"


@pytest.fixture
def county() -> County:
    return County(RecordRender())


@pytest.fixture
def wrong(county: County) -> Life:
    return Life(county)


@pytest.fixture
def right(county: County) -> Life:
    return Life(county, county.open_record(LI_ID, "li"))


def misfile(
    life: Life, entry: UUID, to: Life | None = None, reason: str = SECRET, by: Request = KEEPER
) -> None:
    misfiling = Misfiling(entry, reason, to.record if to else None)
    life.records.misfile_entry(by, life.record, life.version, misfiling)


def merge(one: Life, into: Life, by: Request = KEEPER) -> None:
    one.records.merge_records(by, one.record, one.version, into.record, "one person")


def unmerge(one: Life, into: Life) -> None:
    one.records.unmerge_records(KEEPER, one.record, one.version, into.record, "two after all")


def state(life: Life) -> Record:
    loaded = life.county.log.load(Record, life.record)
    assert loaded is not None
    return loaded


def tells(life: Life, who: Request, word: str) -> bool:
    """Whether anything they may read of the record, at whatever time, holds the word."""
    now, records, record = life.county.clock.now, life.records, life.record
    pasts = [{"version": version} for version in range(1, life.version + 1)]
    bodies = [records.read_record(who, record, **past).body for past in pasts]  # type: ignore[arg-type]  # only versions
    for asked in ({"as_of": now}, {"valid_at": now}, {"as_of": now, "valid_at": now}):
        bodies.append(records.read_record(who, record, **asked).body)  # type: ignore[arg-type]  # only instants
    bodies.append(records.read_events(who, record).body)
    if who.purpose == "self":
        bodies.append(records.read_accesses(who, record).body)
    return any(word in body.decode() for body in bodies)


def section(life: Life, kind: str) -> list[Json]:
    found: list[Json] = shown(life.county, KEEPER, life.record)["sections"][kind.replace("-", "_")]
    return found


# Misfiled.


def test_a_misfiled_entry_is_gone_from_every_past_of_the_wrong_record_for_everybody(
    wrong: Life, right: Life
) -> None:
    entry = wrong.add("problems", note=SECRET)
    wrong.follow("problems", "resolution", note=SECRET)
    wrong.follow("entries", "filing", KEEPER, entry, note=SECRET)
    filled = content("problem", note=f"{SECRET} corrected")
    wrong.records.correct_entry(NURSE, wrong.record, wrong.version, Correction(entry, SECRET, filled, TODAY))
    assert tells(wrong, WANG, SECRET)

    misfile(wrong, entry, right)

    for who in (NURSE, DOCTOR, KEEPER, WANG):
        assert not tells(wrong, who, SECRET)
    assert section(wrong, "problems") == []
    [told] = shown(wrong.county, WANG, wrong.record)["misfiled"]
    assert told["entry"] == str(entry)


def test_the_right_record_has_it_as_it_stood_with_author_and_mover_and_each_names_the_other(
    wrong: Life, right: Life
) -> None:
    entry = wrong.add("problems", when=occurred("2026-05-02"), note="first")
    filled = content("problem", note="as it stood")
    correction = Correction(entry, "misread", filled, TODAY, entry_occurred=occurred("2026-05-03"))
    wrong.records.correct_entry(DOCTOR, wrong.record, wrong.version, correction)

    misfile(wrong, entry, right)

    [moved] = section(right, "problems")
    misfiled = wrong.county.log.read(wrong.record)[-1].event
    assert isinstance(misfiled, EntryMisfiled)
    assert (misfiled.moved_to, str(misfiled.moved_entry)) == (right.record, moved["id"])
    assert moved["cause"] == str(misfiled.event_id)
    assert moved["content"] == filled
    assert moved["occurred"]["at"] == "2026-05-03"
    assert moved["who"]["actor"] == str(wrong.county.nurse)
    assert moved["who"]["entered_by"] == str(wrong.county.doctor)
    assert moved["who"]["late"]
    assert moved["filing"] == {"standing": "draft"}


def test_a_misfiled_entry_hidden_at_first_is_moved_once_when_the_right_record_is_known(
    wrong: Life, right: Life
) -> None:
    entry = wrong.add("encounters")

    misfile(wrong, entry)
    assert (section(wrong, "encounters"), section(right, "encounters")) == ([], [])
    with pytest.raises(refused.CannotMisfile):
        misfile(wrong, entry)
    misfile(wrong, entry, right)

    assert len(section(right, "encounters")) == 1
    for to in (right, None):
        with pytest.raises(refused.CannotMisfile):
            misfile(wrong, entry, to)
    assert len(section(right, "encounters")) == 1


def test_nothing_is_done_any_more_to_an_entry_that_was_misfiled(wrong: Life) -> None:
    entry = wrong.add("problems")
    misfile(wrong, entry)

    with pytest.raises(refused.EntryMisfiled):
        wrong.records.retract_entry(NURSE, wrong.record, wrong.version, entry, "in error")
    with pytest.raises(refused.EntryMisfiled):
        wrong.follow("problems", "resolution")
    correction = Correction(entry, "misread", content("problem"), TODAY)
    with pytest.raises(refused.EntryMisfiled):
        wrong.records.correct_entry(NURSE, wrong.record, wrong.version, correction)


@pytest.mark.parametrize("kind", [kind for kind in PLAIN_KINDS if kind in SECTIONS and kind != "documents"])
def test_every_kind_can_be_hidden_and_those_of_care_can_be_moved(wrong: Life, right: Life, kind: str) -> None:
    changes = {"to": str(wrong.county.other_clinic)} if kind in ("referrals", "consultations") else {}
    about = wrong.add("documents")
    entry = wrong.add(kind, NURSE, None, TODAY, **{**fitting(kind, about), **changes})

    if KINDS[kind].action == "add-entry":
        misfile(wrong, entry, right)
        assert [one["content"] for one in section(right, kind)]
    else:
        with pytest.raises(refused.CannotMisfile):
            misfile(wrong, entry, right)
        misfile(wrong, entry)
    assert section(wrong, kind) == []


def test_what_the_right_record_refuses_is_hidden_nowhere(wrong: Life, right: Life) -> None:
    entry = wrong.add("programmes", programme="hypertension")
    right.add("programmes", programme="hypertension")

    with pytest.raises(errors.AlreadyEnrolled):
        misfile(wrong, entry, right)

    assert len(section(wrong, "programmes")) == len(section(right, "programmes")) == 1


def test_an_entry_is_moved_only_where_it_can_be(wrong: Life, right: Life) -> None:
    entry, retracted = wrong.add("problems"), wrong.add("problems")
    wrong.records.retract_entry(NURSE, wrong.record, wrong.version, retracted, "in error")
    position = wrong.county.log.position()

    with pytest.raises(refused.CannotMisfile):
        misfile(wrong, entry, wrong)
    with pytest.raises(refused.CannotMisfile):
        misfile(wrong, retracted, right)
    with pytest.raises(errors.UnknownEntry):
        misfile(wrong, NOWHERE)
    with pytest.raises(errors.UnknownEntry):
        misfile(wrong, wrong.follow("problems", "resolution", entry=entry))
    with pytest.raises(errors.ReasonMissing):
        misfile(wrong, entry, reason=" ")

    assert wrong.county.log.position() == position + 1  # the resolution
    misfile(wrong, retracted)


def test_only_a_record_manager_moves_and_only_between_records_of_their_institution(wrong: Life) -> None:
    entry = wrong.add("problems")
    elsewhere = Life(
        wrong.county,
        wrong.records.create_record(OTHER_NURSE, new_record(card(LI_ID))).record,
    )

    for who in (NURSE, DOCTOR, WANG):
        with pytest.raises(errors.NotAvailable):
            misfile(wrong, entry, by=who)
    with pytest.raises(errors.NotAvailable):
        misfile(wrong, entry, elsewhere)

    assert len(section(wrong, "problems")) == 1


def test_it_is_decided_on_the_version_seen(wrong: Life) -> None:
    entry, version = wrong.add("problems"), wrong.version
    wrong.add("encounters")

    with pytest.raises(errors.StaleVersion):
        wrong.records.misfile_entry(KEEPER, wrong.record, version, Misfiling(entry, "another's"))


def test_what_a_misfiled_form_told_of_the_person_is_forgotten() -> None:
    resident = record()
    entry = add(resident, "basic-information", identity_number=None)
    assert resident.state.birth_date is not None

    resident.misfile(act(), entry, reason="another's", moved_to=None, moved_entry=None)

    assert [resident.state.birth_date, resident.state.sex] == [None, None]


def test_a_misfiled_card_finds_nothing_and_the_card_in_its_place_still_stands(wrong: Life) -> None:
    wrong.add("basic-information", identity_number=None)
    first = wrong.add("cards", note=SECRET)
    second = wrong.follow("cards", "replacement", number="SECOND-1", note="a second")
    misfile(wrong, first)

    [told] = section(wrong, "cards")
    assert told["id"] == str(second) and told["content"]["number"] == "SECOND-1"
    wrong.follow("cards", "loss", entry=second)

    misfile(wrong, second)
    assert section(wrong, "cards") == []


def test_a_misfiled_card_is_not_told_by_the_one_it_replaced(wrong: Life) -> None:
    wrong.add("basic-information", identity_number=None)
    first = wrong.add("cards")
    second = wrong.follow("cards", "replacement", number="SECOND-1", note=SECRET)

    misfile(wrong, second)

    assert not tells(wrong, WANG, SECRET) and not tells(wrong, WANG, "SECOND-1")
    assert [one["id"] for one in section(wrong, "cards")] == [str(first)]


# Merged.


def test_merging_is_told_on_both_and_one_goes_on(wrong: Life, right: Life) -> None:
    merge(wrong, right)

    kept, goes_on = (shown(one.county, KEEPER, one.record) for one in (wrong, right))
    assert (kept["merged_into"], goes_on["merged_into"]) == (str(right.record), None)
    assert [one["goes_on"] for told in (kept, goes_on) for one in told["mergings"]] == [False, True]
    with pytest.raises(refused.RecordMerged) as refusal:
        wrong.add("problems")
    assert refusal.value.facts == {"into": str(right.record)}
    wrong.add("documents")
    right.add("problems")


def test_a_record_is_merged_once_into_another_that_is_not_merged_itself(wrong: Life, right: Life) -> None:
    with pytest.raises(refused.CannotMerge):
        merge(wrong, wrong)
    merge(wrong, right)

    for one, into in ((wrong, right), (right, wrong)):
        with pytest.raises(refused.CannotMerge):
            merge(one, into)
    with pytest.raises(refused.NotMerged):
        unmerge(right, wrong)
    unmerge(wrong, right)
    with pytest.raises(refused.NotMerged):
        unmerge(wrong, right)


def test_records_in_dispute_are_not_merged_until_it_is_settled(wrong: Life, right: Life) -> None:
    for disputed in (wrong, right):
        disputed.add("identity-disputes", other=None)
        with pytest.raises(refused.IdentityInDispute):
            merge(wrong, right)
        disputed.follow("identity-disputes", "settlement", KEEPER)

    merge(wrong, right)


def test_only_the_manager_of_both_records_merges_them(wrong: Life, right: Life, county: County) -> None:
    passport = identity_document("passport", "E00000000", issuer="CHN")
    theirs = Life(county, county.records.create_record(OTHER_NURSE, new_record(passport)).record)

    for who in (NURSE, WANG, LI, OTHER_NURSE):
        with pytest.raises(errors.NotAvailable):
            merge(wrong, right, by=who)
    for one, into in ((wrong, theirs), (theirs, wrong)):
        with pytest.raises(errors.NotAvailable):
            merge(one, into)

    assert all("record.merged.v1" not in county.topics(one.record) for one in (wrong, right, theirs))


IN_THE_WAY = ("programmes", "allergies", "identity-disputes", "consent-withdrawals")  # of others, or merging
KINDS_LIVED = st.lists(st.sampled_from([kind for kind in PLAIN_KINDS if kind not in IN_THE_WAY]), max_size=6)
MEANWHILE = st.lists(st.sampled_from(["documents", "statements"]), max_size=2)


def fill(resident: Record, kinds: list[str]) -> list[UUID]:
    """Entries of the kinds, about the first of them all."""
    about = next(iter(resident.state.entries))
    return [add(resident, kind, None, "2026-06-01", **fitting(kind, about)) for kind in kinds]


@given(mine=KINDS_LIVED, theirs=KINDS_LIVED, meanwhile=MEANWHILE)
def test_unmerging_leaves_both_records_as_they_were_with_what_came_meanwhile(
    mine: list[str], theirs: list[str], meanwhile: list[str]
) -> None:
    kept, goes_on = record(), record()
    for one, kinds in ((kept, mine), (goes_on, theirs)):
        add(one, "documents")
        fill(one, kinds)
    before = [json.dumps(one.state.to_json()) for one in (kept, goes_on)]

    goes_on.merge(act(), kept, goes_on=True, reason="one person")
    kept.merge(act(), goes_on, goes_on=False, reason="one person")
    added = fill(kept, meanwhile)
    kept.unmerge(act(), goes_on.id, goes_on=False, reason="two after all")
    goes_on.unmerge(act(), kept.id, goes_on=True, reason="two after all")

    for entry in added:
        del kept.state.entries[str(entry)]
    assert [json.dumps(one.state.to_json()) for one in (kept, goes_on)] == before


def test_filing_is_told_with_its_delay(wrong: Life) -> None:
    entry = wrong.add("encounters")
    assert section(wrong, "encounters")[0]["filing"] == {"standing": "draft"}

    wrong.county.clock.move(days=2, seconds=5)
    wrong.follow("entries", "filing", KEEPER, entry)

    assert section(wrong, "encounters")[0]["filing"] == {"standing": "filed", "delay_s": 2 * 86400 + 5}


def test_only_a_record_manager_files(wrong: Life) -> None:
    entry = wrong.add("encounters")

    for who in (NURSE, DOCTOR, OTHER_NURSE, WANG):
        with pytest.raises(errors.NotAvailable):
            wrong.follow("entries", "filing", who, entry)
