"""The audit trail over HTTP: who reads it, by the page, while events arrive."""

from typing import Any, TypeAlias

import pytest

from tests.api.served import Served, login, new_entry

Json: TypeAlias = dict[str, Any]  # parsed JSON, which the tests index freely
MANAGER = ("manager", "management")


@pytest.fixture
def record(served: Served) -> str:
    opened = served.open_record()
    for _ in range(5):
        assert served.post(f"/v1/records/{opened}/encounters", new_entry("encounters")).status_code == 201
    return opened


def test_a_trail_tells_in_plain_words_what_was_done_and_who_looked(served: Served, record: str) -> None:
    served.get(f"/v1/records/{record}")

    answer = served.get(f"/v1/records/{record}/audit-trail", *MANAGER)

    read, *_, first = answer.json()["events"]
    assert (read["stream"], read["title"]) == ("access", {"zh": "查阅档案", "en": "record read"})
    assert (first["stream"], first["title"]["en"]) == ("record", "record opened")
    assert all({"position", "leaf_hash", "recorded_at", "occurred"} <= set(one) for one in (read, first))


def test_its_pages_are_complete_and_without_repeats_while_events_arrive(served: Served, record: str) -> None:
    path = f"/v1/records/{record}/audit-trail"
    whole = [one["event"] for one in served.get(path, *MANAGER).json()["events"]]
    first = served.get(path, *MANAGER, {"limit": "2"}).json()
    seen, cursor = (
        [one["event"] for one in first["events"]][1:],
        first["next"],
    )  # the first page itself was told

    while cursor is not None:
        served.post(f"/v1/records/{record}/encounters", new_entry("encounters"))
        page = served.get(path, *MANAGER, {"limit": "2", "cursor": cursor}).json()
        seen += [one["event"] for one in page["events"]]
        cursor = page["next"]

    assert seen == whole


def test_a_resident_reads_the_own_trail_and_others_do_not(served: Served) -> None:
    record = served.open_record(login=login("trail-resident"))

    assert served.get(f"/v1/records/{record}/audit-trail", "trail-resident", "self").status_code == 200
    for who, purpose in (("nurse", "care"), ("other-nurse", "care"), ("county", "management")):
        assert served.get(f"/v1/records/{record}/audit-trail", who, purpose).status_code == 404
