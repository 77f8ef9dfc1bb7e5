"""A document attached to the record, with the hashes that bind it: inline up to 1 MB, uploaded up to 25 MB.

Follows FHIR R4 DocumentReference.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from domain.document_port import LARGEST_UPLOAD
from domain.forms.model import ActorId, Block, Breach, Code, Flag, Line, Name, PartialDate
from domain.scalars import Checked, Count, Pattern
from domain.values import CodingIn

LARGEST = 1_048_576  # bytes, decoded
LONGEST_TEXT = (LARGEST + 2) // 3 * 4


class DocumentKind(Code, value_set="Lifelong 2026"):
    FRONT_PAGE = "front-page", "病案首页"
    PRESCRIPTION = "prescription", "处方"
    ORDER = "order", "医嘱"
    LAB_REPORT = "lab-report", "检验报告"
    IMAGING_REPORT = "imaging-report", "检查报告"
    DISCHARGE_SUMMARY = "discharge-summary", "出院小结"
    CONSENT = "consent", "知情同意书"
    FHIR_RESOURCE = "fhir-resource", "FHIR 资源"
    OTHER = "other", "其他"


def decoded(data: str) -> bytes | None:
    """The bytes of canonical base64 (RFC 4648 section 4: padded, no line breaks), 1 MB at most, else None."""
    if not data or len(data) > LONGEST_TEXT or len(data) % 4 or not data.isascii():
        return None
    try:
        content = base64.b64decode(data, validate=True)
    except binascii.Error:
        return None
    # Unused bits of the last character must be zero, or two texts would stand for the same bytes.
    canonical = base64.b64encode(content).decode() == data
    return content if canonical and len(content) <= LARGEST else None


MediaType = Annotated[
    str,
    Pattern(
        "media-type",
        r"[a-z]{1,20}/[a-z0-9][a-z0-9!#$&^_.+-]{0,99}(; ?[a-z0-9-]{1,40}=[A-Za-z0-9._-]{1,60})?",
        "a media type such as application/pdf",
    ),
]
Language = Annotated[
    str, Pattern("bcp47", r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", "a language tag such as zh-CN")
]
Sha256 = Annotated[str, Pattern("sha256", r"[0-9a-f]{64}", "SHA-256 as 64 lower-case hexadecimal digits")]
Sha512 = Annotated[str, Pattern("sha512", r"[0-9a-f]{128}", "SHA-512 as 128 lower-case hexadecimal digits")]
Length = Annotated[int, Count("bytes", 1, LARGEST)]
UploadLength = Annotated[int, Count("bytes", 1, LARGEST_UPLOAD)]
Data = Annotated[
    str,
    Checked(
        f"base64-{LARGEST}",
        f"padded base64 without line breaks of 1 to {LARGEST} bytes",
        lambda text: decoded(text) is not None,
    ),
]


class Document(Block):
    """附件: length and hashes must be those of the data, so that what was sent is what is kept."""

    rules: ClassVar[tuple[str, ...]] = ("length, sha256 and sha512 are those of the decoded data",)

    title: Line = Field(title="标题")
    kind: DocumentKind = Field(title="文档类别")
    coding: CodingIn | None = Field(None, title="文档类别编码")
    media_type: MediaType = Field(title="媒体类型")
    language: Language | None = Field(None, title="语言")
    author: Name | None = Field(None, title="作者")
    written_on: PartialDate | None = Field(None, title="书写日期")
    signed_paper: Flag | None = Field(None, title="是否已签字纸质件的复制件")
    length: Length = Field(title="字节数")
    sha256: Sha256 = Field(title="SHA-256")
    sha512: Sha512 = Field(title="SHA-512")
    data: Data = Field(title="内容（base64）")

    def breaches(self) -> Iterator[Breach]:
        return _differing(self, self.data)


class DocumentOrUpload(Document):
    """附件: as before, or with the id of an upload in place of the data, whose bytes the record checks."""

    rules: ClassVar[tuple[str, ...]] = (
        "either data or blob is given",
        "length, sha256 and sha512 are those of the decoded data",
        "length, sha256 and sha512 are those of the upload: checked when the entry is stored",
    )

    length: UploadLength = Field(title="字节数")
    data: Data | None = Field(None, title="内容（base64）")  # type: ignore[assignment]  # wider than in the edition before
    blob: ActorId | None = Field(None, title="上传编号")

    def breaches(self) -> Iterator[Breach]:
        if (self.data is None) == (self.blob is None):
            yield "/blob", "must be given if data is not, and not if it is"
        elif self.data is not None:
            yield from _differing(self, self.data)


def _differing(document: Document, data: str) -> Iterator[Breach]:
    content = decoded(data) or b""
    for field, fact in facts_of(content).items():
        if field != "data" and getattr(document, field) != fact:
            yield f"/{field}", "must be that of the decoded data"


def facts_of(content: bytes) -> dict[str, str | int]:
    """length, sha256, sha512 and data for the form, from the bytes of a document."""
    return {
        "length": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "sha512": hashlib.sha512(content).hexdigest(),
        "data": base64.b64encode(content).decode(),
    }
