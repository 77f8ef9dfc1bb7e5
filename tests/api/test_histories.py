"""Who looked at what, over HTTP: of an institution, of a resident, and what of it was unusual."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias
from uuid import UUID

import httpx
import pytest

from domain.looks import Look
from projections.look_queries import of_period
from projections.source import Place, open_source
from tests.api.listed import fold, now, open_named
from tests.api.served import Served, enrol, login, new_record
from tests.builders import request

Json: TypeAlias = dict[str, Any]  # parsed JSON, which the tests index freely
AUDITOR, CLERK = ("auditor", "audit"), ("clerk", "audit")


@pytest.fixture(scope="module")
def county(served: Served) -> Iterator[Served]:
    enrol(served, served.bureau, "auditor", "auditor")
    yield served


def history(
    county: Served,
    asked: Mapping[str, str] | None = None,
    who: tuple[str, str] = AUDITOR,
    at: UUID | None = None,
) -> httpx.Response:
    return county.get(f"/v1/institutions/{at or county.clinic}/accesses", *who, asked)


def rows(county: Served, asked: Mapping[str, str] | None = None) -> list[Json]:
    fold(county)
    answer = history(county, asked)
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.json()["rows"]
    return found


def test_an_institutions_history_tells_who_looked_at_what_newest_first(county: Served) -> None:
    record = open_named(county, "王小明")
    county.get(f"/v1/records/{record}")
    county.get(f"/v1/records/{record}", "nurse", "research")

    newest, before = rows(county)[:2]

    assert (newest["kind"], newest["what"], newest["basis"]) == ("refused", "read", None)
    assert (before["kind"], before["basis"], before["purpose"]) == ("read", "custody", "care")
    assert before["what"].startswith("record-view/")
    assert before["record"] == newest["record"] == record
    assert before["practitioner"] == str(county.nurse)
    assert before["name"] == "nurse"


def test_it_is_narrowed_to_a_person_and_a_period(county: Served) -> None:
    record = open_named(county, "王小红")
    county.get(f"/v1/records/{record}")
    between = now()
    county.get(f"/v1/records/{record}", "manager", "care")

    assert {one["name"] for one in rows(county, {"practitioner": str(county.nurse)})} == {"nurse"}
    assert [one["name"] for one in rows(county, {"from": between})] == ["manager"]
    assert between > max(one["recorded_at"] for one in rows(county, {"to": between}))
    assert history(county, {"from": between, "to": "2020-01-01"}).status_code == 400


def test_pages_follow_each_other_without_gap_or_repetition(county: Served) -> None:
    record = open_named(county, "王大伟")
    for _ in range(5):
        county.get(f"/v1/records/{record}")
    begun = {"to": now()}
    whole = rows(county, {**begun, "limit": "200"})

    paged, cursor = list[Json](), ""
    while True:
        page = history(county, {**begun, "limit": "3", **({"cursor": cursor} if cursor else {})})
        paged += page.json()["rows"]
        cursor = str(page.json()["next"] or "")
        assert ("Link" in page.headers) is bool(cursor)
        if not cursor:
            break

    assert paged == whole
    assert [one["position"] for one in paged] == sorted({one["position"] for one in paged}, reverse=True)


def test_reading_a_history_stands_in_the_histories_of_whoever_asks_and_of_the_residents(
    county: Served,
) -> None:
    record = open_named(county, "欧阳小明")
    county.get(f"/v1/records/{record}")
    fold(county)

    assert history(county, {"limit": "1"}).json()["rows"][0]["record"] == record

    fold(county)
    own = history(county, at=county.bureau).json()["rows"]
    kinds = {(one["kind"], one["what"], one["name"]) for one in own}
    assert ("history-read", "accesses", "auditor") in kinds
    assert ("listed", "accesses", "auditor") in kinds
    told = [one for one in own if one["kind"] == "listed" and one["record"] == record]
    assert told[0]["basis"] == "audit"


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (AUDITOR, 200),
        (CLERK, 200),
        (("clerk", "care"), 403),
        (("nurse", "audit"), 403),
        (("other-nurse", "care"), 403),
        (("county", "management"), 403),
        (("nobody", "audit"), 403),
    ],
)
def test_a_history_is_for_auditors_of_the_county_and_administrators_of_the_institution(
    county: Served, who: tuple[str, str], status: int
) -> None:
    fold(county)

    assert history(county, who=who).status_code == status


def test_an_administrator_reads_no_other_institutions_history(county: Served) -> None:
    fold(county)

    assert history(county, who=CLERK, at=county.other_clinic).status_code == 403
    assert history(county, at=UUID(int=1)).status_code == 403


def test_a_history_comes_as_a_table_too(county: Served) -> None:
    fold(county)

    told = history(county, {"format": "csv", "limit": "2"})

    assert told.headers["Content-Type"].startswith("text/csv")
    assert told.text.splitlines()[0].startswith('\ufeff"position","recorded_at","kind"')


def found(county: Served) -> list[UUID]:
    """A run over everything so far, as the operator's."""
    fold(county)
    place = Place.of(county.service.settings, county.service.database)
    records = county.service.records
    with open_source(place) as source:
        clock = county.service.records.gate.clock()
        looks: list[Look] = list(of_period(source.db, place.log_no, clock.replace(year=2020), clock))
    return records.find_unusual(request("operator", "management"), looks, clock)


def test_what_is_unusual_is_found_once_listed_and_reviewed_by_an_auditor(county: Served) -> None:
    """A nurse looks at her own record, which her login, as a resident's, says it is."""
    opened = county.post("/v1/records", new_record(login=login("nurse")), "manager")
    resident = str(opened.json()["record"])
    county.get(f"/v1/records/{resident}")

    new = found(county)

    assert new
    assert found(county) == []
    work = county.get("/v1/unusual-accesses", *AUDITOR, {})
    assert work.status_code == 200, work.text
    (own,) = [one for one in work.json()["rows"] if one["detector"] == "own-record"]
    assert own["record"] == resident
    assert own["practitioner"] == str(county.nurse)
    path = f"/v1/institutions/{county.clinic}/unusual-accesses/{own['finding']}/review"
    assert county.post(path, {"outcome": "explained"}, "clerk", "audit").status_code == 403
    assert county.post(path, {"outcome": "fine"}, *AUDITOR).status_code == 422
    assert county.post(path, {"outcome": "breach", "note": "told so"}, *AUDITOR).status_code == 201
    again = county.post(path, {"outcome": "explained"}, *AUDITOR)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/finding-not-open")
    fold(county)
    assert own["finding"] not in county.get("/v1/unusual-accesses", *AUDITOR, {}).text
