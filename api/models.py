"""What is sent to us, as JSON. Checked here for shape; what it means the domain checks."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated
from uuid import UUID

from pydantic import Field, WithJsonSchema

from api.problems import below
from domain.errors import ContentRefused
from domain.finding import SEARCHED
from domain.forms.document import Sha256
from domain.institution import KINDS, ROLES
from domain.institution_state import Login
from domain.record import CHANNELS, CLOSING_REASONS, CONSENT_BY, LEGAL_BASES
from domain.record_contributions import CONTRIBUTED
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


def coded(codes: Sequence[str]) -> WithJsonSchema:
    """The list in the documentation. The domain refuses what is not on it, and names the list."""
    return WithJsonSchema({"type": "string", "enum": list(codes)})


Channel = Annotated[Word, coded(CHANNELS)]
ConsentBy = Annotated[Word, coded(CONSENT_BY)]
LegalBasis = Annotated[Word, coded(LEGAL_BASES)]
ClosingReason = Annotated[Word, coded(CLOSING_REASONS)]
InstitutionKind = Annotated[Word, coded(KINDS)]
Role = Annotated[Word, coded(ROLES)]
Contributed = Annotated[Word, coded(CONTRIBUTED)]
SearchedKind = Annotated[Word, coded(SEARCHED)]
Cause = Annotated[str, Field(max_length=200)]
MOST_DOCUMENTS, MOST_FILED = 10, 1000
EDITION = "of the form, as GET /v1/forms lists them; else the one in force when it occurred"
CONTENT = "fields of the form: GET /v1/forms/{name}"
ENTRY = "the id it was answered with when it was recorded"
PRACTITIONER = "the id answered when they were enrolled"
SINCE = "written like occurred_at; else now"


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

    form: Word | None = Field(None, description="its name; needed only where a collection takes several")
    edition: Word | None = Field(None, description=EDITION)
    content: dict[str, object] = Field(description=CONTENT)

    def entry(self, kind: str) -> NewEntry:
        """Raises OccurredRefused."""
        return NewEntry(kind, self.content, self.occurred, self.form, self.edition, self.cause)


class SequelIn(Timed):
    """What follows an entry. Its content is checked by its form: GET /v1/forms/{name}."""

    edition: Word | None = Field(None, description=EDITION)
    content: dict[str, object] = Field(description=CONTENT)


class FilingsIn(Timed):
    """The entries that a record manager takes into the record."""

    entries: list[Id] = Field(min_length=1, max_length=MOST_FILED, description="their ids")


class BasicInformationIn(Input):
    """The basic information a record begins with."""

    edition: Word | None = Field(None, description=EDITION)
    content: dict[str, object] = Field(
        description="fields of the form: GET /v1/forms/personal-basic-information"
    )


class ConsentIn(Input):
    """Who consented, and the SHA-256 of the signed form, if there is one."""

    by: ConsentBy
    paper: Sha256 | None = Field(None, description="SHA-256 (hex) of the signed form")

    def value(self) -> Consent:
        return Consent(self.by, self.paper)


class ConsentGivenIn(Timed, ConsentIn):
    """Consent given to a record that exists."""


class LoginIn(Input):
    """A token's issuer and subject."""

    issuer: ShortText
    subject: ShortText

    def value(self) -> Login:
        return Login(issuer=self.issuer, subject=self.subject)


class RecordIn(Timed):
    """A new record: how it began, who the resident is, and consent or a legal basis."""

    channel: Channel = Field(description="how the record came to be opened")
    documents: list[IdentityDocumentIn] = Field(
        max_length=MOST_DOCUMENTS, description="at least one, or a temporary identity"
    )
    consent: ConsentIn | None = Field(None, description="needed unless there is a legal basis")
    legal_basis: LegalBasis | None = Field(None, description="for doing without consent")
    record_number: Word | None = Field(None, description="given on paper already; else the next free one")
    login: LoginIn | None = Field(None, description="the resident's own login")
    basic_information: BasicInformationIn | None = None
    mother: Id | None = Field(None, description="her record; needed for one opened before birth")

    def identity(self) -> list[IdentityDocument]:
        """The checked documents. Raises ContentRefused naming the field."""
        return [checked(one, f"/documents/{number}") for number, one in enumerate(self.documents)]


class CorrectionIn(Timed):
    """The whole content as it should be, and why."""

    entry: Id = Field(description=ENTRY)
    reason: Reason = Field(description="why it is corrected; stays readable")
    content: dict[str, object] = Field(description=f"the whole of it, as it should be; {CONTENT}")
    edition: Word | None = Field(None, description=f"{EDITION}: the entry, not its correction")
    entry_occurred_at: Instant | None = Field(
        None, description="when the entry really occurred, if that was wrong"
    )
    entry_about: bool = Field(False, description="entry_occurred_at is an estimate")

    @property
    def entry_occurred(self) -> Occurred | None:
        """Raises OccurredRefused."""
        return occurred(self.entry_occurred_at, about=self.entry_about) if self.entry_occurred_at else None


class RetractionIn(Circumstances):
    """An entry that should not be there, and why."""

    entry: Id = Field(description=ENTRY)
    reason: Reason = Field(description="why it should not be there; stays readable")


class MisfilingIn(Circumstances):
    """An entry of another resident's, why it is held to be, and the right record if it is known."""

    entry: Id = Field(description=ENTRY)
    reason: Reason = Field(description="stays readable to auditors only")
    to: Id | None = Field(None, description="the right record; else it is hidden, and moved later")


class UnlinkingIn(Circumstances):
    """A link to another person's document or login, and why it is held to be wrong."""

    link: Id = Field(description="the event that linked it, as the record's identities name it")
    reason: Reason = Field(description="stays readable; no number, no name")


class MergingIn(Circumstances):
    """The record that goes on, and why the two are held to be one person's, or not to be."""

    into: Id = Field(description="the record that goes on")
    reason: Reason = Field(description="in words; stays readable")


class ClosingIn(Timed):
    """Since when and why a record is closed: death, moved-out, lost, refused."""

    reason: ClosingReason
    note: Reason | None = Field(None, description="what else should be known")


class ReopeningIn(Circumstances):
    """Why a closed record is opened again."""

    reason: Reason = Field(description="in words")


class ErasureIn(Circumstances):
    """An order to erase that somebody else gave."""

    order: Id = Field(description="the entry of erasure-orders")


class IdentityIn(Circumstances):
    """One more document of the resident, or their own login: one of the two."""

    document: IdentityDocumentIn | None = Field(None, description="this or login")
    login: LoginIn | None = Field(None, description="this or document")
    occurred_at: Instant | None = Field(None, description="when it was shown; else now")

    @property
    def occurred(self) -> Occurred | None:
        """Raises OccurredRefused."""
        return occurred(self.occurred_at) if self.occurred_at else None


class SearchIn(Input):
    """What is known of the resident: a record number, or an identity document's number."""

    kind: SearchedKind = Field(description="what value is")
    value: Word = Field(description="the number: of a record, or as printed on the card or document")
    issuer: ShortText | None = Field(None, description="where numbers are unique only within their issuer")


class ContributionIn(EntryIn):
    """An entry for a record found by what is known of the resident."""

    find: SearchIn
    collection: Contributed


class RegistrationRefusalIn(Timed, ConsentIn):
    """Somebody declined to have a record. Names nobody."""

    reason: Reason | None = Field(None, description="as told; no name, no number")


class InstitutionIn(Input):
    """An institution: code after GB 32100-2015 or WS 218, area of 12 digits."""

    name: ShortText
    kind: InstitutionKind
    code: Word = Field(description="18 characters after GB 32100-2015, or 22 after WS 218")
    area: Word = Field(description="12 digits of the administrative division")


class PractitionerIn(Input):
    """A person who begins to work at an institution."""

    name: ShortText
    login: LoginIn
    licence: LicenceIn | None = None
    roles: list[Role] = Field(default=["practitioner"], max_length=10, description="to begin with")


class RoleIn(Input):
    """A role given or ended, since a time; given, until a last day if one is set."""

    practitioner: Id = Field(description=PRACTITIONER)
    role: Role
    since: Instant | None = Field(None, description=SINCE)
    until: Word | None = Field(None, description="YYYY-MM-DD")


class RoleEndIn(Input):
    """A role that ends."""

    practitioner: Id = Field(description=PRACTITIONER)
    role: Role
    since: Instant | None = Field(None, description=SINCE)


class LicenceChangeIn(Input):
    """A licence that was renewed, or another one."""

    practitioner: Id = Field(description=PRACTITIONER)
    licence: LicenceIn
    since: Instant | None = Field(None, description=SINCE)


class LeavingIn(Input):
    """A person who stops working at an institution."""

    practitioner: Id = Field(description=PRACTITIONER)
    since: Instant | None = Field(None, description=SINCE)


class GuidanceIn(Input):
    """The institution that guides another."""

    by: Id | None = Field(description="the guiding institution's id; null: none guides it any longer")
    since: Instant | None = Field(None, description=SINCE)


def checked(document: IdentityDocumentIn, pointer: str) -> IdentityDocument:
    """Raises ContentRefused naming the field from the top of the body."""
    try:
        return document.value()
    except ContentRefused as refused:
        raise below(pointer, refused) from None
