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


class Warned(BaseModel):
    """Something that was accepted and may be a slip."""

    field: str
    reason: str


class EntryKept(Kept):
    """An entry, or what was done to one. warnings: only where there are any."""

    record: UUID
    entry: UUID
    warnings: list[Warned] | None = None


class EntriesFiled(Kept):
    """Entries that were filed together; event, version and receipt are those of the last."""

    record: UUID
    entries: list[UUID]


class RecordKept(Kept):
    """Something done to a record as a whole."""

    record: UUID


class RecordOpened(RecordKept):
    """A record that now exists; event, version and receipt are those of its last event so far."""

    number: str
    warnings: list[Warned] | None = None
    entries: list[UUID]


class InstitutionKept(Kept):
    """Something done to an institution."""

    institution: UUID


class PractitionerKept(InstitutionKept):
    """A practitioner who now works at the institution."""

    practitioner: UUID


class FieldProblemOut(Answer):
    """A refused field: JSON pointer, and what is accepted there."""

    field: str
    reason: str


class ProblemOut(BaseModel):
    """RFC 9457. Further members depend on the type: GET it for an explanation."""

    type: str = Field(examples=["/problems/content-refused"])
    title: str
    status: int
    detail: str = Field(description="how to mend it")
    instance: str | None = Field(None, description="the address asked for, if it holds nothing but ids")
    problems: list[FieldProblemOut] | None = Field(
        None, description="of content-refused: every field refused"
    )
    form: str | None = Field(
        None,
        description="of content-refused: the form that refuses; GET /v1/forms/{form} describes its fields",
    )
    edition: str | None = Field(None, description="of content-refused: the edition of that form")
    field: str | None = Field(None, description="of unknown-code and others: the field meant")
    accepted: list[str] | None = Field(
        None, description="of unknown-code, purpose-refused, form-not-accepted: the whole list"
    )
    accepts: str | None = Field(
        None, description="of a refused header, parameter or address: what is accepted there, in words"
    )


class ProblemExplained(Answer):
    """The page that a problem's type resolves to."""

    type: str
    status: int
    title: str
    meaning: str = Field(description="when it is answered, and what its further members say")
    detail: str = Field(description="how to mend it")


class KeysOut(Answer):
    """One generation of the log's signing keys."""

    purpose: str = Field(description="checkpoint, receipt or package")
    generation: int
    vkeys: list[str] = Field(description="C2SP signed-note verifier keys")
    since: str | None = Field(description="null: since the log began")
    until: str | None = Field(description="null: they sign now")
