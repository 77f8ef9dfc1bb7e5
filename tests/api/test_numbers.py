"""Renumbering over HTTP: the old number finds the record for ever, and many at once never meet."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import httpx

from api.demo_issuer import ISSUER
from domain.application import Records
from domain.record import Record
from domain.record_number import SchemeChoice
from domain.requests import Principal, Request
from projections.record_view import RecordRender
from store.event_log import StoredLog
from tests.api.served import Served, new_number, new_record
from tests.builders import AREA, card
from tests.builders import new_record as domain_record

MANAGER = "manager"  # the record manager of the nurse's clinic


def renumber(served: Served, record: str, by: str = MANAGER, **body: str) -> httpx.Response:
    kept = served.service.records.gate.log.load(Record, UUID(record))
    assert kept is not None
    asked = {"reason": "region-changed", **body}
    path = f"/v1/records/{record}/numbers"
    return served.post(path, asked, by, "management", if_match=f'"{kept.version}"')


def found(served: Served, number: str) -> list[str]:
    answer = served.post("/v1/search", {"kind": "record-number", "value": number})
    assert answer.status_code == 200, answer.text
    return [one["record"] for one in answer.json()["found"]]


def test_a_renumbered_record_is_found_by_both_numbers(served: Served) -> None:
    opened = served.post("/v1/records", new_record()).json()

    answer = renumber(served, opened["record"])

    assert answer.status_code == 201, answer.text
    number = answer.json()["number"]
    assert number != opened["number"]
    assert found(served, number) == found(served, opened["number"]) == [opened["record"]]
    assert answer.headers["ETag"] == f'"{answer.json()["version"]}"'
    shown = served.get(f"/v1/records/{opened['record']}").json()
    assert (shown["number"], shown["former_numbers"][0]["number"]) == (number, opened["number"])
    taken = served.post("/v1/records", new_record(record_number=opened["number"]))
    assert taken.json()["type"] == "/problems/record-number-taken"


def test_a_number_of_twenty_digits_is_taken_from_paper_with_a_warning_where_it_is_odd(served: Served) -> None:
    record = served.open_record()
    number = "11019900100100000001"

    answer = renumber(served, record, number=number, reason="scheme-changed")

    assert answer.json()["number"] == number
    assert [one["field"] for one in answer.json()["warnings"]] == ["/record_number"]
    assert found(served, number) == [record]


def test_it_needs_if_match_and_a_reason_that_is_known(served: Served) -> None:
    record = served.open_record()
    path = f"/v1/records/{record}/numbers"

    without = served.post(path, {"reason": "error"}, MANAGER, "management")
    stale = served.post(path, {"reason": "error"}, MANAGER, "management", if_match='"1"')
    because = renumber(served, record, reason="because")

    assert (without.status_code, stale.status_code) == (428, 412)
    assert because.json()["type"] == "/problems/unknown-code"


def test_only_a_record_manager_renumbers(served: Served) -> None:
    record = served.open_record()

    assert renumber(served, record, by="nurse").status_code == 404


def test_a_repeated_request_is_answered_alike(served: Served) -> None:
    record = served.open_record()
    kept = served.service.records.gate.log.load(Record, UUID(record))
    assert kept is not None

    first, again = (
        served.post(
            f"/v1/records/{record}/numbers",
            {"reason": "error"},
            MANAGER,
            "management",
            key="renumber-once",
            if_match=f'"{kept.version}"',
        )
        for _ in range(2)
    )

    assert first.content == again.content
    assert again.headers["Idempotent-Replayed"] == "true"


def test_a_county_renumbers_many_at_once_and_no_number_is_given_twice(served: Served) -> None:
    opened = [served.post("/v1/records", new_record()).json() for _ in range(12)]

    with ThreadPoolExecutor(8) as together:
        answers = list(together.map(lambda one: renumber(served, one["record"]), opened))
        new = together.map(lambda _: served.post("/v1/records", new_record()).json(), range(12))
        numbers = [*(one["number"] for one in new)]

    given = [answer.json()["number"] for answer in answers]
    every = [one["number"] for one in opened] + given + numbers
    assert len(set(every)) == 36
    for one, number in zip(opened, given, strict=True):
        assert found(served, one["number"]) == found(served, number) == [one["record"]]


def test_two_processes_that_give_out_eight_digits_never_give_the_same(served: Served) -> None:
    chosen = (SchemeChoice("110101", "grid-20"),)
    processes = [Records(StoredLog(served.service.opened), RecordRender(), schemes=chosen) for _ in range(2)]
    nurse = Request(Principal(ISSUER, "nurse", "oidc", "clinic"), "care")

    def open_one(place: int) -> str:
        return processes[place % 2].create_record(nurse, domain_record(card(new_number()))).number

    with ThreadPoolExecutor(8) as together:
        numbers = list(together.map(open_one, range(24)))

    assert sorted(numbers) == sorted({*numbers})
    assert all(len(number) == 20 and number.startswith(AREA) for number in numbers)


def test_an_institution_numbers_new_records_under_its_new_area(served: Served) -> None:
    path = f"/v1/institutions/{served.other_clinic}/areas"

    moved = served.post(path, {"area": "110105001001"}, "county", "management")
    opened = served.post("/v1/records", new_record(), "other-nurse")

    assert moved.status_code == 201, moved.text
    assert opened.json()["number"].startswith("110105001001")
    assert served.post(path, {"area": "1"}, "county", "management").status_code == 422
    assert served.post(path, {"area": "110105001002"}, "nurse", "management").status_code == 403
