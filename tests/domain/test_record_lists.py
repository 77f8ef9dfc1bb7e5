"""Lists of residents: told before they are answered, and no more than each caller may see of each."""

import base64
import json
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.access_stream import RecordListed
from domain.errors import ContentRefused, NotPermitted, QueryRefused, UnknownCode
from domain.list_cursors import Cursor, unpacked
from domain.personal import Person
from domain.record import Record
from domain.requests import Correction, NewEntry, Request
from domain.time import occurred_at
from domain.values import JsonObject, occurred
from domain.view_scope import Scope
from domain.views import Hit, Kept, ListAsked, Page, Task, TaskAsked
from tests.builders import KEEPER, LI_ID, NURSE, OTHER_NURSE, TODAY, content
from tests.county import County, access_stream, last_event
from tests.whole_life import Life

ASKED, ON = ListAsked(), date(2026, 6, 1)


class Lists:
    """Answers every list with the same records."""

    task_kinds, search_kinds, dimensions, small_below = ("unfiled-entry",), ("name", "birth-date"), (), 10

    def __init__(self, county: County, *records: UUID) -> None:
        self.position, self.records = county.log.position(), records

    def section_of(self, name: str) -> str | None:
        return "basic-information" if name == "name" else None

    def find(self, kind: str, value: str, custodian: UUID, asked: ListAsked, scope: Scope) -> Page[Hit]:
        return Page(self.position, tuple(Hit(one, is_former=True) for one in self.records))

    def roster(self, institution: UUID, asked: ListAsked, scope: Scope) -> Page[Kept]:
        return Page(self.position, tuple(Kept(one, "open", "110101001001", 1) for one in self.records))

    def tasks(self, institution: UUID, what: TaskAsked, asked: ListAsked, scope: Scope) -> Page[Task]:
        rows = [
            Task(one, "unfiled-entry", None, kind, None, None, None, 1, frozenset((kind, "problems")))
            for one in self.records
            for kind in ("encounters", "allergies")
        ]
        return Page(self.position, tuple(rows))


@pytest.fixture
def life() -> Life:
    county = County()
    life = Life(county)
    county.records.add_entry(NURSE, life.record, NewEntry("basic-information", basic("王小明"), TODAY))
    county.records.views = Lists(county, life.record)  # type: ignore[assignment]  # no statistics here
    return life


def basic(name: str) -> JsonObject:
    told = content("personal-basic-information", identity_number=None, birth_date="1949-12-31", sex="female")
    return {**told, "name": name}


def line(life: Life, who: Request = NURSE) -> Person:
    ((person, _),) = life.records.find_residents(who, "name", "王小明", ASKED).rows
    return person


def test_a_line_tells_who_it_is_from_the_record_itself(life: Life) -> None:
    number = life.county.log.load(Record, life.record).state.number  # type: ignore[union-attr]  # it is there

    assert line(life) == Person(life.record, number, "open", life.version, "王小明", "female", "1949-12-31")


def test_everybody_on_a_list_is_told_once_and_so_is_the_institution(life: Life) -> None:
    other = life.county.open_record(LI_ID, "li")
    life.records.views = Lists(life.county, life.record, other)  # type: ignore[assignment]  # no statistics
    before = life.county.log.position()

    life.records.read_tasks(KEEPER, life.county.clinic, TaskAsked(ON), ASKED)

    new = [one for one in life.county.log.events if one.stored.position > before]
    assert [one.stored.topic for one in new] == ["institution.searched.v1", *["access.listed.v1"] * 2]
    assert new[0].event.shown == 2  # type: ignore[attr-defined]  # of Searched
    told = last_event(life.county, access_stream(life.county, other))
    assert isinstance(told, RecordListed)
    assert (told.key_kind, told.basis, told.rules) == ("tasks", "custody", ["staff-in-custody-read"])


def test_of_a_record_that_the_caller_may_not_see_only_the_id_is_told(life: Life) -> None:
    person = line(life, OTHER_NURSE)

    assert person == Person(life.record)
    told = last_event(life.county, access_stream(life.county, life.record))
    assert isinstance(told, RecordListed)
    assert told.rules == ["staff-search"]


def test_a_receiver_of_a_referral_is_told_what_it_names(life: Life) -> None:
    other = str(life.county.other_clinic)
    life.add("referrals", to=other, sections=["encounters"], until="2026-06-30")
    without = line(life, OTHER_NURSE)
    life.add("referrals", to=other, sections=["basic-information"], until="2026-06-30")

    assert (without.name, line(life, OTHER_NURSE).name) == (None, "王小明")
    assert without.number is not None


def test_a_restriction_takes_the_name_from_every_list(life: Life) -> None:
    life.add("restrictions", by="resident", sections=["basic-information"], until=None)

    ((person, _),) = life.records.read_roster(NURSE, life.county.clinic, ASKED).rows

    assert (person.name, person.sex, person.birth_date) == (None, None, None)
    assert person.number is not None


def test_what_a_resident_keeps_to_themselves_neither_finds_them_nor_is_work_for_others(life: Life) -> None:
    restricted = ["basic-information", "encounters"]
    life.add("restrictions", by="resident", sections=restricted, until=None)
    before = life.county.accesses(life.record)

    found = life.records.find_residents(NURSE, "name", "王小明", ASKED).rows
    assert (list(found), life.county.accesses(life.record)) == ([], before)

    work = life.records.read_tasks(KEEPER, life.county.clinic, TaskAsked(ON), ASKED).rows
    assert [row.what for _, row in work if isinstance(row, Task)] == ["allergies"]
    assert life.county.accesses(life.record) == [*before, "access.listed.v1"]


def test_work_that_follows_from_several_sections_is_told_to_who_may_see_them_all(life: Life) -> None:
    life.add("restrictions", by="resident", sections=["problems"], until=None)

    assert not life.records.read_tasks(KEEPER, life.county.clinic, TaskAsked(ON), ASKED).rows


def test_a_correction_and_an_older_form_written_later_do_not_confuse_the_name(life: Life) -> None:

    told = basic("王幼名")
    old = NewEntry("basic-information", told, occurred("1987"))
    entry = life.records.add_entry(NURSE, life.record, old).stored[0].event
    assert line(life).name == "王小明"

    wrong = Correction(entry, "of last week", told, TODAY, entry_occurred=TODAY)
    life.records.correct_entry(NURSE, life.record, life.version, wrong)
    assert line(life).name == "王幼名"


def test_a_roster_of_then_tells_the_names_of_then(life: Life) -> None:

    life.county.clock.move(days=1)
    told = basic("王新名")
    life.records.add_entry(
        NURSE, life.record, NewEntry("basic-information", told, occurred_at(life.county.clock()))
    )
    then = ListAsked(as_of=datetime.fromisoformat("2026-06-01T12:00:00+00:00"))

    ((before, _),) = life.records.read_roster(NURSE, life.county.clinic, then).rows
    ((now, _),) = life.records.read_roster(NURSE, life.county.clinic, ASKED).rows

    assert (before.name, now.name) == ("王小明", "王新名")


def test_lists_are_for_the_own_institution(life: Life) -> None:
    with pytest.raises(NotPermitted):
        life.records.read_roster(OTHER_NURSE, life.county.clinic, ASKED)
    with pytest.raises(NotPermitted):
        life.records.read_tasks(OTHER_NURSE, life.county.clinic, TaskAsked(ON), ASKED)
    assert life.county.topics(life.county.other_clinic)[-1] == "institution.refused.v1"


def test_what_cannot_be_asked_is_refused(life: Life) -> None:
    with pytest.raises(ContentRefused):
        life.records.find_residents(NURSE, "shoe-size", "42", ASKED)
    with pytest.raises(ContentRefused):
        life.records.find_residents(NURSE, "birth-date", "soon", ASKED)
    with pytest.raises(UnknownCode):
        life.records.read_tasks(KEEPER, life.county.clinic, TaskAsked(ON, "laundry"), ASKED)


def written(told: bytes) -> str:
    return base64.urlsafe_b64encode(told).decode().rstrip("=")


CURSOR = Cursor("roster here", 41, ("2026-06-01", "b"), is_past=True, on=ON)


@given(
    st.builds(
        Cursor,
        of=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=80),
        position=st.integers(0, 2**53 - 1),
        key=st.lists(st.sampled_from(["", "infinity", "x", str(UUID(int=7))]), max_size=6).map(tuple),
        is_past=st.booleans(),
        on=st.none() | st.dates(),
    )
)
def test_a_cursor_comes_back_as_it_was(cursor: Cursor) -> None:
    assert unpacked(cursor.text) == cursor


BROKEN: list[object] = [
    [],
    {},
    "roster",
    ["roster", 1],
    ["roster", -1, False, None],
    ["roster", 2**53, False, None],
    ["roster", 10**400, False, None],
    ["roster", True, False, None],
    ["roster", 1.0, False, None],
    ["roster", 1, 0, None],
    ["roster", 1, False, "yesterday"],
    ["roster", 1, False, 7],
    ["roster", 1, False, None, 7],
    ["roster", 1, False, None, "\x00"],
    ["roster", 1, False, None, "\ud800"],
    [None, 1, False, None],
]
NOT_OURS = ["", "x", CURSOR.text[:-1], CURSOR.text + "!", CURSOR.text + "A", "é", "%00", written(b"[" * 450)]


@pytest.mark.parametrize("text", [*NOT_OURS, *(written(json.dumps(told).encode()) for told in BROKEN)])
def test_a_cursor_that_is_none_of_ours_is_refused(text: str) -> None:
    with pytest.raises(QueryRefused):
        ListAsked(cursor=text)


def test_a_cursor_keeps_what_the_first_page_was_asked_for() -> None:
    asked = ListAsked(cursor=CURSOR.text)

    assert (asked.position, asked.on, asked.is_past) == (41, ON, True)
    assert asked.after("roster here") == ("2026-06-01", "b")
    with pytest.raises(QueryRefused):
        asked.after("roster there")
    assert (ASKED.position, ASKED.on, ASKED.is_past, ASKED.after("any")) == (None, None, False, ())
    assert replace(ASKED, limit=200).limit == 200


def test_a_page_that_was_never_folded_is_refused(life: Life) -> None:
    beyond = Cursor("roster", life.county.log.position() + 1, ())

    asked = ListAsked(cursor=beyond.text)

    with pytest.raises(QueryRefused):
        life.records.find_residents(NURSE, "name", "王小明", asked)
    with pytest.raises(QueryRefused):
        life.records.read_roster(NURSE, life.county.clinic, asked)
    with pytest.raises(QueryRefused):
        life.records.read_tasks(KEEPER, life.county.clinic, TaskAsked(ON), asked)


def test_the_second_page_of_then_tells_the_names_of_then(life: Life) -> None:
    then = life.county.log.position()
    life.county.clock.move(days=1)
    told = NewEntry("basic-information", basic("王新名"), occurred_at(life.county.clock()))
    life.records.add_entry(NURSE, life.record, told)
    life.records.views = Lists(life.county, life.record)  # type: ignore[assignment]  # no statistics here
    life.records.views.position = then  # type: ignore[attr-defined]  # of Lists

    def name(is_past: bool) -> str | None:
        asked = ListAsked(cursor=Cursor("roster", then, (), is_past).text)
        ((person, _),) = life.records.read_roster(NURSE, life.county.clinic, asked).rows
        return person.name

    assert (name(is_past=True), name(is_past=False)) == ("王小明", "王新名")


def test_a_search_says_that_a_former_name_was_found(life: Life) -> None:
    ((_, hit),) = life.records.find_residents(NURSE, "name", "王小明", ASKED).rows

    assert hit == Hit(life.record, is_former=True)
