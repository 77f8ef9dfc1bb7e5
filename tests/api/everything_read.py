"""Every question over HTTP whose answer shows something of a record: found in the API's own description.

A new route is among them by itself; what is told of it here is what its path is filled with, and who may ask.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import UUID

import httpx

from domain.record import Record
from tests.api.listed import fold, now
from tests.api.published import publish
from tests.api.served import Served, enrol, login, new_entry, new_number, new_record
from tests.api.uploading import Uploader
from tests.builders import content

Json: TypeAlias = dict[str, Any]  # parsed JSON, which the tests index freely
NAME, PHONE, DRUG, BYTES = "金丝雀", "13947022847", "canary-drug", b"canary-document " * 4
SECRETS = tuple(one.encode() for one in (NAME, PHONE, DRUG, "canary-document"))

# They show nobody: code lists, forms, problems, hashes and keys, the state of the service and of its views.
SHOWS_NOBODY = re.compile(
    r"/(healthz|readyz|metrics|docs|openapi\.json|problems.*)"
    r"|/v1/(value-sets|regions|forms|projections|uploads|logs).*"
)
READERS = (
    ("nurse", "care"),
    ("manager", "management"),
    ("wang", "self"),
    ("auditor", "audit"),
    ("clerk", "management"),
    ("county", "management"),
)
SEARCHES = (("name", NAME), ("name-prefix", NAME[:2]), ("phone", PHONE))


@dataclass(frozen=True)
class Question:
    """One request, and who is answered it."""

    path: str
    who: str = ""
    purpose: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    body: Json | None = None  # None: a GET

    def ask(self, county: Served) -> httpx.Response:
        if self.body is not None:
            return county.post(self.path, self.body, self.who, self.purpose)
        return county.get(self.path, self.who, self.purpose, self.params)

    def __str__(self) -> str:
        return f"{self.path} {dict(self.params)} {self.body or ''} as {self.who}"


@dataclass(frozen=True)
class Shown:
    """A resident at the clinic of whom there is something to show, everywhere."""

    county: Served
    record: str
    filled: Mapping[str, str]  # what stands in paths and queries, by the parameter's name

    @classmethod
    def at(cls, county: Served) -> "Shown":
        enrol(county, county.bureau, "auditor", "auditor")
        number = new_number()
        told: Json = content("personal-basic-information", identity_number=number, phone=PHONE)
        told |= {"name": NAME, "birth_date": f"{number[6:10]}-{number[10:12]}-{number[12:14]}"}
        told |= {"sex": "male" if int(number[16]) % 2 else "female"}
        asked = {**new_record(number), "basic_information": {"content": told}, "login": login("wang")}
        opened = county.post("/v1/records", asked)
        assert opened.status_code == 201, opened.text
        record = str(opened.json()["record"])
        for kind, changes in (("medications", {"drug": DRUG}), ("encounters", {}), ("problems", {})):
            added = county.post(f"/v1/records/{record}/{kind}", _entry(kind, changes))
            assert added.status_code == 201, added.text
        entry = Uploader(county).attached(record, BYTES)
        assert county.get(f"/v1/records/{record}").status_code == 200
        fold(county)
        publish(county)  # what is evidence is proved by that
        return cls(county, record, _filled(county, record, entry))

    def questions(self) -> Iterator[Question]:
        """Each route as somebody is answered it, and once more with each parameter that it takes."""
        paths: Json = self.county.client.get("/openapi.json").json()["paths"]
        for path, operations in paths.items():
            if "get" in operations and not SHOWS_NOBODY.fullmatch(path):
                yield from self._of(path, operations["get"].get("parameters", []))
        for kind, value in SEARCHES:
            yield Question("/v1/search", "nurse", "care", body={"kind": kind, "value": value})

    def _of(self, path: str, parameters: list[Json]) -> Iterator[Question]:
        named = {one["name"] for one in parameters if one["in"] == "path"}
        assert named <= self.filled.keys(), f"{path}: with what shall {named - self.filled.keys()} be filled?"
        needed = {one["name"]: self.filled[one["name"]] for one in parameters if _is_needed(one)}
        plain = self._answered(Question(path.format(**self.filled), params=needed))
        yield plain
        for one in parameters:
            if one["in"] == "query" and one["name"] not in needed and one["name"] in self.filled:
                more = {**needed, one["name"]: self.filled[one["name"]]}
                yield Question(plain.path, plain.who, plain.purpose, more)

    def _answered(self, asked: Question) -> Question:
        for who, purpose in READERS:
            one = Question(asked.path, who, purpose, asked.params)
            if one.ask(self.county).status_code == 200:
                return one
        raise AssertionError(f"{asked.path}: nobody is shown it; who may ask?")


def _entry(kind: str, changes: Json) -> Json:
    made = new_entry(kind)
    if isinstance(made["content"], dict) and "drug" in changes and "name" in made["content"]:
        made["content"] = {**made["content"], "name": changes["drug"]}
    return made


def _is_needed(parameter: Json) -> bool:
    return parameter["in"] == "query" and bool(parameter["required"])


def _filled(county: Served, record: str, entry: str) -> dict[str, str]:
    log = county.service.records.gate.log
    opened = log.load(Record, UUID(record))
    assert opened is not None
    [read, *_] = [
        one.stored for one in log.read(opened.access_stream) if one.stored.topic == "access.read.v1"
    ]
    return {
        "record_id": record,
        "institution_id": str(county.clinic),
        "practitioner_id": str(county.nurse),
        "entry": entry,
        "entry_id": entry,
        "event": str(read.event),
        "event_id": str(read.event),
        "name": "systolic",
        "area": "110101",
        "version": str(opened.version),
        "as_of": now(),
        "valid_at": now(),
        "documents": "true",
        "section": "medications",
        "format": "csv",
        "limit": "1",
    }
