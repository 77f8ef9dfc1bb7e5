"""A county as its people meet it: over HTTP, with tokens."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from uuid import UUID

import httpx
import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.auth import Tokens
from api.demo_issuer import ISSUER, DemoIssuer
from api.service import Service, serve
from domain.entries import FORMS
from domain.institution_state import Login
from domain.released import release_all
from domain.requests import NewInstitution, NewPractitioner
from store.blobs_rules import USUAL, UploadRules
from store.database import Database
from store.settings import DEFAULT_REFUSED_TOKENS, Settings
from tests.builders import AREA, COUNTY_CODE, content, identity_number, request

Json = dict[str, object]
CLINIC_CODE, OTHER_CODE = "A" * 22, "B" * 22
WHEN = "2026-06-01T09:30:00+08:00"

_order = count(1)


@dataclass
class Served:
    """The server, its service for looking behind it, and a way to ask as somebody."""

    service: Service
    issuer: DemoIssuer
    client: httpx.Client
    folder: Path
    bureau: UUID = field(default=UUID(int=0))
    clinic: UUID = field(default=UUID(int=0))
    other_clinic: UUID = field(default=UUID(int=0))
    nurse: UUID = field(default=UUID(int=0))

    def headers(self, who: str | None, purpose: str | None, **more: str | None) -> dict[str, str]:
        """Of a request as somebody, for a purpose; more: key= and if_match=."""
        told = {
            "Authorization": f"Bearer {self.issuer.token(who)}" if who else None,
            "Purpose-Of-Use": purpose,
            "Idempotency-Key": more.get("key"),
            "If-Match": more.get("if_match"),
            "Content-Type": "application/json",
        }
        return {name: value for name, value in told.items() if value is not None}

    def post(
        self,
        path: str,
        body: object,
        who: str | None = "nurse",
        purpose: str | None = "care",
        **more: str | None,
    ) -> httpx.Response:
        """body: bytes as they are, or anything JSON can say."""
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post(path, content=sent, headers=self.headers(who, purpose, **more))

    def get(
        self,
        path: str,
        who: str | None = "nurse",
        purpose: str | None = "care",
        params: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        return self.client.get(path, params=params, headers=self.headers(who, purpose))

    @property
    def position(self) -> int:
        return self.service.records.gate.log.position()

    def open_record(self, **changes: object) -> str:
        """A new resident's record at the nurse's clinic; its id."""
        answer = self.post("/v1/records", {**new_record(), **changes})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["record"])


def new_record(number: str | None = None, **changes: object) -> Json:
    """A record as the nurse asks for it, of a person nobody else has."""
    document = {"kind": "identity-card", "number": number or new_number()}
    asked: Json = {
        "channel": "visit",
        "occurred_at": WHEN,
        "documents": [document],
        "consent": {"by": "resident"},
    }
    return {**asked, **changes}


def new_number() -> str:
    """The ID number of another made-up person."""
    order = next(_order)
    return identity_number(f"19{50 + order // 900 % 40}0101", order % 900 + 1)


def new_entry(kind: str, form: str | None = None, **changes: object) -> Json:
    """An entry made of its form's example."""
    name = form or FORMS[kind][0]
    return {"occurred_at": WHEN, "form": name, "content": content(name, **changes)}


@contextmanager
def serving(
    database: Database,
    folder: Path,
    uploads: UploadRules = USUAL,
    refused_tokens: int = DEFAULT_REFUSED_TOKENS,
) -> Iterator[Served]:
    """Serve a founded and staffed county. Whoever tests it may look behind the gate."""
    release_all()
    issuer = DemoIssuer(folder / "issuer")
    settings = issuer.settings(Settings(data=folder, uploads=uploads, refused_tokens=refused_tokens))
    with serve(settings, database, Tokens.from_settings(settings)) as service:
        with listening(service) as address, httpx.Client(base_url=address, timeout=60) as client:
            county = Served(service, issuer, client, folder)
            _found(county)
            yield county


@contextmanager
def listening(service: Service, app: FastAPI | None = None) -> Iterator[str]:
    """The address of a server on a free port, in a thread of this process. app: else that of every county."""
    config = uvicorn.Config(
        app or create_app(service),
        port=0,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # as lifelong serve
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def login(subject: str) -> Login:
    return Login(issuer=ISSUER, subject=subject)


def _found(county: Served) -> None:
    """A bureau with an administrator and an auditor, two clinics with their people."""
    bureau = NewInstitution("示例县卫生健康局", "county-bureau", COUNTY_CODE, "110101000000")
    administrator = NewPractitioner("县管理员", login("county"), roles=("county-administrator",))
    registered = county.service.records.found(request("operator", "management"), bureau, administrator)
    county.bureau = registered.institution
    county.clinic = _institution(county, "示例村卫生室", CLINIC_CODE, AREA)
    county.other_clinic = _institution(county, "邻村卫生室", OTHER_CODE, "110101001002")
    county.nurse = enrol(county, county.clinic, "nurse", "practitioner")
    enrol(county, county.bureau, "deputy", "county-administrator")
    enrol(county, county.clinic, "clerk", "institution-administrator")
    enrol(county, county.clinic, "manager", "practitioner", "record-manager")
    enrol(county, county.other_clinic, "other-nurse", "practitioner")


def _institution(county: Served, name: str, code: str, area: str) -> UUID:
    asked = {"name": name, "kind": "village-clinic", "code": code, "area": area}
    answer = county.post("/v1/institutions", asked, "county", "management")
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["institution"])


def enrol(county: Served, institution: UUID, subject: str, *roles: str) -> UUID:
    """Somebody who works at an institution, under that subject."""
    asked = {"name": subject, "login": login(subject), "roles": list(roles)}
    answer = county.post(f"/v1/institutions/{institution}/practitioners", asked, "county", "management")
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["practitioner"])
