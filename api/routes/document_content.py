"""The bytes of a document, streamed. The access is recorded before the first of them leaves."""

import base64
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request as HttpRequest
from starlette.responses import Response, StreamingResponse

from api.deps import Reading, RecordsDep
from api.documentation import COMMON, Documented, problems
from api.instants import version_number
from api.routes.uploads import flow_of
from api.strict_route import StrictRoute
from domain.record_documents import EDITION, OpenDocument

router = APIRouter(route_class=StrictRoute, tags=["documents"], prefix="/v1/records")

# What no browser runs, by the ending of a file name; whatever else was uploaded leaves as mere bytes.
INERT: Final = {
    "application/pdf": "pdf",
    "application/dicom": "dcm",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/tiff": "tif",
    "text/plain": "txt",
}
BYTES: Final = "application/octet-stream"
VERSION = "the document as the record had it at this version"
ANSWER: Documented = {200: {"description": "The bytes.", "content": {BYTES: {}}}}


@router.get(
    "/{record_id}/documents/{entry}/content",
    response_class=Response,
    responses={**problems(COMMON), **ANSWER},
)
def read_content(
    record_id: UUID,
    entry: UUID,
    request: HttpRequest,
    reading: Reading,
    records: RecordsDep,
    version: Annotated[str | None, Query(description=VERSION)] = None,
) -> Response:
    """The bytes of a document, whole. Repr-Digest is the digest that the recorded access carries.

    A connection that ends before Content-Length bytes came means that the stored bytes are not what they
    were; what came until then was authenticated.
    """
    opened = records.open_document(reading, record_id, entry, version=version_number(version))
    body = flow_of(request).sent(opened.pieces())
    return StreamingResponse(body, 200, _headers(opened), media_type=_media_type(opened))


def _media_type(opened: OpenDocument) -> str:
    told = opened.media_type.partition(";")[0]
    return told if told in INERT else BYTES


def _headers(opened: OpenDocument) -> dict[str, str]:
    """Never shown in place, never guessed at, run by nothing (RFC 6266, RFC 9530)."""
    name = f"{opened.entry}.{INERT.get(_media_type(opened), 'bin')}"
    digest = base64.b64encode(bytes.fromhex(opened.sha256)).decode()
    return {
        "Content-Length": str(opened.length),
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Repr-Digest": f"sha-256=:{digest}:",
        "View-Edition": EDITION,
    }
