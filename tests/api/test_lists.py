"""Rosters, work lists and searches by name over HTTP: who may, what is told, and what is left of it."""

import csv
import io
import json
from collections.abc import Iterator

import pytest

from tests.api.access_world import SOON, at_once
from tests.api.listed import (
    MANAGER,
    NAMES,
    ROSTER_LINE,
    Json,
    accesses,
    fold,
    now,
    open_named,
    roster,
    search,
    tasks,
)
from tests.api.served import Served, new_entry


@pytest.fixture(scope="module")
def residents(served: Served) -> Iterator[dict[str, str]]:
    """Records by the names of their residents, all at the nurse's clinic, and folded."""
    records = {name: open_named(served, name) for name in NAMES}
    fold(served)
    yield records


@pytest.mark.parametrize(
    ("kind", "value", "found"),
    [
        ("name", "王小明", {"王小明"}),
        ("name", " 王 小明", {"王小明"}),
        ("name-prefix", "王", {"王小明", "王小红", "王大伟"}),
        ("name-prefix", "王小", {"王小明", "王小红"}),
        ("initials", "wxm", {"王小明"}),
        ("initials", "OYXM", {"欧阳小明"}),
        ("initials-prefix", "wx", {"王小明", "王小红"}),
        ("name", "小明", set()),
        ("village", "110101001001", set(NAMES)),
    ],
)
def test_residents_are_found_by_name_prefix_and_initials(
    served: Served, residents: dict[str, str], kind: str, value: str, found: set[str]
) -> None:
    answer = search(served, kind, value)

    assert answer.status_code == 200, answer.text
    names = {one["record"]: one["name"] for one in answer.json()["found"]}
    assert {names[residents[name]] for name in found} == found
    assert {name for name in names.values() if name in NAMES} == found


def test_a_resident_is_found_by_birth_date_phone_household_and_doctor(
    served: Served, residents: dict[str, str]
) -> None:
    record = open_named(served, "查得到", phone="010-99998888", address="偏僻路 1 号")
    card = new_entry("cards", doctor="独一医生")
    assert served.post(f"/v1/records/{record}/cards", card).status_code == 201
    born = served.get(f"/v1/records/{record}").json()["basic_information"]["birth_date"]
    fold(served)

    for kind, value in (
        ("phone", "01099998888"),
        ("household", "偏僻路1号"),
        ("doctor", "独一医生"),
        ("birth-date", born),
    ):
        assert record in {one["record"] for one in search(served, kind, value).json()["found"]}, kind


def test_a_search_tells_every_resident_shown_and_the_institution(
    served: Served, residents: dict[str, str]
) -> None:
    before = {name: len(accesses(served, record)) for name, record in residents.items()}
    position = served.position

    search(served, "name-prefix", "王小")

    for name, record in residents.items():
        new = accesses(served, record)[before[name] :]
        assert new == ([("access.listed.v1", "name-prefix")] if name.startswith("王小") else [])
    assert served.position == position + 3  # in one append with the institution's


def test_residents_of_another_institution_are_neither_found_nor_told(
    served: Served, residents: dict[str, str]
) -> None:
    before = accesses(served, residents["王小明"])

    answer = search(served, "name", "王小明", "other-nurse")

    assert answer.json()["found"] == []
    assert accesses(served, residents["王小明"]) == before


@pytest.mark.parametrize(
    ("kind", "value", "status"),
    [
        ("shoe-size", "a5b6", 422),
        ("birth-date", "yesterday", 422),
        ("name", " ", 422),
        ("name", "王" * 201, 422),
    ],
)
def test_what_cannot_be_searched_for_is_refused(served: Served, kind: str, value: str, status: int) -> None:
    answer = search(served, kind, value)

    assert answer.status_code == status
    assert not value.strip() or value not in answer.text


def test_a_search_is_answered_by_the_page(served: Served, residents: dict[str, str]) -> None:
    seen, cursor = list[str](), None
    while True:
        answer = search(served, "name-prefix", "王", limit=2, **({"cursor": cursor} if cursor else {})).json()
        seen += [one["record"] for one in answer["found"]]
        if (cursor := answer["next"]) is None:
            break

    assert len(seen) == len(set(seen))
    assert set(seen) >= {residents[name] for name in ("王小明", "王小红", "王大伟")}


def test_a_roster_names_those_in_custody_and_tells_them(served: Served, residents: dict[str, str]) -> None:
    answer = roster(served)

    rows = {row["record"]: row for row in answer.json()["rows"]}
    assert all(set(row) == ROSTER_LINE for row in rows.values())
    assert {rows[record]["name"] for record in residents.values()} == set(NAMES)
    assert answer.headers["Log-Position"] == str(answer.json()["position"])
    assert all(accesses(served, record)[-1] == ("access.listed.v1", "roster") for record in rows)


def test_nobody_reads_the_lists_of_another_institution_and_trying_is_recorded(
    served: Served, residents: dict[str, str]
) -> None:
    before = accesses(served, residents["王小明"])

    for path in ("roster", "tasks"):
        answer = served.get(f"/v1/institutions/{served.clinic}/{path}", "other-nurse", "care")
        assert answer.status_code == 403
        last = served.service.records.gate.log.read(served.other_clinic, newest_first=True, limit=1)[0]
        assert last.stored.topic == "institution.refused.v1"
    assert accesses(served, residents["王小明"]) == before


def test_the_pages_of_a_roster_are_complete_and_without_repeats_while_records_arrive(
    served: Served, residents: dict[str, str]
) -> None:
    whole = [row["record"] for row in roster(served).json()["rows"]]
    seen, cursor = list[str](), ""

    while cursor is not None:
        page = roster(served, limit="2", **({"cursor": cursor} if cursor else {})).json()
        seen += [row["record"] for row in page["rows"]]
        served.open_record()
        fold(served)
        cursor = page["next"]

    assert seen == whole
    assert len(roster(served).json()["rows"]) > len(whole)


def test_a_roster_as_of_an_instant_is_that_of_then(served: Served, residents: dict[str, str]) -> None:
    fold(served)  # a past that the view has not reached is not answered
    before = now()
    then = roster(served, as_of=before).json()
    record = open_named(served, "后来者")
    fold(served)

    again = roster(served, as_of=before).json()

    assert {row["record"] for row in again["rows"]} == {row["record"] for row in then["rows"]}
    assert record not in {row["record"] for row in again["rows"]}
    assert record in {row["record"] for row in roster(served).json()["rows"]}
    assert roster(served, as_of="1999-01-01").json() == {"position": 0, "rows": [], "next": None}


def test_a_work_list_tells_what_is_open_and_forgets_what_is_done(served: Served) -> None:
    record = open_named(served, "待办人")
    encounter = served.post(f"/v1/records/{record}/encounters", new_entry("encounters")).json()["entry"]
    fold(served)
    before = now()
    mine = [one for one in tasks(served, kind="unfiled-entry").json()["rows"] if one["record"] == record]
    assert encounter in {one["entry"] for one in mine}
    assert {one["name"] for one in mine} == {"待办人"}

    filed = {"occurred_at": "2026-06-02T10:00:00+08:00", "entries": [encounter]}
    assert served.post(f"/v1/records/{record}/filings", filed, *MANAGER).status_code == 201
    fold(served)

    left = {one["entry"] for one in tasks(served, kind="unfiled-entry").json()["rows"]}
    assert encounter not in left
    then = tasks(served, kind="unfiled-entry", as_of=before).json()["rows"]
    assert encounter in {one["entry"] for one in then}


def test_a_work_list_by_the_page_is_the_whole_work_list(served: Served, residents: dict[str, str]) -> None:
    whole = tasks(served, limit="200").json()["rows"]
    seen, cursor = list[Json](), ""

    while cursor is not None:
        answer = tasks(served, limit="3", **({"cursor": cursor} if cursor else {}))
        page = answer.json()
        seen += page["rows"]
        cursor = page["next"]
        assert ("Link" in answer.headers) == (cursor is not None)

    assert seen == whole
    days = [one["due_by"] or "9999" for one in whole]
    assert days == sorted(days)


def test_what_is_due_is_asked_for_by_day(served: Served) -> None:
    record = open_named(served, "老人家")
    enrolment = new_entry("programmes", programme="hypertension", enrolled_on=None)
    assert served.post(f"/v1/records/{record}/programmes", enrolment).status_code == 201
    fold(served)

    def due(**params: str) -> set[str]:
        rows = tasks(served, kind="follow-up-due", limit="200", **params).json()["rows"]
        mine = [one for one in rows if one["record"] == record and one["programme"] == "hypertension"]
        return {one["due_by"] for one in mine if one["what"] == "follow-up"}

    (by,) = due()
    assert due(due_before=by) == set()
    assert due(due_before=f"{int(by[:4]) + 1}{by[4:]}") == {by}


def test_a_referral_is_on_both_work_lists_and_its_receiver_sees_no_more_than_it_says(served: Served) -> None:
    record = open_named(served, "转诊人")
    referral = at_once("referrals", to=str(served.other_clinic), sections=["encounters"], until=SOON)
    entry = served.post(f"/v1/records/{record}/referrals", referral).json()["entry"]
    fold(served)

    out = tasks(served, kind="open-referral-out").json()["rows"]
    path = f"/v1/institutions/{served.other_clinic}/tasks"
    came = served.get(path, "other-nurse", "care", {"kind": "open-referral-in"}).json()["rows"]

    assert entry in {one["entry"] for one in out}
    (line,) = [one for one in came if one["entry"] == entry]
    assert (line["record"], line["name"], line["birth_date"]) == (record, None, None)
    assert line["number"] is not None
    assert accesses(served, record)[-1] == ("access.listed.v1", "tasks")


def test_what_the_resident_keeps_to_themselves_is_on_no_list(served: Served) -> None:
    record = open_named(served, "不愿说")
    restriction = new_entry("restrictions", by="resident", sections=["basic-information"], until=None)
    assert served.post(f"/v1/records/{record}/restrictions", restriction).status_code == 201
    fold(served)

    (line,) = [one for one in roster(served, limit="200").json()["rows"] if one["record"] == record]

    assert (line["name"], line["sex"], line["birth_date"]) == (None, None, None)


def test_what_is_due_by_visits_that_the_resident_keeps_to_themselves_is_on_no_list(served: Served) -> None:
    record = open_named(served, "不愿随访")
    enrolment = new_entry("programmes", programme="hypertension")
    visit = new_entry("follow-ups", "hypertension-follow-up")
    for kind, body in (("programmes", enrolment), ("follow-ups", visit)):
        assert served.post(f"/v1/records/{record}/{kind}", body).status_code == 201
    fold(served)

    def due() -> list[Json]:
        rows = tasks(served, kind="follow-up-due", limit="200", due_before="2199-01-01").json()["rows"]
        return [one for one in rows if one["record"] == record and one["programme"] == "hypertension"]

    assert due()
    keeps = new_entry("restrictions", by="resident", sections=["follow-ups"], until=None)
    assert served.post(f"/v1/records/{record}/restrictions", keeps).status_code == 201
    assert due() == []


def test_a_misfiled_entry_leaves_every_list_of_every_time(served: Served) -> None:
    record, right = open_named(served, "错了人"), open_named(served, "对的人")
    entry = served.post(f"/v1/records/{record}/encounters", new_entry("encounters")).json()["entry"]
    fold(served)
    before = now()
    misfiling = {"entry": entry, "reason": "another resident's", "to": right}
    version = served.get(f"/v1/records/{record}").headers["ETag"]
    answer = served.post(f"/v1/records/{record}/misfilings", misfiling, *MANAGER, if_match=version)
    assert answer.status_code == 201, answer.text
    fold(served)

    for params in ({}, {"as_of": before}):
        rows = tasks(served, kind="unfiled-entry", limit="200", **params).json()["rows"]
        assert entry not in {one["entry"] for one in rows}


@pytest.mark.parametrize("how", ["format", "accept"])
def test_a_list_is_a_spreadsheet_in_which_no_cell_is_a_formula(
    served: Served, residents: dict[str, str], how: str
) -> None:
    path = f"/v1/institutions/{served.clinic}/roster"
    headers = served.headers("nurse", "care")
    if how == "format":
        answer = served.client.get(path, params={"format": "csv"}, headers=headers)
    else:
        answer = served.client.get(path, headers={**headers, "Accept": "text/csv, */*;q=0.1"})

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    heading, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert set(heading) == ROSTER_LINE
    names = {row[heading.index("name")] for row in rows}
    assert "'=cmd|' /C calc'!A0" in names
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_a_list_is_told_line_by_line(served: Served, residents: dict[str, str]) -> None:
    answer = roster(served, format="ndjson")

    lines = [json.loads(line) for line in answer.content.splitlines()]
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    assert {line["record"] for line in lines} == {row["record"] for row in roster(served).json()["rows"]}


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"format": "xlsx"}, "parameter-refused"),
        ({"as_of": "soon"}, "parameter-refused"),
        ({"limit": "0"}, "parameter-refused"),
        ({"limit": "201"}, "query-refused"),
        ({"cursor": "%%%"}, "query-refused"),
        ({"cursor": "WzEsICJ4Il0"}, "query-refused"),
        ({"cursor": "x" * 2000}, "query-refused"),
        ({"colour": "red"}, "parameter-unknown"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(served: Served, params: dict[str, str], code: str) -> None:
    answer = roster(served, **params)

    assert answer.status_code == 400
    assert answer.json()["type"] == f"/problems/{code}"
