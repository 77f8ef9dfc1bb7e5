"""What we answer, as JSON: for the documentation. Answers themselves are made as bytes, in api.answers."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    """Base of what we answer."""

    model_config = ConfigDict(extra="forbid")


class Kept(Answer):
    """Where the event came to lie, and our signed word for it (C2SP signed note)."""

    event: UUID
    version: int = Field(description="of its stream; a record's is its ETag")
    position: int = Field(description="in the log, from 1")
    recorded_at: str = Field(description="UTC, six decimals")
    receipt: str


class EntryKept(Kept):
    """An entry, or what was done to one."""

    record: UUID
    entry: UUID


class RecordKept(Kept):
    """Something done to a record as a whole."""

    record: UUID


class RecordOpened(RecordKept):
    """A record that now exists; event, version and receipt are those of its last event so far."""

    number: str
    entries: list[UUID]


class InstitutionKept(Kept):
    """Something done to an institution."""

    institution: UUID


class PractitionerKept(InstitutionKept):
    """A practitioner who now works at the institution."""

    practitioner: UUID


class FoundRecord(Answer):
    """A record that a search may name."""

    record: UUID
    number: str
    status: str
    version: int


class FoundRecords(Answer):
    """At most one record: what is searched for is unique."""

    found: list[FoundRecord]


class FieldProblemOut(Answer):
    """A refused field: JSON pointer, and what is accepted there."""

    field: str
    reason: str


class ProblemOut(BaseModel):
    """RFC 9457. Further members depend on the type: GET it for an explanation."""

    type: str = Field(examples=["/problems/content-refused"])
    title: str
    status: int
    detail: str
    instance: str | None = None
    problems: list[FieldProblemOut] | None = None
