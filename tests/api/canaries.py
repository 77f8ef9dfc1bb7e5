"""Canaries: names and numbers that may be nowhere outside the encrypted content, and what tells them.

`succeed` writes a whole life with one in every text field; `fail` puts one where a request can be wrong.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import cast
from urllib.parse import quote

import httpx

from api.demo_issuer import ISSUER
from domain import forms
from domain.forms.document import facts_of
from tests.api.served import WHEN, Json, Served, login, new_entry
from tests.api.whole_life import Life
from tests.builders import content, identity_number

NAME = "金丝雀"
NUMBERS = [identity_number("19470228", order) for order in (101, 202, 303)]
NUMBER, SECOND, THIRD = NUMBERS
PASSPORT, RECORD_NUMBER, LOGIN, WORD = "E47022847", "11010100100154321", "canary-subject", "canaryword"
CARD, PHONE = "CANARYCARD", "13947022847"
CANARIES = (NAME, *NUMBERS, PASSPORT, RECORD_NUMBER, LOGIN, WORD, CARD, PHONE)
RESIDENT = f"{LOGIN}wang"
TOLD = {"cause": f"{WORD} {NAME}", "source": {"system": WORD, "device": NAME}}
NOWHERE = "00000000-0000-4000-8000-000000000000"


def spellings() -> list[bytes]:
    """How a canary may look in a file, a log line or an address."""
    ways = [
        way
        for canary in CANARIES
        for way in (
            canary,
            json.dumps(canary).strip('"'),
            quote(canary),
            canary.encode().hex(),
            canary.lower(),
        )
    ]
    return sorted({way.encode() for way in ways})


def found(where: bytes) -> list[bytes]:
    return [canary for canary in spellings() if canary in where]


@dataclass
class Drive:
    """A county full of canaries, and every answer it gave."""

    county: Served
    printed: list[str] = field(default_factory=list)
    answers: list[httpx.Response] = field(default_factory=list)

    def post(self, path: str, body: object, *args: str | None, **more: str | None) -> httpx.Response:
        answer = self.county.post(path, body, *args, **more)
        self.answers.append(answer)
        return answer

    def get(
        self, path: str, who: str | None = "nurse", purpose: str | None = "care", **query: str
    ) -> httpx.Response:
        answer = self.county.get(path, who, purpose, query)
        self.answers.append(answer)
        return answer

    def kept(self, path: str, body: object, *args: str | None, **more: str | None) -> None:
        assert (answer := self.post(path, body, *args, **more)).status_code == 201, answer.text


def planted(form: str, filled: Mapping[str, object]) -> Json:
    """A form's content, or the words of a change, with a canary in every text, telephone and card number."""
    if form not in forms.names():
        coded = form in ("closing", "numbers")
        words = {name: f"{NAME} {NUMBER} {value}" for name, value in filled.items()}
        return {**words, **({"reason": filled["reason"]} if coded else {})}
    described = forms.current(form, date(2026, 6, 1)).description["fields"]
    for pointer, told in cast(dict[str, Json], described).items():
        plant = PLANTS.get(str(told["kind"])) if not pointer.startswith("/login") else None
        if plant is not None:
            filled = cast(Json, _at(filled, pointer.split("/")[1:], plant, told))
    return {**filled, **INSTEAD.get(form, {})}


INSTEAD: Mapping[str, Mapping[str, object]] = {
    "personal-basic-information": {"identity_number": NUMBER, "birth_date": "1947-02-28", "sex": "male"},
    "document": facts_of(f"{NAME} {NUMBER}".encode() * 50),
}
PLANTS: dict[str, Callable[[str, Json], str]] = {
    "text": lambda value, told: f"{NAME}{value}"[: cast(int, told["longest"])],
    "phone": lambda value, told: PHONE,
    "card-number": lambda value, told: f"{CARD}-{value[-6:]}",
}


def _at(value: object, path: list[str], plant: Callable[[str, Json], str], told: Json) -> object:
    """The value with what stands at the path planted, if anything does."""
    if not path:
        return plant(str(value), told)
    first, *rest = path
    if first == "*" and isinstance(value, list):
        return [_at(one, rest, plant, told) for one in value]
    if isinstance(value, dict) and first in value:
        return {**value, first: _at(value[first], rest, plant, told)}
    return value


def entry(kind: str, name: str) -> Json:
    return {**new_entry(kind, name), "content": planted(name, content(name)), **TOLD}


def succeed(drive: Drive) -> Life:
    """A whole life written, searched and read."""
    life = Life(drive.county, planted, TOLD, logins=LOGIN)
    life.everything(
        documents=[{"kind": "identity-card", "number": NUMBER}],
        consent={"by": "resident", "paper": "a" * 64},
        record_number=RECORD_NUMBER,
        basic_information={
            "content": planted("personal-basic-information", content("personal-basic-information"))
        },
    )
    drive.answers += life.answers
    path = f"/v1/records/{life.record}"
    for _ in range(2):
        drive.kept(f"{path}/encounters", entry("encounters", "reception"), key=f"{WORD}-1")
    for kind, issuer in (("passport", "CHN"), ("other", NAME)):
        document = {"kind": kind, "number": PASSPORT, "issuer": issuer}
        drive.kept(f"{path}/identities", {"document": document})
        found = drive.post("/v1/search", {"kind": kind, "value": PASSPORT, "issuer": issuer}).json()["found"]
        assert found
    for who, purpose in (("nurse", "care"), (life.resident, "self")):
        for part in ("", "/events"):
            assert drive.get(path + part, who, purpose).status_code == 200
    assert drive.get(path + "/accesses", life.resident, "self").status_code == 200
    staff = {
        "name": f"{NAME}医生",
        "login": login(f"{LOGIN}-doctor"),
        "licence": {"kind": NAME, "number": THIRD},
    }
    drive.kept(f"/v1/institutions/{drive.county.clinic}/practitioners", staff, "clerk", "management")
    return life


def fail(drive: Drive) -> None:
    """A canary in every place where a request can be wrong."""
    county = drive.county
    card = {"kind": "identity-card", "number": NUMBER}
    asked = {"channel": "visit", "occurred_at": WHEN, "documents": [card], "consent": {"by": "resident"}}
    record = county.open_record()
    path = f"/v1/records/{record}/encounters"
    good = entry("encounters", "reception")
    bodies: list[object] = [
        b'{"' + NAME.encode(),
        {**good, NAME: NUMBER},
        {**good, "content": {NAME: NUMBER}},
        {**good, "content": {NUMBER: 1}},
        {**good, "content": NUMBER},
        {**good, "occurred_at": NUMBER},
        {**good, "form": NAME},
        {**good, "edition": NUMBER},
        {**good, "author": NUMBER},
        {**good, "author": NOWHERE},
        {**good, "cause": NAME * 200},
        {**good, "source": NAME},
        {**good, "source": {"system": NAME, NUMBER: 1}},
        {NAME: {NAME: [NUMBER, 1.5]}},
        [NAME, NUMBER],
        NAME,
        json.dumps({"content": NUMBER}).replace(NUMBER, NUMBER + "\\u0000").encode(),
        json.dumps({NAME: NAME}).replace(NAME, NAME + "\\ud800").encode(),
    ]
    for body in bodies:
        assert drive.post(path, body).status_code >= 400
    for changes in (
        {},
        {"documents": [{"kind": NAME, "number": NUMBER}]},
        {"documents": [{"kind": "identity-card", "number": NUMBER[:-1] + "Y"}]},
        {"documents": [{"kind": "identity-card", "number": SECOND}], "record_number": RECORD_NUMBER},
        {"record_number": NUMBER},
        {"channel": NAME},
        {"consent": {"by": NAME}},
        {"legal_basis": NAME, "consent": None},
        {"basic_information": {"content": {"name": NAME, "identity_number": NUMBER}}},
        {
            "login": {"issuer": ISSUER, "subject": RESIDENT},
            "documents": [{"kind": "temporary", "reason": NAME}],
        },
    ):
        assert drive.post("/v1/records", {**asked, **changes}).status_code >= 400
    _ask_wrongly(drive, record, good)


def _ask_wrongly(drive: Drive, record: str, good: Json) -> None:
    path = f"/v1/records/{record}/encounters"
    drive.get(f"/v1/records/{NUMBER}")
    drive.get(f"/v1/records/{quote(NAME)}")
    drive.get(f"/v1/records/{record}/{NUMBER}")
    drive.get(f"/v1/forms/{quote(NAME)}")
    drive.get(f"/problems/{NUMBER}")
    drive.get(f"/v1/logs/{NUMBER}/receipt-key")
    drive.get(f"/v1/records/{record}", **{NAME: NUMBER})
    drive.get(f"/v1/records/{record}", asof=NUMBER)
    drive.get(f"/v1/records/{record}", as_of=NUMBER)
    drive.get(f"/v1/records/{record}", version=NUMBER)
    drive.get(f"/v1/records/{record}", RESIDENT, "self")
    drive.get(f"/v1/records/{record}", f"{LOGIN}-stranger", "care")
    drive.get(f"/v1/records/{record}", "nurse", WORD)
    drive.get(f"/v1/records/{NOWHERE}", "nurse", f"{WORD} {NUMBER}")
    drive.post(path, good, "nurse", "care", key=WORD * 30)
    drive.post(f"/v1/records/{record}/closing", good, if_match=NUMBER)
    drive.post("/v1/search", {"kind": "identity-card", "value": NUMBER}, "other-nurse")
    drive.post("/v1/search", {"kind": NAME, "value": NUMBER})
    drive.post("/v1/search", {"kind": "identity-card", "value": NUMBER[:-1]})
    lines = [
        {"key": WORD, "record": record, "collection": NAME, **good},
        {NAME: NUMBER},
        {**good, "key": NUMBER},
    ]
    headers = {**drive.county.headers("nurse", "care"), "Content-Type": "application/x-ndjson"}
    body = b"\n".join(json.dumps(line).encode() for line in lines) + b'\n{"' + NAME.encode()
    drive.county.client.post("/v1/batches", content=body, headers=headers)
    for header in ("Authorization", "Content-Type", "X-Request-Id", "User-Agent"):
        told = {**drive.county.headers("nurse", "care"), header: f"Bearer {NUMBER} {WORD}"}
        drive.answers.append(drive.county.client.post(path, content=json.dumps(good), headers=told))
