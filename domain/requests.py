"""What callers ask, and what they are answered, as plain frozen data."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from domain.errors import QueryRefused, RecordError
from domain.institution_state import Login
from domain.ports import Answer, Claim, RequestKey
from domain.values import Authenticated, IdentityDocument, Licence, Occurred, Source

USUAL_PAGE, LONGEST_PAGE = 100, 200


@dataclass(frozen=True)
class Principal:
    """Whom a validated token proves: issuer and subject; and how, through which client.

    scopes: what the token is limited to, as it says it; None if it says nothing.
    """

    issuer: str
    subject: str
    method: str
    client: str
    assurance: str | None = None
    auth_time: int | None = None
    scopes: frozenset[str] | None = None

    @property
    def authenticated(self) -> Authenticated:
        told = Authenticated(issuer=self.issuer, subject=self.subject, method=self.method, client=self.client)
        if self.assurance is not None:
            told["assurance"] = self.assurance
        if self.auth_time is not None:
            told["auth_time"] = self.auth_time
        return told

    @property
    def login(self) -> Login:
        return Login(issuer=self.issuer, subject=self.subject)


@dataclass(frozen=True)
class Request:
    """The circumstances of one command or read.

    author: the practitioner of the same institution whose act it was, when the caller only types it;
    the caller then stands in `entered_by`.
    """

    principal: Principal
    purpose: str
    key: RequestKey | None = None
    cause: str | None = None
    source: Source | None = None
    author: UUID | None = None


@dataclass(frozen=True)
class SourceId:
    """The id of an entry or person in the system it comes from; claimed for ever, so it is imported once."""

    system: str
    id: str = field(repr=False)

    @property
    def text(self) -> str:
        return f"{self.system}|{self.id}"

    @property
    def claim(self) -> Claim:
        return Claim("source", self.text)


@dataclass(frozen=True)
class Consent:
    """by: resident, guardian or representative; paper: SHA-256 (hex) of the signed form, if any."""

    by: str
    paper: str | None = None


@dataclass(frozen=True)
class NewEntry:
    """An entry as it arrives, unchecked.

    kind: the collection ("examinations" …); form: needed only where a collection takes several;
    edition: else the one in force on the day it occurred; cause: else the source id.
    """

    kind: str
    content: object = field(repr=False)
    occurred: Occurred
    form: str | None = None
    edition: str | None = None
    cause: str | None = None
    source_id: SourceId | None = None


@dataclass(frozen=True)
class NewSequel:
    """What follows an entry, as it arrives, unchecked.

    of: the entry's collection, or "entries" for what may follow any; name: as in domain.sequels.
    entry: its id, or the source id of one that stands before it in the same batch.
    """

    of: str
    name: str
    entry: UUID | SourceId
    content: object = field(repr=False)
    occurred: Occurred
    edition: str | None = None
    cause: str | None = None
    source_id: SourceId | None = None


@dataclass(frozen=True)
class Misfiling:
    """An entry of another resident's. to: the right record, if it is known."""

    entry: UUID
    reason: str
    to: UUID | None = None


@dataclass(frozen=True)
class NewRecord:
    """A record as it is asked for: channel, identity (a document or a temporary identity), consent.

    number: a number given on paper already; else the next free one of the institution's area.
    entries: stored in the same append, such as the basic information.
    mother: the record of the mother, for one opened before birth; both then name each other.
    """

    channel: str
    documents: Sequence[IdentityDocument] = field(repr=False)
    occurred: Occurred
    consent: Consent | None = None
    legal_basis: str | None = None
    number: str | None = field(default=None, repr=False)
    login: Login | None = None
    entries: Sequence[NewEntry] = ()
    mother: UUID | None = None
    source_id: SourceId | None = None


@dataclass(frozen=True)
class Correction:
    """The whole content as it should be, and why. entry_occurred: when it really occurred, if wrong.

    edition: else the one in force on the day on which the entry occurred.
    """

    entry: UUID
    reason: str
    content: object = field(repr=False)
    occurred: Occurred
    edition: str | None = None
    entry_occurred: Occurred | None = None


@dataclass(frozen=True)
class SearchKey:
    """kind: "record-number" or a document kind ("identity-card" …); issuer: where numbers need one."""

    kind: str
    value: str = field(repr=False)
    issuer: str | None = None


@dataclass(frozen=True)
class PageAsked:
    """Which part of a list. Raises QueryRefused.

    cursor: as the page before named it, which is the last version on it; None: from the beginning.
    limit: how many at most, up to LONGEST_PAGE.
    """

    cursor: int | None = None
    limit: int = USUAL_PAGE

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= LONGEST_PAGE:
            raise QueryRefused("limit")
        if self.cursor is not None and self.cursor < 1:
            raise QueryRefused("cursor")


FIRST_PAGE = PageAsked()


@dataclass(frozen=True)
class NewInstitution:
    """name; kind and 12-digit area code as in domain.institution; code: GB 32100-2015 or WS 218."""

    name: str
    kind: str
    code: str
    area: str


@dataclass(frozen=True)
class NewPractitioner:
    """A person who begins to work at an institution, with the roles they begin with."""

    name: str = field(repr=False)
    login: Login
    licence: Licence | None = None
    roles: tuple[str, ...] = ("practitioner",)


# What the application answers.


@dataclass(frozen=True)
class Opened:
    """A record that now exists."""

    record: UUID
    number: str = field(repr=False)
    answer: Answer


@dataclass(frozen=True)
class Outcome:
    """What became of one entry of a batch: stored (entry), known before (by its source id), or refused."""

    entry: UUID | None = None
    known: bool = False
    refusal: RecordError | None = None


@dataclass(frozen=True)
class Added:
    """A batch: what was stored, in one append (None: nothing), and the outcome of each entry in order."""

    answer: Answer | None
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True)
class Shown:
    """What may now be shown: its access is recorded. version, position: of the last event folded.

    cursor: asks for the next page of a list, if there is one.
    """

    body: bytes = field(repr=False)
    version: int
    position: int
    edition: str
    cursor: str | None = None


@dataclass(frozen=True)
class Found:
    """A record that a search may name."""

    record: UUID
    number: str = field(repr=False)
    status: str
    version: int


@dataclass(frozen=True)
class Registered:
    """An institution that now exists."""

    institution: UUID
    answer: Answer


@dataclass(frozen=True)
class Enrolled:
    """A practitioner who now works at an institution."""

    practitioner: UUID
    answer: Answer
