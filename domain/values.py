"""Values every event carries: who, when, why, and the editions applied.

They are JSON-shaped, so that what is stored is what is seen.
The TypedDicts are the stored shapes; the `…In` models check what comes from outside before it becomes one.
"""

import hashlib
import json
from typing import Annotated, NotRequired, TypedDict

from pydantic import BaseModel, ConfigDict, Field

from domain.identity import KINDS, identity_document
from domain.identity import IdentityDocument as IdentityDocument
from domain.identity import IdentityNumber as IdentityNumber
from domain.record_number import RecordNumber as RecordNumber
from domain.scalars import Day, Pattern, Text
from domain.scalars import JsonObject as JsonObject
from domain.scalars import JsonValue as JsonValue
from domain.time import Occurred as Occurred
from domain.time import accept_clock as accept_clock
from domain.time import earliest as earliest
from domain.time import latest as latest
from domain.time import occurred as occurred


class Licence(TypedDict):
    """The practising licence (执业证书) the actor acted under. until: its last civil day, YYYY-MM-DD."""

    kind: str
    number: str
    until: NotRequired[str]


class Authenticated(TypedDict):
    """How the caller was authenticated: issuer and subject of the token, method, client.

    As far as the issuer tells them, and events from before they were kept lack both: assurance, its name
    for how sure it is (`acr`); auth_time, when the caller proved who they are, in seconds since 1970.
    """

    issuer: str
    subject: str
    method: str
    client: str
    assurance: NotRequired[str]
    auth_time: NotRequired[int]


class Source(TypedDict):
    """The system an entry came from, and the device it was typed or measured on."""

    system: str
    device: str | None


class Who(TypedDict):
    """Who did it. `entered_by`: another person who typed it; `late`: written after the fact (补记)."""

    actor: str | None
    role: str
    institution: str | None
    licence: Licence | None
    entered_by: str | None
    authenticated: Authenticated
    source: Source | None
    late: bool


class EditionRef(TypedDict):
    """A definition by name and edition; the digest proves which text of it was applied."""

    name: str
    edition: str
    digest: str


class FormRef(EditionRef):
    """The form an entry's content satisfies."""


class RuleRef(EditionRef):
    """The rule or policy a decision was made under."""


class Coding(TypedDict):
    """A code as chosen: system, its version, the code, and the display as it was shown then."""

    system: str
    code: str
    version: NotRequired[str]
    display: NotRequired[str]


class Input(BaseModel):
    """Base of checked input: unknown fields refused, nothing coerced, frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


CodeSystem = Annotated[
    str,
    Pattern(
        "uri",
        r"[A-Za-z][A-Za-z0-9+.-]{1,31}:[!-~]{1,250}",
        "an absolute URI such as http://hl7.org/fhir/sid/icd-10",
    ),
]
CodeText = Annotated[
    str,
    Pattern(
        "code-text",
        r"(?=.{1,100}$)[!-~]+( [!-~]+)*",
        "a code of 1 to 100 printable ASCII characters without outer spaces",
    ),
]
ShortText = Annotated[str, Text(200)]


class CodingIn(Input):
    """A code of a code system, with the words shown to whoever chose it."""

    system: CodeSystem = Field(title="编码体系")
    code: CodeText = Field(title="代码")
    version: ShortText | None = Field(None, title="版本")
    display: ShortText | None = Field(None, title="显示名称")


class OccurredIn(Input):
    """A time as told, from outside: FHIR dateTime text, and whether it is an estimate."""

    at: str = Field(title="发生时间", max_length=40)
    about: bool = Field(False, title="是否约略")

    def value(self) -> Occurred:
        """Raises OccurredRefused. The precision is read from the text, never taken from the caller."""
        return occurred(self.at, about=self.about)


class IdentityDocumentIn(Input):
    """An identity document, from outside."""

    kind: str = Field(title="证件类型", max_length=40, json_schema_extra={"enum": list(KINDS)})
    number: str | None = Field(
        None, title="证件号码", max_length=200, description="the number; none if temporary"
    )
    issuer: str | None = Field(
        None,
        title="签发机关或国家",
        max_length=200,
        description="needed for passport (ISO 3166-1 code of the state), military and other",
    )
    reason: str | None = Field(
        None, title="无证件原因", max_length=200, description="why there is no document, if temporary"
    )

    def value(self) -> IdentityDocument:
        """The checked and normalised document. Raises ContentRefused naming the field."""
        return identity_document(self.kind, self.number, issuer=self.issuer, reason=self.reason)


class LicenceIn(Input):
    """A practising licence, from outside."""

    kind: ShortText = Field(title="执业证书类型")
    number: ShortText = Field(title="执业证书编号")
    until: Annotated[str, Day()] | None = Field(None, title="有效期至")

    def value(self) -> Licence:
        licence = Licence(kind=self.kind, number=self.number)
        return Licence(**licence, until=self.until) if self.until else licence


class SourceIn(Input):
    """The system and device an entry comes from, from outside."""

    system: ShortText = Field(title="来源系统")
    device: ShortText | None = Field(None, title="设备")

    def value(self) -> Source:
        return Source(system=self.system, device=self.device)


def definition(value: JsonValue) -> bytes:
    """A definition as sorted compact JSON in UTF-8, over which its digest is."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def digest(value: JsonValue) -> str:
    """SHA-256, hex, of a definition: the digest of an EditionRef."""
    return hashlib.sha256(definition(value)).hexdigest()
