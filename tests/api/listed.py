"""People with names at a county's clinic, and the lists that are asked for them."""

from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import UUID

import httpx

from domain.record import Record
from projections.source import Place
from tests.api.served import Served, new_number, new_record
from tests.builders import content
from tests.projections.catching_up import catch_up

Json: TypeAlias = dict[str, Any]  # parsed JSON, which the tests index freely
NAMES = ("王小明", "王小红", "王大伟", "欧阳小明", "=cmd|' /C calc'!A0")
MANAGER = ("manager", "management")
ROSTER_LINE = {"record", "number", "name", "sex", "birth_date", "status", "version", "area", "since"}


def fold(county: Served) -> None:
    catch_up(Place.of(county.service.settings, county.service.database))


def now() -> str:
    return datetime.now(UTC).isoformat()


def open_named(county: Served, name: str, who: str = "nurse", **more: object) -> str:
    number = new_number()
    filled: Json = content("personal-basic-information", identity_number=number, **more)
    filled |= {"name": name, "birth_date": f"{number[6:10]}-{number[10:12]}-{number[12:14]}"}
    filled |= {"sex": "male" if int(number[16]) % 2 else "female"}
    asked = {**new_record(number), "basic_information": {"content": filled}}
    answer = county.post("/v1/records", asked, who)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["record"])


def roster(county: Served, who: str = "nurse", purpose: str = "care", **params: str) -> httpx.Response:
    return county.get(f"/v1/institutions/{county.clinic}/roster", who, purpose, params)


def tasks(county: Served, **params: str) -> httpx.Response:
    return county.get(f"/v1/institutions/{county.clinic}/tasks", *MANAGER, params)


def search(county: Served, kind: str, value: str, who: str = "nurse", **more: object) -> httpx.Response:
    return county.post("/v1/search", {"kind": kind, "value": value, **more}, who)


def accesses(county: Served, record: str) -> list[tuple[str, str]]:
    """Topic and key kind of what the access stream tells, oldest first."""
    log = county.service.records.gate.log
    opened = log.load(Record, UUID(record))
    assert opened is not None
    return [
        (one.stored.topic, str(getattr(one.event, "key_kind", ""))) for one in log.read(opened.access_stream)
    ]
