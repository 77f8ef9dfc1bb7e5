"""Cursors, which callers may write themselves: all pages are of one list; what is no cursor is refused."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.gate import Gate
from domain.list_cursors import Cursor
from tests.api.listed import MANAGER, Json, fold, now, open_named, roster, search, tasks
from tests.api.served import Served, enrol, login, new_entry

CALLERS = (MANAGER, ("nurse", "care"), ("cursor-resident", "self"), ("auditor", "audit"))


@dataclass(frozen=True)
class Paged:
    """A route that answers by the page, who may ask it, and a cursor of its own."""

    path: str
    who: str
    purpose: str
    cursor: str

    def ask(self, served: Served, cursor: str) -> httpx.Response:
        if self.path == "/v1/search":
            return search(served, "name-prefix", "翻", self.who, limit=1, cursor=cursor)
        return served.get(self.path, self.who, self.purpose, {"limit": "1", "cursor": cursor})


@pytest.fixture(scope="module")
def record(served: Served) -> str:
    """A record with a few entries, beside others that the lists name."""
    enrol(served, served.bureau, "auditor", "auditor")
    opened = served.open_record(login=login("cursor-resident"))
    for _ in range(3):
        assert served.post(f"/v1/records/{opened}/encounters", new_entry("encounters")).status_code == 201
        open_named(served, "翻页")
    fold(served)
    return opened


@pytest.fixture(scope="module")
def paged(served: Served, record: str) -> list[Paged]:
    """Every route of the API that takes a cursor, as the OpenAPI document names them."""
    document = served.client.get("/openapi.json").json()
    cursor = search(served, "name-prefix", "翻", limit=1).json()["next"]
    found = [Paged("/v1/search", "nurse", "care", cursor)]
    for path, operations in document["paths"].items():
        if any(one["name"] == "cursor" for one in operations.get("get", {}).get("parameters", [])):
            found.append(_first(served, path.format(record_id=record, institution_id=served.clinic)))
    return found


def _first(served: Served, path: str) -> Paged:
    """The first page, read by whoever may."""
    for who, purpose in CALLERS:
        answer = served.get(path, who, purpose, {"limit": "1"})
        if answer.status_code == 200:
            return Paged(path, who, purpose, answer.json()["next"] or "1")  # the list may have one page
    raise AssertionError(f"nobody reads {path}")


def test_the_routes_that_take_a_cursor_are_known(paged: list[Paged], served: Served, record: str) -> None:
    named = {one.path.replace(record, "R").replace(str(served.clinic), "I") for one in paged}

    assert named >= {
        "/v1/search",
        "/v1/institutions/I/roster",
        "/v1/institutions/I/tasks",
        "/v1/records/R/events",
        "/v1/records/R/accesses",
        "/v1/records/R/audit-trail",
    }
    assert all(one.ask(served, one.cursor).status_code == 200 for one in paged)


def sealed(told: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


def opened(cursor: str) -> list[object] | None:
    """What a cursor of a list over many records holds; the others are numbers."""
    if cursor.isdigit():
        return None
    told: list[object] = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    return told


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([0, 1, 2**31, 2**53 - 1, 2**63, -(2**63) - 1, 10**30]),
    st.floats(allow_nan=False),
    st.text(max_size=20),
    st.sampled_from(["", "infinity", "-infinity", "0001-01-01", "2026-06-31", "\x00", "\ud800", "٢", "'"]),
    st.uuids().map(str),
    st.lists(st.integers(), max_size=2),
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_no_cursor_that_somebody_made_up_breaks_a_page(
    served: Served, paged: list[Paged], data: st.DataObject
) -> None:
    """It is refused, or it is answered as what it might have been; what is left of it says nothing untrue."""
    one = data.draw(st.sampled_from(paged))
    told = opened(one.cursor)
    if told is not None and data.draw(st.booleans(), label="one value changed"):
        place = data.draw(st.integers(0, len(told)))
        cursor = sealed([*told[:place], data.draw(VALUES), *told[place + data.draw(st.integers(0, 1)) :]])
    else:
        cursor = data.draw(st.text(max_size=40) | VALUES.map(str) | VALUES.map(sealed))
    cursor = cursor.encode(errors="replace").decode()

    answer = one.ask(served, cursor)

    assert answer.status_code in (200, 400, 422), answer.text
    if answer.status_code == 200:
        assert int(answer.headers.get("Log-Position", 0)) <= served.position
    else:
        assert answer.headers["Content-Type"].startswith("application/problem+json")


def test_a_cursor_is_of_one_list_only(served: Served, paged: list[Paged]) -> None:
    of_lists = [one for one in paged if opened(one.cursor) is not None]

    for one in of_lists:
        for other in of_lists:
            answer = one.ask(served, other.cursor)
            assert (answer.status_code == 200) is (one is other)


def pages(served: Served, **params: str) -> Iterator[list[Json]]:
    """The work list page by page; of each but the first only the cursor is sent along."""
    told = tasks(served, **params, limit="1").json()
    yield told["rows"]
    kept = {name: value for name, value in params.items() if name != "as_of"}
    while cursor := told["next"]:
        told = tasks(served, **kept, limit="1", cursor=cursor).json()
        yield told["rows"]


def test_the_pages_of_a_work_list_are_all_of_the_first_ones_day(
    served: Served, record: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The calendar goes on by years while somebody turns the pages: nothing opens or is overdue by it."""
    enrolment = new_entry("programmes", programme="hypertension", enrolled_on=None)
    assert served.post(f"/v1/records/{record}/programmes", enrolment).status_code == 201
    fold(served)
    whole = tasks(served, limit="200").json()["rows"]
    turning = pages(served)
    seen = [*next(turning)]

    monkeypatch.setattr(Gate, "today", lambda gate: date(2099, 1, 1))
    for page in turning:
        seen += page

    assert seen == whole


def test_the_pages_of_a_roster_of_then_are_all_of_then(served: Served, record: str) -> None:
    fold(served)
    first = roster(served, as_of=now(), limit="1").json()
    later = open_named(served, "后来的人")
    fold(served)

    seen, told = [row["record"] for row in first["rows"]], first
    while cursor := told["next"]:
        told = roster(served, limit="1", cursor=cursor).json()
        assert told["position"] == first["position"]
        seen += [row["record"] for row in told["rows"]]

    assert record in seen and later not in seen


def test_a_position_that_the_view_has_not_reached_is_waited_for_and_one_of_nowhere_refused(
    served: Served,
) -> None:
    served.open_record()  # which is not folded yet
    of, key = f"roster {served.clinic}", ("00000000-0000-0000-0000-000000000000",)

    behind = roster(served, cursor=Cursor(of, served.position, key).text)
    nowhere = roster(served, cursor=Cursor(of, served.position + 10, key).text)

    assert (behind.status_code, behind.json()["type"]) == (503, "/problems/view-not-ready")
    assert (nowhere.status_code, nowhere.json()["type"]) == (400, "/problems/query-refused")


def test_a_search_says_when_it_was_a_former_name_that_was_found(served: Served) -> None:
    record = open_named(served, "旧名某")
    filled = {**served.get(f"/v1/records/{record}").json()["basic_information"], "name": "新名某"}
    entry = {"occurred_at": "2026-06-05T09:30:00+08:00", "content": filled}
    answer = served.post(f"/v1/records/{record}/basic-information", entry)
    assert answer.status_code == 201, answer.text
    fold(served)

    def found(name: str) -> dict[str, bool]:
        return {one["record"]: one["by_former_name"] for one in search(served, "name", name).json()["found"]}

    assert (found("旧名某"), found("新名某")) == ({record: True}, {record: False})
