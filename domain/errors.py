"""Everything the domain can refuse, by name.

Each error has a stable code (kebab-case), a title and facts that are safe to show: ids, versions,
names of fields and rules; never a person's name, number, diagnosis, or the value that was refused.
`api/problems.py` is the only place where these meet HTTP.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar, TypedDict
from uuid import UUID


class FieldProblem(TypedDict):
    """One refused field: where it stands (dotted path) and the rule it broke; never its value."""

    field: str
    reason: str


class RecordError(Exception):
    """A refusal of the domain. `code` is stable for ever; `facts` are safe to show to the caller."""

    code: ClassVar[str] = "record-error"
    title: ClassVar[str] = "The record refused the request."

    def __init__(self, **facts: object) -> None:
        self.facts: Mapping[str, object] = {name: _shown(value) for name, value in facts.items()}
        shown = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        super().__init__(f"{self.title} ({shown})" if shown else self.title)


def _shown(value: object) -> object:
    return str(value) if isinstance(value, UUID) else value


# What the log answers: raised by the store, passed on by the application.


class StaleVersion(RecordError):
    """The stream has moved on since the caller saw it; `current` is its version now (0: not there)."""

    code = "stale-version"
    title = "The record has changed since the version the request names."

    def __init__(self, stream: UUID, current: int) -> None:
        super().__init__(stream=stream, current=current)
        self.stream = stream
        self.current = current


class ClaimTaken(RecordError):
    """A value that must be unique in its namespace is held already. Never says by whom."""

    code = "claim-taken"
    title = "A value that must be unique is taken."

    def __init__(self, namespace: str) -> None:
        super().__init__(namespace=namespace)
        self.namespace = namespace


class KeyReused(RecordError):
    """The idempotency key was used before for another request."""

    code = "key-reused"
    title = "The idempotency key belongs to another request."


class LogBusy(RecordError):
    """The queue of appends is full; nothing was stored. Try again."""

    code = "log-busy"
    title = "The log is busy; nothing was stored."


class LogUnavailable(RecordError):
    """The log cannot be reached, or it cannot be said whether it stored. Send it again with its key."""

    code = "log-unavailable"
    title = "The log is not available."


class LogFenced(RecordError):
    """The database is behind what was published of the log, or the log was closed: nothing is appended."""

    code = "log-fenced"
    title = "The log is fenced; nothing was stored."


class ClockWrong(RecordError):
    """The server's clock cannot be trusted; appends stop until it is right or an operator confirms it."""

    code = "clock-wrong"
    title = "The server's clock is wrong; appends have stopped."


# Who may do what.


class CallerUnknown(RecordError):
    """The token proves who calls, but nobody here is known by that issuer and subject."""

    code = "caller-unknown"
    title = "The caller is not known here."


class NotAvailable(RecordError):
    """Not there, or not for this caller: deliberately the same answer."""

    code = "not-available"
    title = "Nothing is available under this address for this caller and purpose."


class NotPermitted(RecordError):
    """The act is refused where nothing confidential hangs on saying so (creating, registering, enrolling)."""

    code = "not-permitted"
    title = "The caller may not do this for this purpose."

    def __init__(self, rules: Sequence[str] = ()) -> None:
        super().__init__(rules=list(rules))


class PurposeRefused(RecordError):
    """The purpose of use is not on the list `accepted`, or is commercial, which no rule permits."""

    code = "purpose-refused"
    title = "The purpose of use is not accepted."

    def __init__(self, accepted: Sequence[str] = ()) -> None:
        super().__init__(accepted=list(accepted))


# Values and forms.


class ContentRefused(RecordError):
    """What was sent does not satisfy its form. Names each field and rule, never the value.

    form, edition: where the fields are described, if it is one of the forms that refuses.
    """

    code = "content-refused"
    title = "The content does not satisfy its form."

    def __init__(
        self, problems: Sequence[FieldProblem], *, form: str | None = None, edition: str | None = None
    ) -> None:
        told = {"form": form, "edition": edition} if form else {}
        super().__init__(problems=[dict(problem) for problem in problems], **told)
        self.problems = tuple(problems)
        self.form, self.edition = form, edition


class OccurredRefused(RecordError):
    """The time given for the event cannot be read, or lies further ahead than any device clock may run."""

    code = "occurred-refused"
    title = "The time at which it occurred is not acceptable."

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


class FormNotAccepted(RecordError):
    """This collection does not take entries under that form; `accepted` are those it takes."""

    code = "form-not-accepted"
    title = "The collection does not accept this form."

    def __init__(self, collection: str, form: str, accepted: Sequence[str]) -> None:
        super().__init__(collection=collection, form=form, accepted=list(accepted))


class UnknownCollection(RecordError):
    """There is no such kind of entry; `accepted` are those there are."""

    code = "unknown-collection"
    title = "There is no such kind of entry."

    def __init__(self, accepted: Sequence[str] = ()) -> None:
        super().__init__(accepted=list(accepted))


class UnknownCode(RecordError):
    """A coded choice (channel, closing reason, role, kind …) is not on its list.

    `field` says which choice, `accepted` is the list.
    """

    code = "unknown-code"
    title = "A coded value is not on its list."

    def __init__(self, field: str, accepted: Sequence[str]) -> None:
        super().__init__(field=field, accepted=list(accepted))


class QueryRefused(RecordError):
    """A question that has no answer: version 0, an instant that is not one, a page without end."""

    code = "query-refused"
    title = "The version, instant or page asked for is not acceptable."

    def __init__(self, field: str) -> None:
        super().__init__(field=field)


# The record.


class ConsentMissing(RecordError):
    """No record without the resident's consent or a legal basis."""

    code = "consent-missing"
    title = "A record needs the resident's consent or a legal basis."


class PersonHasRecord(RecordError):
    """The person has a record already. Names nothing, so that it cannot be used to find one."""

    code = "person-has-record"
    title = "The person has a record already."


class RecordNumberTaken(RecordError):
    """The record number given is another record's."""

    code = "record-number-taken"
    title = "The record number is taken."


class RecordClosed(RecordError):
    """The record is closed; new care that occurred after the closing is refused."""

    code = "record-closed"
    title = "The record is closed to new care."


class RecordNotClosed(RecordError):
    """Only a closed record can be reopened."""

    code = "record-not-closed"
    title = "The record is not closed."


class UnknownEntry(RecordError):
    """The record has no such entry."""

    code = "unknown-entry"
    title = "The record has no such entry."

    def __init__(self, entry: UUID) -> None:
        super().__init__(entry=entry)


class EntryRetracted(RecordError):
    """The entry was retracted; it stays readable, and nothing more is done to it."""

    code = "entry-retracted"
    title = "The entry was retracted."

    def __init__(self, entry: UUID) -> None:
        super().__init__(entry=entry)


class ReasonMissing(RecordError):
    """A correction, retraction, closing or reopening says why."""

    code = "reason-missing"
    title = "A reason is required."


class UnknownProgramme(RecordError):
    """There is no such programme."""

    code = "unknown-programme"
    title = "There is no such programme."


class AlreadyEnrolled(RecordError):
    """The resident is in the programme already."""

    code = "already-enrolled"
    title = "The resident is enrolled in the programme already."

    def __init__(self, entry: UUID) -> None:
        super().__init__(entry=entry)


class NotEnrolled(RecordError):
    """A follow-up needs an enrolment in its programme."""

    code = "not-enrolled"
    title = "The resident is not enrolled in the programme."


class AllergyAlreadyRecorded(RecordError):
    """The substance is already an active allergy of this resident."""

    code = "allergy-already-recorded"
    title = "The substance is already an active allergy of this resident."

    def __init__(self, entry: UUID) -> None:
        super().__init__(entry=entry)


class IdentityDisagrees(RecordError):
    """Birth date or sex differ between identity document and basic information; `field` says which."""

    code = "identity-disagrees"
    title = "The identity document and the basic information disagree."

    def __init__(self, field: str) -> None:
        super().__init__(field=field)


class IdentityAlreadyLinked(RecordError):
    """The record carries an identity of this kind already."""

    code = "identity-already-linked"
    title = "The record carries an identity of this kind already."


class IdentityMissing(RecordError):
    """A record names an identity document, or says that there is none (a temporary identity)."""

    code = "identity-missing"
    title = "A record needs an identity document or a temporary identity."


class NumbersExhausted(RecordError):
    """The institution's area has no record number left."""

    code = "numbers-exhausted"
    title = "The area has no record number left."


class SourceAlreadyImported(RecordError):
    """The source id was imported before; nothing was added."""

    code = "source-already-imported"
    title = "The source id was imported before."
