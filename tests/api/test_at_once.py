"""Many callers at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.api.served import Served, new_entry, new_record

CALLERS = 12


def at_once(ask: Callable[[int], httpx.Response]) -> list[httpx.Response]:
    with ThreadPoolExecutor(CALLERS) as pool:
        return list(pool.map(ask, range(CALLERS)))


def test_one_person_gets_one_record(served: Served) -> None:
    asked = new_record()

    answers = at_once(
        lambda number: served.post("/v1/records", asked, "nurse" if number % 2 else "other-nurse")
    )

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * (CALLERS - 1)


def test_one_request_sent_many_times_is_stored_once_and_answered_alike(served: Served) -> None:
    asked = new_record()

    answers = at_once(lambda number: served.post("/v1/records", asked, key="at-once"))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1


def test_entries_of_one_record_do_not_push_each_other_out(served: Served) -> None:
    record = served.open_record()

    answers = at_once(lambda number: served.post(f"/v1/records/{record}/encounters", new_entry("encounters")))

    versions = sorted(answer.json()["version"] for answer in answers)
    assert versions == list(range(versions[0], versions[0] + CALLERS))


def test_of_corrections_decided_on_one_version_one_is_kept(served: Served) -> None:
    record = served.open_record()
    entry = served.post(f"/v1/records/{record}/problems", new_entry("problems"))
    asked = {"entry": entry.json()["entry"], "reason": "twice"}
    seen = entry.headers["ETag"]

    answers = at_once(lambda number: served.post(f"/v1/records/{record}/retractions", asked, if_match=seen))

    assert sorted(answer.status_code for answer in answers) == [201] + [412] * (CALLERS - 1)


def test_reading_does_not_hinder_writing(served: Served) -> None:
    record = served.open_record()

    def ask(number: int) -> httpx.Response:
        if number % 2:
            return served.get(f"/v1/records/{record}")
        return served.post(f"/v1/records/{record}/encounters", new_entry("encounters"))

    assert {answer.status_code for answer in at_once(ask)} == {200, 201}
