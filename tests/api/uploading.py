"""A client of tus, as the tests of documents need it."""

import hashlib
import os
from dataclasses import dataclass

import httpx

from api.demo_issuer import AUDIENCE, ISSUER
from domain.forms.document import facts_of
from store.blobs_sealing import CHUNK
from store.database import Database
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
