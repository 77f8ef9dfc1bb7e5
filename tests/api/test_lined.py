"""The lists of one record as lines: what the JSON tells, in NDJSON and CSV, under the digest of the JSON."""

import csv
import hashlib
import io
import json
from typing import Any, TypeAlias
from uuid import UUID

import httpx
import pytest

from domain.access_stream import RecordRead
from domain.record import Record
from tests.api.served import Served, login, new_entry

Json: TypeAlias = dict[str, Any]  # parsed JSON, which the tests index freely
OWN = ("lined-resident", "self")
PATHS = {  # and under which name the lines stand in the JSON
    "events": "events",
    "accesses": "accesses",
    "audit-trail": "events",
    "measurements/systolic": "values",
}
FORMULA = "=cmd|' /C calc'!A0"


@pytest.fixture(scope="module")
def record(served: Served) -> str:
    """A record with three pressures, one of them told because of what a spreadsheet takes for a formula."""
    opened = served.open_record(login=login("lined-resident"))
    pressure = {"systolic": 150, "diastolic": 90}
    enrolment = new_entry("programmes", programme="hypertension")
    assert served.post(f"/v1/records/{opened}/programmes", enrolment).status_code == 201
    for cause in (FORMULA, None, None):
        entry = new_entry("follow-ups", "hypertension-follow-up", signs=pressure, referral=None)
        answer = served.post(
            f"/v1/records/{opened}/follow-ups", {**entry, **({"cause": cause} if cause else {})}
        )
        assert answer.status_code == 201, answer.text
    return opened


def ask(served: Served, record: str, path: str, **params: str) -> httpx.Response:
    answer = served.get(f"/v1/records/{record}/{path}", *OWN, params)
    assert answer.status_code == 200, answer.text
    return answer


def digest(served: Served, record: str) -> str:
    log = served.service.records.gate.log
    opened = log.load(Record, UUID(record))
    assert opened is not None
    (read,) = log.read(opened.access_stream, limit=1, newest_first=True)
    assert isinstance(read.event, RecordRead)
    return read.event.body_sha256


def spread(answer: httpx.Response) -> tuple[list[str], list[Json]]:
    assert answer.content.startswith(b"\xef\xbb\xbf")
    heading, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    return heading, [dict(zip(heading, row, strict=True)) for row in rows]


def settled(served: Served, record: str, path: str) -> dict[str, str]:
    """Asks for what no later read changes: a version, or a page behind the newest."""
    if path.startswith("measurements"):
        return {"version": str(served.get(f"/v1/records/{record}").json()["version"])}
    served.get(f"/v1/records/{record}")
    return {"limit": "2", "cursor": ask(served, record, path, limit="1").json()["next"]}


@pytest.mark.parametrize(("path", "name"), PATHS.items())
def test_the_lines_are_those_of_the_json(served: Served, record: str, path: str, name: str) -> None:
    past = settled(served, record, path)

    whole = ask(served, record, path, **past).json()
    told = ask(served, record, path, format="ndjson", **past)
    heading, rows = spread(ask(served, record, path, format="csv", **past))

    assert told.headers["Content-Type"] == "application/x-ndjson"
    assert [json.loads(line) for line in told.content.splitlines()] == whole[name]
    assert len(rows) == len(whole[name]) > 0
    assert [row["occurred_at"] for row in rows] == [one["occurred"]["at"] for one in whole[name]]
    assert any(rows[0][column] for column in heading)
    assert told.headers["View-Edition"] == whole["view"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("format", ["ndjson", "csv"])
def test_what_is_kept_with_the_access_is_the_digest_of_the_json(
    served: Served, record: str, path: str, format: str
) -> None:
    past = settled(served, record, path)

    body = ask(served, record, path, **past).content
    kept = digest(served, record)
    ask(served, record, path, format=format, **past)

    assert digest(served, record) == kept == hashlib.sha256(body).hexdigest()


def test_no_cell_is_a_formula(served: Served, record: str) -> None:
    _, rows = spread(ask(served, record, "events", format="csv"))

    assert f"'{FORMULA}" in {row["cause"] for row in rows}
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_every_column_is_told_by_some_line(served: Served, record: str) -> None:
    """So that no column names what the view has ceased to tell."""
    seldom = {"cause", "who_entered_by", "access_key_kind", "access_action"}
    served.get(f"/v1/records/{record}")
    served.get(f"/v1/records/{record}", "other-nurse")
    for path in PATHS:
        heading, rows = spread(ask(served, record, path, format="csv"))
        assert {column for column in heading if not any(row[column] for row in rows)} <= seldom, path


@pytest.mark.parametrize("path", ["events", "accesses", "audit-trail"])
def test_the_next_page_is_linked_in_the_same_format(served: Served, record: str, path: str) -> None:
    answer = ask(served, record, path, format="csv", limit="1")

    following = answer.links["next"]["url"]
    assert "format=csv" in following
    again = served.get(following, *OWN)
    assert again.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert spread(again)[1] != spread(answer)[1]


@pytest.mark.parametrize("path", PATHS)
def test_a_format_there_is_not_is_refused_before_anything_is_read(
    served: Served, record: str, path: str
) -> None:
    before = served.position

    answer = served.get(f"/v1/records/{record}/{path}", *OWN, {"format": "xlsx"})

    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/parameter-refused")
    assert served.position == before


def test_the_header_asks_as_the_parameter_does(served: Served, record: str) -> None:
    headers = {**served.headers(*OWN), "Accept": "text/csv"}

    answer = served.client.get(f"/v1/records/{record}/events", headers=headers)

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
