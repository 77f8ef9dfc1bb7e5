"""A resident's own history tells every access to their record that stands anywhere in the log."""

from collections.abc import Iterator
from typing import Any, TypeAlias

import pytest

from domain.acts import Event
from projections.views.looks import TOPICS
from store.mapper import event_of
from tests.api.listed import fold, now
from tests.api.served import Served, enrol, login, new_entry
from tests.api.whole_life import AT_NIGHT, LAWYER, MANAGER, NURSE, OTHER_NURSE, Life
from tools.publishing import Publishing, publish_once

Json: TypeAlias = dict[str, Any]  # parsed JSON, which the tests index freely
AUDITOR, CLERK = ("auditor", "audit"), ("clerk", "audit")


@pytest.fixture(scope="module")
def life(served: Served) -> Life:
    """A life of care, of which nothing has ended, looked at in every way that there is."""
    enrol(served, served.bureau, "auditor", "auditor")
    lived = Life(served)
    lived.record = str(lived.send("/v1/records", {"login": login(lived.resident)})["record"])
    for part in (lived.contributed, lived.care, lived.cards, lived.referrals, lived.decisions, lived.access):
        part()
    fold(served)
    looked_at(lived)
    return lived


def looked_at(life: Life) -> None:
    county, own, record = life.county, (life.resident, "self"), f"/v1/records/{life.record}"
    clinic = f"/v1/institutions/{county.clinic}"
    for path in ("", "/events", "/life-course", "/due"):
        county.get(record + path)
        county.get(record + path, *OTHER_NURSE)
    county.get(record, "nurse", "commercial")
    for path in ("", "/accesses", "/notices", "/audit-trail"):
        county.get(record + path, *own)
        county.get(record + path, *AUDITOR)
    county.get(f"{record}/events", *NURSE, {"format": "csv"})
    opened = {**new_entry("emergency-accesses"), "occurred_at": now()}
    assert county.post(f"{record}/emergency-accesses", opened, *AT_NIGHT).status_code == 201
    assert county.get(record, *AT_NIGHT).status_code == 200
    county.get(record, *LAWYER)
    for path in ("/roster", "/tasks"):
        county.get(clinic + path, *MANAGER)
    county.get(f"{clinic}/accesses", *CLERK)
    county.get(f"{clinic}/accesses", *AUDITOR)
    number = county.get(record).json()["number"]
    for who in (NURSE, OTHER_NURSE):
        county.post("/v1/search", {"kind": "record-number", "value": number}, *who)
    publish_once(Publishing.of(county.service.settings, county.service.database))
    assert county.get(f"{record}/evidence", *own).status_code == 200
    seen = county.get(f"{record}/accesses", *own).json()["accesses"]
    for one in seen[:20]:
        county.get(f"{record}/accesses/{one['event']}/replay", *own)
        county.get(f"{record}/accesses/{one['event']}/replay", *AUDITOR)


def log_of(county: Served, record: str) -> list[str]:
    """Every access that names the record, on whichever stream, newest first: the whole log is read."""
    found = []
    for row in county.service.opened.reader.log(first=1, limit=10**6):
        event = event_of(row)
        if isinstance(event, Event) and event.LIFECYCLE == "access":
            if record in (str(value) for value in vars(event).values()):
                found.append(str(row.event))
    return found[::-1]


def history(county: Served, life: Life) -> Iterator[Json]:
    """What the resident is told, page by page."""
    cursor: str | None = ""
    while cursor is not None:
        asked = {"limit": "50", **({"cursor": cursor} if cursor else {})}
        page = county.get(f"/v1/records/{life.record}/accesses", life.resident, "self", asked)
        assert page.status_code == 200, page.text
        yield from page.json()["accesses"]
        cursor = page.json()["next"]


def test_the_residents_own_history_equals_a_scan_of_the_whole_log(served: Served, life: Life) -> None:
    scanned = log_of(served, life.record)

    told = list(history(served, life))

    assert [one["event"] for one in told] == scanned
    topics = {one["topic"] for one in told}
    assert topics == {topic for topic in TOPICS if topic.startswith("access.")}
    keys = {one["access"].get("key_kind") for one in told}
    assert {"record-number", "roster", "tasks", "accesses"} <= keys
    bases = {one["access"].get("basis") for one in told}
    assert {"custody", "self", "emergency", "audit"} <= bases


def test_every_line_of_it_says_who_looked_in_two_languages(served: Served, life: Life) -> None:
    for one in history(served, life):
        assert one["words"]["zh"].endswith("。") and one["words"]["en"].endswith(".")
        assert one["by"]["institution"] or one["who"]["institution"] is None
        assert one["by"]["person"] or one["who"]["actor"] is None
        assert "{" not in one["words"]["zh"] + one["words"]["en"]
