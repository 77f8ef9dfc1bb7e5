"""What is sent to us, as JSON. Checked here for shape; what it means the domain checks."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.problems import below
from domain.errors import ContentRefused
from domain.forms.document import Sha256
from domain.institution_state import Login
from domain.requests import Consent, NewEntry, Request
from domain.values import (
    IdentityDocument,
    IdentityDocumentIn,
    Input,
    LicenceIn,
    Occurred,
    ShortText,
    SourceIn,
    occurred,
)

Id = Annotated[UUID, Field(strict=False)]  # JSON has no UUID: its text is taken
Word = Annotated[str, Field(max_length=100)]
Instant = Annotated[str, Field(max_length=40)]
Reason = Annotated[str, Field(max_length=4000)]
Cause = Annotated[str, Field(max_length=200)]
MOST_DOCUMENTS = 10


class Circumstances(Input):
    """What any command may tell about itself."""

    author: Id | None = Field(
        None, description="the practitioner whose act it was, if the caller only types it"
    )
    cause: Cause | None = Field(None, description="the event or request it follows from")
    source: SourceIn | None = Field(None, description="the system and device it comes from")

    def told_by(self, request: Request) -> Request:
        """The circumstances of the request, with what its body tells of them."""
        source = self.source.value() if self.source else None
        return replace(request, author=self.author, cause=self.cause, source=source)


class Timed(Circumstances):
    """A command about something that happened at a time, as told."""

    occurred_at: Instant = Field(
        description="FHIR dateTime: 1987, 1987-05, 1987-05-03, 2026-05-03T10:00:00+08:00"
    )
    about: bool = Field(False, description="the time is an estimate")

    @property
    def occurred(self) -> Occurred:
        """Raises OccurredRefused."""
        return occurred(self.occurred_at, about=self.about)


class EntryIn(Timed):
    """An entry of a record. Its content is checked by its form: GET /v1/forms/{name}."""

    form: Word | None = Field(None, description="needed only where a collection takes several")
    edition: Word | None = Field(None, description="else the one in force when it occurred")
    content: dict[str, object]

    def entry(self, kind: str) -> NewEntry:
        """Raises OccurredRefused."""
        return NewEntry(kind, self.content, self.occurred, self.form, self.edition, self.cause)


class BasicInformationIn(Input):
    """The basic information a record begins with."""

    edition: Word | None = None
    content: dict[str, object]


class ConsentIn(Input):
    """Who consented, and the SHA-256 of the signed form, if there is one."""

    by: Word = Field(description="resident, guardian or representative")
    paper: Sha256 | None = None

    def value(self) -> Consent:
        return Consent(self.by, self.paper)


class LoginIn(Input):
    """A token's issuer and subject."""

    issuer: ShortText
    subject: ShortText

    def value(self) -> Login:
        return Login(issuer=self.issuer, subject=self.subject)


class RecordIn(Timed):
    """A new record: how it began, who the resident is, and consent or a legal basis."""

    channel: Word
    documents: list[IdentityDocumentIn] = Field(max_length=MOST_DOCUMENTS)
    consent: ConsentIn | None = None
    legal_basis: Cause | None = None
    record_number: Word | None = Field(None, description="given on paper already; else the next free one")
    login: LoginIn | None = Field(None, description="the resident's own login")
    basic_information: BasicInformationIn | None = None

    def identity(self) -> list[IdentityDocument]:
        """The checked documents. Raises ContentRefused naming the field."""
        return [checked(one, f"/documents/{number}") for number, one in enumerate(self.documents)]


class CorrectionIn(Timed):
    """The whole content as it should be, and why."""

    entry: Id
    reason: Reason
    content: dict[str, object]
    edition: Word | None = None
    entry_occurred_at: Instant | None = Field(
        None, description="when the entry really occurred, if that was wrong"
    )
    entry_about: bool = False

    @property
    def entry_occurred(self) -> Occurred | None:
        """Raises OccurredRefused."""
        return occurred(self.entry_occurred_at, about=self.entry_about) if self.entry_occurred_at else None


class RetractionIn(Circumstances):
    """An entry that should not be there, and why."""

    entry: Id
    reason: Reason


class ClosingIn(Timed):
    """Since when and why a record is closed: death, moved-out, lost, refused."""

    reason: Word
    note: Reason | None = None


class ReopeningIn(Circumstances):
    """Why a closed record is opened again."""

    reason: Reason


class IdentityIn(Circumstances):
    """One more document of the resident, or their own login: one of the two."""

    document: IdentityDocumentIn | None = None
    login: LoginIn | None = None
    occurred_at: Instant | None = None

    @property
    def occurred(self) -> Occurred | None:
        """Raises OccurredRefused."""
        return occurred(self.occurred_at) if self.occurred_at else None


class SearchIn(Input):
    """What is known of the resident: a record number, or an identity document's number."""

    kind: Word = Field(description="record-number, identity-card, passport …")
    value: Word
    issuer: ShortText | None = Field(None, description="where numbers are unique only within their issuer")


class InstitutionIn(Input):
    """An institution: code after GB 32100-2015 or WS 218, area of 12 digits."""

    name: ShortText
    kind: Word
    code: Word
    area: Word


class PractitionerIn(Input):
    """A person who begins to work at an institution."""

    name: ShortText
    login: LoginIn
    licence: LicenceIn | None = None
    roles: list[Word] = Field(default=["practitioner"], max_length=10)


class RoleIn(Input):
    """A role given or ended, since a time; given, until a last day if one is set."""

    practitioner: Id
    role: Word
    since: Instant | None = None
    until: Word | None = Field(None, description="YYYY-MM-DD")


class RoleEndIn(Input):
    """A role that ends."""

    practitioner: Id
    role: Word
    since: Instant | None = None


class LeavingIn(Input):
    """A person who stops working at an institution."""

    practitioner: Id
    since: Instant | None = None


def checked(document: IdentityDocumentIn, pointer: str) -> IdentityDocument:
    """Raises ContentRefused naming the field from the top of the body."""
    try:
        return document.value()
    except ContentRefused as refused:
        raise below(pointer, refused) from None
