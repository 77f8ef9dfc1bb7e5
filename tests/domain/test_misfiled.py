"""What hangs on a misfiled entry: what goes along, what is hidden, what stays as it was."""

import json
from typing import cast
from uuid import UUID

import pytest

from domain import errors
from domain import record_errors as refused
from domain.adoption import adopt_policy
from domain.documents import DocumentGate
from domain.ports import Course
from domain.record import Record
from domain.redeciding import Redecider
from domain.requests import Misfiling, NewEntry
from domain.values import Occurred
from projections.record_view import RecordRender
from tests.builders import DOCTOR, KEEPER, LI, LI_ID, NURSE, OTHER_NURSE, WANG, content
from tests.county import County, Json, shown
from tests.whole_life import ERASING, LONG_AGO, ORDERING, UPLOAD, Life, Uploaded

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


def misfile(life: Life, entry: UUID, to: Life | None = None) -> None:
    misfiling = Misfiling(entry, SECRET, to.record if to else None)
    life.records.misfile_entry(KEEPER, life.record, life.version, misfiling)


def section(life: Life, kind: str) -> list[Json]:
    found: list[Json] = shown(life.county, KEEPER, life.record)["sections"][kind.replace("-", "_")]
    return found


def state(life: Life) -> Record:
    loaded = life.county.log.load(Record, life.record)
    assert loaded is not None
    return loaded


def due(life: Life) -> list[str]:
    """What is due of the programme."""
    told: Json = json.loads(life.records.read_course(KEEPER, life.record, Course("due")).body)
    return [one["what"] for one in told["due"] if one["programme"] == "hypertension"]


def steps(life: Life, kind: str) -> list[tuple[str, str | None]]:
    """Of the only entry of the kind: what was done, and by whom."""
    [entry] = section(life, kind)
    return [(one["step"], one["who"]["actor"]) for one in entry["history"]]


# What goes along.


def test_a_programme_that_was_exited_does_not_begin_again_in_the_right_record(
    wrong: Life, right: Life
) -> None:
    entry = wrong.add("programmes", programme="hypertension")
    assert due(wrong) and not due(right)
    wrong.follow("programmes", "exit")

    misfile(wrong, entry, right)

    assert section(right, "programmes")[0]["state"] == "exited"
    assert due(wrong) == due(right) == []
    assert not state(right).state.enrolments


def test_what_is_due_goes_along_with_the_programme(wrong: Life, right: Life) -> None:
    entry = wrong.add("programmes", programme="hypertension")
    was_due = due(wrong)

    misfile(wrong, entry, right)

    assert (due(wrong), due(right)) == ([], was_due)


@pytest.mark.parametrize(
    ("kind", "name", "becomes"),
    [
        ("problems", "resolution", "resolved"),
        ("medications", "stop", "stopped"),
        ("care-plans", "evaluation", "active"),
    ],
)
def test_what_followed_is_written_too_as_its_authors_entered_by_who_moves_it(
    wrong: Life, right: Life, kind: str, name: str, becomes: str
) -> None:
    entry = wrong.add(kind, DOCTOR)
    wrong.follow(kind, name)

    misfile(wrong, entry, right)

    [moved] = section(right, kind)
    assert moved["state"] == becomes
    assert steps(right, kind) == [
        ("recorded", str(wrong.county.doctor)),
        (name, str(wrong.county.nurse)),
    ]
    for one in moved["history"]:
        assert (one["who"]["entered_by"], one["who"]["late"]) == (str(wrong.county.doctor), True)
    assert section(wrong, kind) == []


def test_a_referral_that_is_over_opens_the_right_record_to_nobody(wrong: Life, right: Life) -> None:
    entry = wrong.add("referrals", to=str(wrong.county.other_clinic))
    wrong.follow("referrals", "decline", OTHER_NURSE)

    misfile(wrong, entry, right)

    assert section(right, "referrals")[0]["state"] == "declined"
    with pytest.raises(errors.NotAvailable):
        right.records.read_record(OTHER_NURSE, right.record)


def test_an_open_quality_finding_is_to_be_settled_in_the_right_record(wrong: Life, right: Life) -> None:
    entry = wrong.add("examinations")
    settled, found = (wrong.add("quality-findings", KEEPER, about=str(entry), note=SECRET) for _ in "ab")
    wrong.follow("quality-findings", "resolution", KEEPER, settled)

    misfile(wrong, entry, right)

    [moved] = section(right, "examinations")
    findings = section(right, "quality-findings")
    assert {one["content"]["about"] for one in findings} == {moved["id"]}
    assert [one["state"] for one in findings] == ["resolved", "open"]
    right.follow("quality-findings", "resolution", KEEPER, UUID(findings[1]["id"]))
    assert section(wrong, "quality-findings") == []
    with pytest.raises(refused.EntryMisfiled):
        wrong.follow("quality-findings", "resolution", KEEPER, found)


def test_what_is_hidden_first_is_moved_with_all_of_it_later(wrong: Life, right: Life) -> None:
    entry = wrong.add("problems")
    wrong.follow("problems", "resolution")
    wrong.add("quality-findings", KEEPER, about=str(entry))
    wrong.add("authenticity-checks", KEEPER, about=str(entry))

    misfile(wrong, entry)
    assert section(wrong, "quality-findings") == section(wrong, "authenticity-checks") == []
    misfile(wrong, entry, right)

    assert section(right, "problems")[0]["state"] == "resolved"
    assert len(section(right, "quality-findings")) == 1


# What does not.


def test_filing_and_attestation_are_made_anew_in_the_right_record(wrong: Life, right: Life) -> None:
    entry = wrong.add("encounters")
    wrong.follow("entries", "attestation", entry=entry)
    wrong.follow("entries", "filing", KEEPER, entry)

    misfile(wrong, entry, right)

    [told] = section(right, "encounters")
    assert (told["history"], told["filing"]) == ([], {"standing": "draft"})
    moved = UUID(told["id"])
    right.follow("entries", "attestation", entry=moved)
    right.follow("entries", "filing", KEEPER, moved)


def test_a_check_of_authenticity_is_hidden_and_stays(wrong: Life, right: Life) -> None:
    entry = wrong.add("encounters")
    wrong.add("authenticity-checks", KEEPER, about=str(entry), note=SECRET)

    misfile(wrong, entry, right)

    assert section(wrong, "authenticity-checks") == section(right, "authenticity-checks") == []


def test_a_remark_that_was_retracted_is_hidden_and_stays(wrong: Life, right: Life) -> None:
    entry = wrong.add("encounters")
    found = wrong.add("quality-findings", KEEPER, about=str(entry), note=SECRET)
    wrong.records.retract_entry(KEEPER, wrong.record, wrong.version, found, "not so")

    misfile(wrong, entry, right)

    assert section(wrong, "quality-findings") == section(right, "quality-findings") == []


def test_remarks_on_other_entries_and_what_the_resident_says_stay(wrong: Life, right: Life) -> None:
    entry, other = wrong.add("encounters"), wrong.add("encounters")
    wrong.add("quality-findings", KEEPER, about=str(other))
    wrong.add("statements", WANG, by="resident", about=str(entry))
    wrong.add("correction-requests", WANG, by="resident", entry=str(entry))

    misfile(wrong, entry, right)

    assert len(section(wrong, "quality-findings")) == len(section(wrong, "statements")) == 1
    wrong.follow("correction-requests", "decision", KEEPER)
    assert section(wrong, "correction-requests")[0]["state"] == "decided"
    told = shown(right.county, LI, right.record)["sections"]
    assert told["statements"] == told["correction_requests"] == told["quality_findings"] == []


def test_what_is_refused_of_what_hangs_on_it_leaves_both_records_as_they_were(
    wrong: Life, right: Life
) -> None:
    entry = wrong.add("programmes", programme="hypertension")
    wrong.add("quality-findings", KEEPER, about=str(entry))
    right.add("programmes", programme="hypertension")
    position = wrong.county.log.position()

    with pytest.raises(errors.AlreadyEnrolled):
        misfile(wrong, entry, right)

    assert wrong.county.log.position() == position


def test_each_event_of_it_names_its_cause(wrong: Life, right: Life) -> None:
    entry = wrong.add("problems")
    wrong.follow("problems", "resolution")
    finding = wrong.add("quality-findings", KEEPER, about=str(entry))

    misfile(wrong, entry, right)

    first, second = (one.event for one in wrong.county.log.read(wrong.record)[-2:])
    assert [vars(one)["entry"] for one in (first, second)] == [entry, finding]
    assert vars(second)["cause"] == str(vars(first)["event_id"])
    moved = [vars(one.event) for one in wrong.county.log.read(right.record)[-3:]]
    causes = [str(vars(one)["event_id"]) for one in (first, first, second)]
    assert [one["cause"] for one in moved] == causes


def test_what_goes_along_can_be_decided_again(wrong: Life, right: Life) -> None:
    adopt_policy(wrong.records.gate)
    referral = wrong.add("referrals", to=str(wrong.county.other_clinic))
    wrong.follow("referrals", "decline", OTHER_NURSE)
    problem = wrong.add("problems")
    wrong.follow("problems", "resolution")
    wrong.add("quality-findings", KEEPER, about=str(problem))
    before = right.version

    for entry in (referral, problem):
        misfile(wrong, entry, right)

    moved = wrong.county.log.read(right.record, after=before)
    again = [Redecider(wrong.county.log).again(one, right.record).holds for one in moved]
    assert again == ["same"] * 5


# Documents.


def scan(life: Life, when: Occurred = LONG_AGO, upload: UUID = UPLOAD) -> UUID:
    cast(DocumentGate, life.records.gate).documents = Uploaded()
    told = content("document", data=None, blob=str(upload))
    entry = NewEntry("documents", told, when, form="document", edition="2026.2")
    return life.records.add_entry(NURSE, life.record, entry).stored[0].event


def test_an_order_does_not_reach_a_document_that_was_found_to_be_anothers(wrong: Life, right: Life) -> None:
    mine, theirs = scan(wrong), scan(wrong, upload=UUID(int=UPLOAD.int + 1))
    wrong.add("erasure-orders", ORDERING, scope="documents", entries=[str(mine), str(theirs)])
    misfile(wrong, theirs, right)

    wrong.erase(ERASING)

    assert [state(wrong).state.entries[str(one)].is_erased for one in (mine, theirs)] == [True, False]


def test_an_order_of_which_nothing_is_left_is_not_carried_out(wrong: Life, right: Life) -> None:
    theirs = scan(wrong)
    wrong.add("erasure-orders", ORDERING, scope="documents", entries=[str(theirs)])
    misfile(wrong, theirs, right)

    with pytest.raises(errors.UnknownEntry):
        wrong.erase(ERASING)
    wrong.follow("erasure-orders", "cancellation", ORDERING)


def test_a_document_that_was_erased_is_hidden_but_goes_nowhere(wrong: Life, right: Life) -> None:
    erased = scan(wrong)
    wrong.add("erasure-orders", ORDERING, scope="documents", entries=[str(erased)])
    wrong.erase(ERASING)

    with pytest.raises(refused.CannotMisfile):
        misfile(wrong, erased, right)
    misfile(wrong, erased)

    assert section(wrong, "documents") == []
