"""What a resident is told of accesses: all of them in the history, some as notices, and when."""

import json
from typing import Any, TypeAlias, get_args
from uuid import UUID

import pytest

from domain import access_pages
from domain.access import POLICY
from domain.entries import KINDS
from domain.errors import NotAvailable
from domain.institution import ROLES
from domain.policy import PURPOSES
from domain.ports import Course, CourseName
from domain.record_errors import RepresentationRefused
from domain.record_replays import Replayed
from domain.requests import FIRST_PAGE, PageAsked, Request
from projections.access_history import WORDS
from projections.record_view import RecordRender
from tests.builders import NURSE, OTHER_NURSE, WANG, identity_number, login, request
from tests.county import County, access_stream
from tests.whole_life import LAWYER, OTHER_NURSE_AT_NIGHT, Life

Json: TypeAlias = dict[str, Any]  # parsed JSON, which the tests index freely
AUDITOR = request("auditor", "audit")


@pytest.fixture
def life() -> Life:
    return Life(County(RecordRender()))


def notices(life: Life, page: PageAsked = FIRST_PAGE) -> list[Json]:
    told = json.loads(life.records.read_notices(WANG, life.record, page).body)
    return list(told["accesses"])


def accesses(life: Life, who: Request = WANG) -> list[Json]:
    told = json.loads(life.records.read_accesses(who, life.record).body)
    return list(told["accesses"])


def looked_at(life: Life) -> None:
    """By the clinic that keeps it, by a neighbour who is refused, and by them in an emergency."""
    life.records.read_record(NURSE, life.record)
    with pytest.raises(NotAvailable):
        life.records.read_record(OTHER_NURSE, life.record)
    life.add("emergency-accesses", OTHER_NURSE_AT_NIGHT)
    life.records.read_record(OTHER_NURSE_AT_NIGHT, life.record)


def kinds(told: list[Json]) -> list[tuple[str, str]]:
    return [(one["topic"].split(".")[1], one["purpose"]) for one in told]


def test_without_a_rule_a_resident_is_told_of_others_of_emergencies_and_of_refusals(life: Life) -> None:
    looked_at(life)

    assert kinds(notices(life)) == [("read", "emergency"), ("refused", "care")]


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("emergency", [("read", "emergency")]),
        ("refused", [("read", "emergency"), ("refused", "care")]),
        ("outside", [("read", "emergency"), ("refused", "care")]),
        ("all", [("read", "emergency"), ("refused", "care"), ("read", "care")]),
    ],
)
def test_a_resident_chooses_what_to_be_told_of(life: Life, rule: str, told: list[tuple[str, str]]) -> None:
    life.add("notice-rules", WANG, rule=rule)
    looked_at(life)

    assert kinds(notices(life)) == told


def test_staff_choose_for_a_resident_by_their_signed_paper_only(life: Life) -> None:
    with pytest.raises(RepresentationRefused):
        life.add("notice-rules", NURSE, rule="emergency", paper=None)
    looked_at(life)
    assert ("refused", "care") in kinds(notices(life))

    life.add("notice-rules", NURSE, rule="emergency", paper=ORDER)
    assert kinds(notices(life)) == [("read", "emergency")]


def test_a_rule_that_was_lifted_does_not_hold_any_more(life: Life) -> None:
    life.add("notice-rules", WANG, rule="emergency")
    looked_at(life)

    life.follow("notice-rules", "lifting", WANG)

    assert ("refused", "care") in kinds(notices(life))


def test_what_was_told_as_a_notice_stands_in_the_history_as_everything_does(life: Life) -> None:
    looked_at(life)

    told = [one["event"] for one in notices(life)]

    history = accesses(life)
    assert set(told) < {one["event"] for one in history}
    assert history[0]["access"]["sections"] == ["notices"]


def test_notices_come_by_the_page_however_far_apart_they_are(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_pages, "MOST", 5)
    monkeypatch.setattr(access_pages, "FURTHER", 2)
    looked_at(life)
    for _ in range(9):
        life.records.read_record(NURSE, life.record)
    looked_at(life)

    found, cursor = list[Json](), None
    while True:
        page = life.records.read_notices(WANG, life.record, PageAsked(cursor, 1))
        found += json.loads(page.body)["accesses"]
        if page.cursor is None:
            break
        cursor = int(page.cursor)

    assert kinds(found) == [("read", "emergency"), ("refused", "care")] * 2


def disclosed(life: Life, until: str | None) -> str:
    """A disclosure by law of which the resident is not to be told before a day, and a read under it."""
    entry = life.add(
        "statutory-disclosures", LAWYER, notice_deferred_until=until, order=ORDER if until else None
    )
    life.records.read_record(LAWYER, life.record)
    return str(entry)


ORDER = "ab" * 32


def test_a_disclosure_whose_notice_is_deferred_is_not_told_to_the_resident_until_its_day(life: Life) -> None:
    entry = disclosed(life, "2026-06-20")

    assert all(one["access"].get("cites") != entry for one in accesses(life))
    for read in (life.records.read_trail, life.records.read_events, life.records.read_record):
        assert entry not in read(WANG, life.record).body.decode()
        assert "disclosed-by-law" not in read(WANG, life.record).body.decode()
    assert all(one["purpose"] != "legal" for one in notices(life))
    assert any(one["access"].get("cites") == entry for one in accesses(life, AUDITOR))

    life.county.clock.move(days=30)

    assert any(one["access"].get("cites") == entry for one in accesses(life))
    assert any(one["purpose"] == "legal" for one in trail(life) if one["topic"] == "access.read.v1")
    assert [(one["purpose"], one["access"]["cites"]) for one in notices(life)] == [
        ("audit", None),
        ("legal", entry),
    ]


def trail(life: Life) -> list[Json]:
    return list(json.loads(life.records.read_trail(WANG, life.record).body)["events"])


def test_a_disclosure_whose_notice_is_not_deferred_is_told_at_once(life: Life) -> None:
    entry = disclosed(life, None)

    assert any(one["access"].get("cites") == entry for one in accesses(life))


GUARDIAN = request("mother", "self")
ICD10 = "http://hl7.org/fhir/sid/icd-10"
PREGNANCY = {"system": ICD10, "version": "2016", "code": "O26.9", "display": "妊娠"}
TEENAGER = identity_number("20110105", 2)


def test_what_an_adolescent_confided_shows_in_no_history_that_their_parents_or_auditors_read() -> None:
    county = County(RecordRender())
    life = Life(county, county.open_record(TEENAGER, "teenager", "guardian"))
    life.add("guardians", basis="parent", login=login("mother"))
    life.add("problems", problem=PREGNANCY)
    life.records.read_record(GUARDIAN, life.record)
    life.records.read_course(NURSE, life.record, Course("measurements", "fundal-height"))

    theirs = accesses(life, request("teenager", "self"))
    own_replay = replayed(life, request("teenager", "self"))

    assert [one["access"].get("withheld") for one in theirs] == [[], ["reproductive-health"]]
    assert theirs[0]["access"]["sections"] == ["measurements/fundal-height"]
    for reader in (GUARDIAN, AUDITOR):
        told = life.records.read_accesses(reader, life.record).body
        assert b"reproductive-health" not in told and b"fundal-height" not in told
        assert b"fundal-height" not in life.records.read_notices(reader, life.record).body
        assert b"fundal-height" not in life.records.read_trail(reader, life.record).body
    assert own_replay.matched
    assert life.records.replay(GUARDIAN, life.record, newest_by(life, "guardian")).matched


def newest_by(life: Life, role: str) -> UUID:
    """The newest page of the history that somebody in this role read."""
    stream = access_stream(life.county, life.record)
    pages = [one for one in life.county.log.read(stream) if "accesses" in getattr(one.event, "sections", ())]
    return next(one.stored.event for one in reversed(pages) if one.event.who["role"] == role)  # type: ignore[attr-defined]  # of ours


def replayed(life: Life, who: Request) -> Replayed:
    """Their own page of the history, made again."""
    return life.records.replay(who, life.record, newest_by(life, "resident"))


def test_the_history_says_in_plain_words_who_looked_why_and_at_what(life: Life) -> None:
    looked_at(life)

    emergency, refused, read = accesses(life)[:3]

    assert read["by"] == {"institution": "示例村卫生室", "person": "nurse"}
    assert read["words"]["zh"] == (
        "2026-06-01 10:00，示例村卫生室的医务人员nurse以“诊疗”为目的查阅了整份档案。"
        "依据：该机构负责管理这份档案。"
    )
    assert read["words"]["en"] == (
        "2026-06-01 10:00: nurse, a practitioner at 示例村卫生室 looked at the whole record, for care. "
        "Basis: their institution keeps the record."
    )
    assert "被拒绝" in refused["words"]["zh"]
    assert "邻村卫生室" in emergency["words"]["zh"] and "紧急" in emergency["words"]["zh"]


def test_a_resident_reads_of_their_own_looks_and_of_the_replay_of_one(life: Life) -> None:
    life.records.read_record(WANG, life.record)
    stream = access_stream(life.county, life.record)
    seen = life.county.log.read(stream, limit=1, newest_first=True)[0].stored.event
    life.records.replay(WANG, life.record, seen)

    replayed, read = accesses(life)[:2]

    assert read["words"]["zh"].split("，", 1)[1].startswith("居民本人以“本人查询”为目的查阅了整份档案")
    assert read["by"] == {"institution": None, "person": None}
    assert "the resident" in replayed["words"]["en"]


def test_there_is_a_word_for_every_code_that_an_access_may_tell() -> None:
    assert set(WORDS["purposes"]) == set(PURPOSES)
    assert set(WORDS["collections"]) == set(KINDS)
    assert set(WORDS["bases"]) == {rule.basis for rule in POLICY.rules} - {""}
    assert {*ROLES, *(role for rule in POLICY.rules for role in rule.roles)} <= set(WORDS["roles"])
    assert {*get_args(CourseName), "record", "events", "accesses", "notices", "audit-trail"} <= set(
        WORDS["views"]
    )
    assert all(one["zh"] and one["en"] for words in WORDS.values() for one in words.values())
