"""Uploading a document in pieces, by tus 1.0.0: begin, ask, go on, give up. An entry names it afterwards."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Header
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from api import tus
from api.deps import Asking, RecordsDep, principal_of
from api.document_flow import DocumentFlow
from api.documentation import COMMON, problems
from api.problems import Refusal
from api.strict_route import OpenRoute, check_type

router = APIRouter(route_class=tus.TusRoute, tags=["uploads"], prefix="/v1")
configuration = APIRouter(route_class=OpenRoute, tags=["uploads"], prefix="/v1")

CREATING: Final = {
    412: "Tus-Resumable is missing or another version than 1.0.0.",
    413: "The document is larger than accepted.",
    429: "The caller has too many uploads that no entry names.",
}
GOING_ON: Final = {
    409: "The upload stands at another byte, which Upload-Offset names.",
    412: CREATING[412],
    413: "More bytes than were announced.",
    415: "The body is not application/offset+octet-stream.",
}
BYTES: Final = {
    "requestBody": {
        "required": True,
        "content": {
            tus.MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}, "example": "the bytes"}
        },
    }
}
OVERRIDE = "PATCH"


@router.post(
    "/records/{record_id}/uploads",
    status_code=201,
    response_class=Response,
    responses=problems(COMMON, CREATING),
    dependencies=[tus.Resumable],
)
def begin_upload(
    record_id: UUID,
    request: HttpRequest,
    asking: Asking,
    length: tus.UploadLength,
    records: RecordsDep,
) -> Response:
    """Begin the upload of a document for this record. Location names it; its last part is the entry's `blob`.

    What no entry names is removed after the time in Upload-Expires. Repeated under its Idempotency-Key, the
    request is answered with the same upload, where it stands by then.
    """
    if request.headers.get("content-length", "0") != "0":
        raise Refusal("body-too-large", largest=0)
    upload = records.begin_upload(asking, record_id, length)
    return Response(None, 201, {"Location": f"/v1/uploads/{upload.id}", **tus.standing(upload)})


@router.head(
    "/uploads/{upload_id}",
    response_class=Response,
    responses=problems(COMMON, {412: CREATING[412]}),
    dependencies=[tus.Resumable],
)
def ask_upload(upload_id: UUID, request: HttpRequest, records: RecordsDep) -> Response:
    """Where the caller's upload stands: Upload-Offset."""
    upload = records.find_upload(principal_of(request), upload_id)
    return Response(None, 200, {"Upload-Length": str(upload.length), **tus.standing(upload)})


@router.patch(
    "/uploads/{upload_id}",
    status_code=204,
    response_class=Response,
    responses=problems(COMMON, GOING_ON),
    openapi_extra=BYTES,
    dependencies=[tus.Resumable],
)
async def go_on(
    upload_id: UUID, request: HttpRequest, offset: tus.UploadOffset, records: RecordsDep
) -> Response:
    """The next bytes of the caller's upload. After a broken connection ask with HEAD where it stands."""
    check_type(request, tus.MEDIA_TYPE)
    principal, flow = principal_of(request), flow_of(request)
    upload = await flow.receive(request, lambda: records.resume_upload(principal, upload_id, offset))
    return Response(None, 204, tus.standing(upload))


@router.delete(
    "/uploads/{upload_id}",
    status_code=204,
    response_class=Response,
    responses=problems(COMMON, {409: "An entry names it.", 412: CREATING[412]}),
    dependencies=[tus.Resumable],
)
def give_up(upload_id: UUID, request: HttpRequest, records: RecordsDep) -> Response:
    """Give up the caller's upload: its bytes and their key are destroyed."""
    records.remove_upload(principal_of(request), upload_id)
    return Response(None, 204)


@router.post(
    "/uploads/{upload_id}",
    status_code=204,
    response_class=Response,
    responses=problems(COMMON, GOING_ON, {405: "The method named is not one of these."}),
    openapi_extra=BYTES,
    dependencies=[tus.Resumable],
)
async def go_on_by_post(
    upload_id: UUID,
    request: HttpRequest,
    offset: tus.UploadOffset,
    records: RecordsDep,
    method: Annotated[str | None, Header(alias="X-HTTP-Method-Override", description=OVERRIDE)] = None,
) -> Response:
    """PATCH, for clients behind something that does not let it pass: X-HTTP-Method-Override says so."""
    if method != "PATCH":
        raise Refusal("method-not-allowed", {"Allow": "HEAD, PATCH, DELETE"})
    return await go_on(upload_id, request, offset, records)


@configuration.options("/records/{record_id}/uploads", status_code=204, response_class=Response)
@configuration.options("/uploads/{upload_id}", status_code=204, response_class=Response)
def tell_configuration() -> Response:
    """What this server knows of tus."""
    return Response(None, 204, dict(tus.CONFIGURATION))


def flow_of(request: HttpRequest) -> DocumentFlow:
    """The uploads and downloads of this process."""
    held: DocumentFlow = request.app.state.documents
    return held
