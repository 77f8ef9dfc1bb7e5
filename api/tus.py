"""The protocol of resumable uploads, tus 1.0.0 (https://tus.io/protocols/resumable-upload): its headers.

Core, and the extensions creation, expiration and termination; with deferred lengths, checksums and
concatenation left out. Upload-Metadata is not looked at: clients put names of files there.
"""

from email.utils import format_datetime
from typing import Annotated, Final

from fastapi import Depends, Header
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from api.problems import Refusal, respond, tell
from api.strict_route import Handler, StrictRoute
from domain.document_errors import OffsetMoved
from domain.document_port import LARGEST_UPLOAD, Upload
from domain.errors import RecordError

VERSION: Final = "1.0.0"
MEDIA_TYPE: Final = "application/offset+octet-stream"
EXTENSIONS: Final = "creation,expiration,termination"
CONFIGURATION: Final = {
    "Tus-Resumable": VERSION,
    "Tus-Version": VERSION,
    "Tus-Extension": EXTENSIONS,
    "Tus-Max-Size": str(LARGEST_UPLOAD),
}
LARGEST_NUMBER = 15  # digits of a length or an offset that is read at all

VERSION_OF = "The version of the protocol: 1.0.0."
LENGTH = f"How many bytes the document has, 1 to {LARGEST_UPLOAD}."
OFFSET = "The byte this request goes on from, as Upload-Offset was answered last."


class TusRoute(StrictRoute):
    """A route of the protocol: every answer names the version, a problem too."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def handler(request: HttpRequest) -> Response:
            try:
                answer = await handle(request)
            except (RecordError, Refusal) as error:
                answer = respond(tell(error), request)
                if isinstance(error, OffsetMoved):
                    answer.headers["Upload-Offset"] = str(error.received)
            answer.headers["Tus-Resumable"] = VERSION
            return answer

        return handler


async def resumable(
    version: Annotated[str | None, Header(alias="Tus-Resumable", description=VERSION_OF)] = None,
) -> None:
    """Raises Refusal tus-version-refused."""
    if version != VERSION:
        raise Refusal("tus-version-refused", {"Tus-Version": VERSION}, accepted=[VERSION])


async def upload_length(
    length: Annotated[str | None, Header(alias="Upload-Length", description=LENGTH)] = None,
) -> int:
    """Raises Refusal header-refused; whether it is too long is the domain's to say."""
    return _number("Upload-Length", length, LENGTH)


async def upload_offset(
    offset: Annotated[str | None, Header(alias="Upload-Offset", description=OFFSET)] = None,
) -> int:
    """Raises Refusal header-refused."""
    return _number("Upload-Offset", offset, OFFSET)


def _number(header: str, text: str | None, accepts: str) -> int:
    if text is None or not text.isascii() or not text.isdecimal() or len(text) > LARGEST_NUMBER:
        raise Refusal("header-refused", header=header, accepts=accepts)
    return int(text)


def standing(upload: Upload) -> dict[str, str]:
    """The headers that tell where an upload stands."""
    told = {"Upload-Offset": str(upload.received)}
    if upload.expires_at is not None:
        told["Upload-Expires"] = format_datetime(upload.expires_at, usegmt=True)
    return told


Resumable = Depends(resumable)
UploadLength = Annotated[int, Depends(upload_length)]
UploadOffset = Annotated[int, Depends(upload_offset)]
