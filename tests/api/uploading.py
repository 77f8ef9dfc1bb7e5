"""A client of tus, as the tests of documents need it."""

import hashlib
import http.client
import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import httpx
import psycopg

from api.demo_issuer import AUDIENCE, ISSUER
from domain.forms.document import facts_of
from domain.record import Record
from store.blobs_sealing import CHUNK
from store.database import APPENDER, Database
from tests.api.served import Json, Served, new_entry

TUS = {"Tus-Resumable": "1.0.0"}
PIECE = CHUNK


def some_bytes(size: int) -> bytes:
    return os.urandom(size)


def variables_of(county: Served, database: Database) -> dict[str, str]:
    """The settings of a process of its own that serves the same county."""
    return {
        "LIFELONG_DSN": database.admin,
        "LIFELONG_ORIGIN": county.service.opened.origin,
        "LIFELONG_OIDC_ISSUER": ISSUER,
        "LIFELONG_OIDC_AUDIENCE": AUDIENCE,
        "LIFELONG_OIDC_JWKS": str(county.issuer.jwks),
    }


def document_entry(blob: str, content: bytes, **changes: object) -> Json:
    """An entry that names the upload of these bytes."""
    facts = {**facts_of(b""), "data": None, "blob": blob, **hashes(content)}
    return {**new_entry("documents", None, **{**facts, **changes}), "edition": "2026.2"}


def hashes(content: bytes) -> Json:
    return {
        "length": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "sha512": hashlib.sha512(content).hexdigest(),
    }


@dataclass
class Uploader:
    """Uploads as somebody."""

    served: Served
    who: str = "nurse"

    def headers(self, **more: str) -> dict[str, str]:
        told = self.served.headers(self.who, "care")
        del told["Content-Type"]
        return {**told, **TUS, **{name.replace("_", "-"): value for name, value in more.items()}}

    def begin(self, record: str, length: int | str) -> httpx.Response:
        headers = self.headers(Upload_Length=str(length))
        return self.served.client.post(f"/v1/records/{record}/uploads", headers=headers)

    def begun(self, record: str, length: int) -> str:
        """The id of a new upload."""
        answer = self.begin(record, length)
        assert answer.status_code == 201, answer.text
        return answer.headers["Location"].removeprefix("/v1/uploads/")

    def patch(self, blob: str, offset: int, content: bytes, **more: str) -> httpx.Response:
        sent = {"Upload_Offset": str(offset), "Content_Type": "application/offset+octet-stream", **more}
        return self.served.client.patch(f"/v1/uploads/{blob}", content=content, headers=self.headers(**sent))

    def head(self, blob: str) -> httpx.Response:
        return self.served.client.head(f"/v1/uploads/{blob}", headers=self.headers())

    def delete(self, blob: str) -> httpx.Response:
        return self.served.client.delete(f"/v1/uploads/{blob}", headers=self.headers())

    def upload(self, record: str, content: bytes) -> str:
        """The id of a whole upload of these bytes."""
        blob = self.begun(record, len(content))
        answer = self.patch(blob, 0, content)
        assert answer.status_code == 204, answer.text
        assert answer.headers["Upload-Offset"] == str(len(content))
        return blob

    def attach(self, record: str, blob: str, content: bytes, **changes: object) -> httpx.Response:
        return self.served.post(
            f"/v1/records/{record}/documents", document_entry(blob, content, **changes), self.who
        )

    def attached(self, record: str, content: bytes) -> str:
        """The entry of a document of these bytes, uploaded."""
        answer = self.attach(record, self.upload(record, content), content)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["entry"])

    def content(self, record: str, entry: str, who: str | None = None, **params: str) -> httpx.Response:
        path = f"/v1/records/{record}/documents/{entry}/content"
        return self.served.get(path, who or self.who, params=params)


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, str(answer.json()["type"]).removeprefix("/problems/")


def accesses(served: Served, record: str) -> list[Json]:
    """What the resident's access stream holds, oldest first."""
    log = served.service.records.gate.log
    found = log.load(Record, UUID(record))
    assert found is not None
    return [dict(vars(one.event)) for one in log.read(found.access_stream)]


def inline_entry(content: bytes, **changes: object) -> Json:
    return new_entry("documents", None, **{**facts_of(content), **changes})


def correct(served: Served, record: str, entry: str, seen: httpx.Response, body: Json) -> httpx.Response:
    told = {name: value for name, value in body.items() if name != "form"}
    asked = {**told, "entry": entry, "reason": "the wrong file"}
    return served.post(f"/v1/records/{record}/corrections", asked, if_match=seen.headers["ETag"])


def rows(database: Database, blob: str) -> tuple[int, int]:
    """How many rows of the document and of its chunks there are."""
    with psycopg.connect(database.dsn(APPENDER)) as connection:
        found = connection.execute(
            "SELECT (SELECT count(*) FROM store.blob WHERE blob_id = %(blob)s), "
            "(SELECT count(*) FROM store.blob_chunk WHERE blob_id = %(blob)s)",
            {"blob": blob},
        ).fetchone()
    assert found is not None
    return int(found[0]), int(found[1])


class Slow:
    """A PATCH whose body is sent by hand."""

    def __init__(self, nurse: Uploader, blob: str, offset: int, length: int) -> None:
        url = nurse.served.client.base_url
        self._connection = http.client.HTTPConnection(url.host, url.port, timeout=30)
        self._connection.putrequest("PATCH", f"/v1/uploads/{blob}")
        told = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        for name, value in {**nurse.headers(), **told, "Content-Length": str(length)}.items():
            self._connection.putheader(name, value)
        self._connection.endheaders()

    def send(self, content: bytes) -> None:
        self._connection.send(content)
        time.sleep(0.1)  # until the server has taken it

    def status(self) -> int:
        answer = self._connection.getresponse()
        answer.read()
        self._connection.close()
        return answer.status

    def cut(self) -> None:
        assert isinstance(self._connection.sock, socket.socket)
        self._connection.sock.close()
        self._connection.close()


def cut_off(nurse: Uploader, blob: str, content: bytes, sent: int) -> None:
    """Announce everything, send a part, and break the connection."""
    slow = Slow(nurse, blob, 0, len(content))
    slow.send(content[:sent])
    slow.cut()


def eventually(ask: Callable[[], int], expected: int) -> int:
    """The answer, once it is the one expected, or the last one after a while."""
    until = time.monotonic() + 10
    while (answer := ask()) != expected and time.monotonic() < until:
        time.sleep(0.05)
    return answer
