"""Who is not let in to a class sees no option of it: in no view, at no past, in no package and no replay.

An inspector looks: at one record with such conditions on its forms, and at one where all of them are denied.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import cast
from uuid import UUID

import pytest

from domain.access_stream import RecordExported, RecordRead
from domain.acts import Event
from domain.adoption import adopt_policy
from domain.evidence_port import Selection
from domain.measurements import MEASUREMENTS
from domain.ports import Course
from domain.record import Record
from domain.record_state import RecordState
from domain.requests import Correction, PageAsked, Request, Shown
from domain.sensitive_options import EDITIONS
from projections.record_view import RecordRender
from tests.builders import AUDITOR, KEEPER, NURSE, TODAY, WANG, content, identity_number, request
from tests.county import County, Json, access_stream, shown
from tests.memory_packer import MemoryPacker
from tests.whole_life import LAWYER, Life

INSPECTOR = request("inspector", "assessment")
OPERATOR = request("operator", "management")
INSURANCE = request("doctor", "insurance")
RESEARCHER = request("researcher", "research")
BASIC, EXAMINATION, ANTENATAL = (
    "personal-basic-information",
    "health-examination",
    "first-antenatal-examination",
)
SECTIONS = ("basic-information", "examinations")
BOTH = ["infectious-disease", "mental-health"]
# What each form says of the resident who has it all, and of one who has none of it.
TOLD: Mapping[str, tuple[Json, Json]] = {
    BASIC: (
        {
            "past_history": {
                "diseases": [
                    {"disease": "severe-mental-disorder", "confirmed_on": "2011"},
                    {"disease": "other-notifiable", "note": "梅毒"},
                    {"disease": "hepatitis"},
                    {"disease": "tuberculosis"},
                ],
            },
            "family_history": {"mother": ["diabetes", "severe-mental-disorder"], "father": ["hepatitis"]},
            "disabilities": ["mental"],
        },
        {
            "past_history": {"none": ["diseases"]},
            "family_history": {"mother": ["diabetes"], "father": ["none"]},
            "disabilities": ["none"],
        },
    ),
    EXAMINATION: (
        {
            "general": {"elderly": {"cognition": "positive", "cognition_score": 11, "emotion": "positive"}},
            "tests": {"hba1c": "5.9", "hbsag": "positive"},
        },
        {"general": {"elderly": {"emotion": "negative"}}, "tests": {"hba1c": "5.9", "hbsag": "negative"}},
    ),
    ANTENATAL: (
        {
            "tests": {"glucose": "5.3", "hiv": "positive", "syphilis": "positive"},
            "history": {"family": ["mental"]},
        },
        {"tests": {"glucose": "5.3", "hiv": "negative"}, "history": {"family": ["none"]}},
    ),
}
PERSON: Json = {"sex": "female", "birth_date": "1960-01-01", "identity_number": None}
WORDS = ("mental", "notifiable", "梅毒", "hepatitis", "tuberculosis", "cognition", "emotion", "hbsag", "hiv")


@pytest.fixture
def county() -> County:
    founded = County(RecordRender())
    adopt_policy(founded.records.gate)
    founded._enrol(founded.bureau, "inspector", "inspector")
    founded._enrol(founded.other_clinic, "researcher", "researcher")
    return founded


def told(county: County, resident: int, forms: tuple[str, ...] = (BASIC, EXAMINATION)) -> Life:
    """A record with the forms. resident: 0 has it all, 1 has none of it."""
    number = identity_number("19600101", 2 * resident + 2)
    life = Life(county, county.open_record(number, ("wang", "li")[resident]))
    if ANTENATAL in forms:
        life.add("programmes", programme="maternal")
    for form in forms:
        kind = {BASIC: "basic-information", EXAMINATION: "examinations", ANTENATAL: "follow-ups"}[form]
        changes: Json = PERSON if form == BASIC else {}
        life.add(kind, form=form, **changes, **TOLD[form][resident])
    return life


def looks(life: Life) -> dict[str, Callable[[Request], Shown]]:
    """Every view at every past, as somebody sees it."""
    records, record, version = life.records, life.record, life.version
    day = life.county.clock() + timedelta(days=1)
    courses = [Course(name) for name in ("life-course", "problem-list", "reconciliation", "due")]
    courses += [Course("measurements", name) for name in MEASUREMENTS]
    pasts: list[Json] = [{}, {"version": version}, {"as_of": day}, {"valid_at": day}]
    found: dict[str, Callable[[Request], Shown]] = {}
    for asked in pasts:
        for only in ((), SECTIONS):
            read = partial(records.read_record, record_id=record, only=only, **asked)
            found[f"record {asked} {only}"] = read
        for course in courses:
            found[f"{course} {asked}"] = partial(
                records.read_course, record_id=record, course=course, **asked
            )
    return found


def newest(life: Life) -> RecordRead:
    event = life.county.log.read(access_stream(life.county, life.record))[-1].event
    assert isinstance(event, RecordRead)
    return event


def forms_of(view: Json) -> list[Json]:
    """What the entries of a record say, and the history of each."""
    entries = [one for section in view["sections"].values() for one in section]
    return [{"content": one["content"], "history": one["history"]} for one in entries]


def test_no_view_at_no_past_shows_an_inspector_such_an_option(county: County) -> None:
    life = told(county, 0)

    for name, look in looks(life).items():
        body = look(INSPECTOR).body.decode()
        assert not [word for word in WORDS if word in body.replace("mental-health", "")], (name, body)


def test_who_keeps_the_record_and_the_resident_see_all_of_it(county: County) -> None:
    life = told(county, 0)

    for who in (NURSE, WANG):
        view = shown(county, who, life.record)
        assert view["basic_information"]["disabilities"] == ["mental"]
        assert view["sections"]["examinations"][0]["content"]["tests"]["hbsag"] == "positive"


def test_who_has_it_and_who_denied_it_are_shown_alike(county: County) -> None:
    views = [shown(county, INSPECTOR, told(county, resident).record) for resident in (0, 1)]

    assert forms_of(views[0]) == forms_of(views[1])
    assert views[0]["basic_information"] == views[1]["basic_information"]
    assert views[0]["basic_information"]["family_history"]["mother"] == ["diabetes"]
    assert views[0]["sections"]["examinations"][0]["content"]["tests"] == {"hba1c": "5.9"}


def test_the_access_tells_which_classes_there_were_that_were_not_shown(county: County) -> None:
    """To whom it may be told; the words that the replay needs are the same of every record."""
    withheld, parameters = [], []
    for resident in (0, 1):
        life = told(county, resident)
        life.records.read_record(INSPECTOR, life.record)
        withheld.append(newest(life).withheld)
        parameters.append((newest(life).parameters or {})["closed"])
        life.records.read_record(NURSE, life.record)
        assert newest(life).withheld is None and "closed" not in (newest(life).parameters or {})

    assert withheld == [BOTH, None]
    assert parameters[0] == parameters[1]


def test_the_kept_body_of_who_sees_all_is_not_shown_to_an_inspector(county: County) -> None:
    life = told(county, 1)
    whole = shown(county, NURSE, life.record)

    assert whole["basic_information"]["disabilities"] == ["none"]
    assert "disabilities" not in shown(county, INSPECTOR, life.record)["basic_information"]
    assert shown(county, NURSE, life.record)["basic_information"] == whole["basic_information"]


def granted(life: Life, *classes: str) -> None:
    """To the researcher: the sections of the forms, and these classes."""
    term: Json = {"since": "2026-06-01", "until": "2026-12-31", "to": str(life.county.other_clinic)}
    asked: Json = {**term, "purpose": "research", "sections": ["basic-information", "follow-ups"]}
    life.add("access-applications", RESEARCHER, sensitive=[*classes] or None, **asked)
    life.follow("access-applications", "approval", KEEPER)
    life.follow("access-applications", "agreement", WANG)


@pytest.mark.parametrize(
    "classes, expected",
    [
        ((), None),
        (("reproductive-health",), {"tests": {"glucose": "5.3"}}),
        (
            ("reproductive-health", "infectious-disease"),
            {"tests": {"glucose": "5.3", "hiv": "positive", "syphilis": "positive"}},
        ),
        (("reproductive-health", *BOTH), TOLD[ANTENATAL][0]),
    ],
)
def test_a_grant_opens_the_options_of_the_classes_it_names(
    county: County, classes: tuple[str, ...], expected: Json | None
) -> None:
    """Of a form that is itself of a class, too."""
    life = told(county, 0, (BASIC, ANTENATAL))
    granted(life, *classes)

    view = shown(county, RESEARCHER, life.record)

    visits = [one["content"] for one in view["sections"]["follow_ups"]]
    told_of = [{name: one.get(name) for name in ("tests", "history") if name in one} for one in visits]
    assert told_of == ([expected] if expected else [])
    assert ("disabilities" in view["basic_information"]) is ("mental-health" in classes)


def test_a_referral_opens_them_with_the_section(county: County) -> None:
    life = told(county, 0)
    life.add("referrals", to=str(county.other_clinic), sections=["basic-information"])

    view = shown(county, request("other-nurse"), life.record)

    assert view["basic_information"]["disabilities"] == ["mental"]


def correct(life: Life, entry: UUID, **changes: object) -> None:
    correction = Correction(entry, "the tuberculosis was misread", content(BASIC, **changes), TODAY)
    life.records.correct_entry(NURSE, life.record, life.version, correction)


def test_what_a_form_said_before_and_why_it_was_corrected_is_not_shown(county: County) -> None:
    life = told(county, 0)
    entry = life.entries["basic-information"]
    correct(life, entry, **TOLD[BASIC][1], **PERSON)

    seen = shown(county, INSPECTOR, life.record)

    assert "tuberculosis" not in json.dumps(seen, ensure_ascii=False)
    (history,) = (one["history"] for one in seen["sections"]["basic_information"])
    assert [(one["step"], one.get("reason")) for one in history][1:] == [("corrected", None)]
    kept = shown(county, NURSE, life.record)["sections"]["basic_information"][0]["history"]
    assert kept[1]["reason"] == "the tuberculosis was misread"
    state = county.log.load(Record, life.record)
    assert state and state.state.entries[str(entry)].options == " ".join(BOTH)


def test_the_reason_of_a_retraction_is_not_shown_either(county: County) -> None:
    life = told(county, 0)
    entry = life.entries["examinations"]
    life.records.retract_entry(NURSE, life.record, life.version, entry, "no hepatitis after all")

    assert "hepatitis" not in json.dumps(shown(county, INSPECTOR, life.record))
    assert "hepatitis" in json.dumps(shown(county, NURSE, life.record))


def test_lists_tell_events_and_never_options(county: County) -> None:
    life = told(county, 0)
    life.records.read_record(INSPECTOR, life.record)
    page = PageAsked(limit=200)
    lists = [
        life.records.read_events(AUDITOR, life.record, page),
        life.records.read_accesses(AUDITOR, life.record, page),
        life.records.read_trail(AUDITOR, life.record, page),
        life.records.read_trail(KEEPER, life.record, page),
        life.records.read_notices(WANG, life.record, page),
    ]

    for one in lists:
        body = one.body.decode().replace("mental-health", "")
        assert not [word for word in WORDS if word in body]


def test_a_replay_leaves_out_what_was_left_out_under_the_edition_of_its_day(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when a later edition names other options, and whatever was corrected since."""
    life = told(county, 0)
    seen = life.records.read_record(INSPECTOR, life.record).body
    access = newest(life).event_id
    first = next(iter(EDITIONS.values()))
    later = replace(first, edition="2026.99", valid_from=date(2026, 7, 1), fields=first.fields[-1:])
    monkeypatch.setitem(EDITIONS, later.edition, later)
    county.clock.move(days=60)
    correct(life, life.entries["basic-information"], **PERSON)

    replayed = life.records.replay(WANG, life.record, access)

    assert replayed.matched and replayed.body == seen
    assert life.records.replay(AUDITOR, life.record, access).is_shape


def test_an_access_that_closed_nothing_is_shown_again_as_it_was(county: County) -> None:
    life = told(county, 0)
    seen = life.records.read_record(NURSE, life.record).body

    assert life.records.replay(KEEPER, life.record, newest(life).event_id).body == seen


def packed(life: Life, who: Request) -> set[str | None]:
    """Why the bodies of the two forms are withheld from somebody."""
    life.records.packer = packer = MemoryPacker()
    records, all_of_it = life.records, Selection()
    issue = records.issue_evidence_as_operator if who == OPERATOR else records.issue_evidence
    issue(who, life.record, all_of_it).packed.file.close()
    (stream,) = (one for one in packer.orders[-1].streams if one.name == "record")
    entries = {life.entries[kind] for kind in SECTIONS}
    recorded = [one for one in life.county.log.read(stream.stream) if one.stored.event in entries]
    return {stream.withheld(cast(Event, one.event), "body") for one in recorded}


def test_a_package_for_whom_a_class_is_closed_holds_a_commitment_to_the_form(county: County) -> None:
    """Parts of an event cannot be left out of its proof: so the whole of what it says is."""
    term: Json = {"until": "2026-12-31", "notice_deferred_until": None, "order": None, "sensitive": None}
    some, none = told(county, 0), told(county, 1)
    for life in (some, none):
        life.add("statutory-disclosures", LAWYER, purpose="insurance", sections=[*SECTIONS], **term)

    assert packed(some, INSURANCE) == packed(some, OPERATOR) == {"not-open"}
    assert packed(some, KEEPER) == packed(some, WANG) == {None}
    assert packed(none, INSURANCE) == packed(none, OPERATOR) == packed(none, KEEPER) == {None}
    life = some
    life.records.issue_evidence(INSURANCE, life.record).packed.file.close()
    event = life.county.log.read(access_stream(county, life.record))[-1].event
    assert isinstance(event, RecordExported) and event.withheld == BOTH


def test_what_was_recorded_before_is_found_when_it_is_folded(county: County) -> None:
    """Nothing of it stands in events; a snapshot of the fold before is thrown away."""
    life = told(county, 0, (BASIC, EXAMINATION, ANTENATAL))
    record = county.log.load(Record, life.record)
    assert record is not None

    kept = RecordState.from_json(json.loads(json.dumps(record.state.to_json())))

    found = {entry.kind: (entry.sensitivity, entry.options) for entry in kept.entries.values()}
    assert found["basic-information"] == found["examinations"] == (None, " ".join(BOTH))
    assert found["follow-ups"] == ("reproductive-health", " ".join(BOTH))
    assert Record.FOLD != "record/9"
