"""What each problem says: status, and how to mend it. One row per error of the domain and of the edge."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain import errors
from domain.errors import RecordError
from domain.forms import FormUnknown


@dataclass(frozen=True)
class Problem:
    """Status, title, how the caller mends it, and after how many seconds to try again, where that helps."""

    status: int
    title: str
    mend: str
    retry_after_s: int | None = None


@dataclass(frozen=True)
class Row:
    """How an error of the domain is told; its title is its own."""

    status: int
    mend: str
    retry_after_s: int | None = None

    def problem(self, title: str) -> Problem:
        return Problem(self.status, title, self.mend, self.retry_after_s)


AGAIN = "Send the same request again, with the same Idempotency-Key, after the time in Retry-After."
READ_AGAIN = "Read the record again and decide on what it says now; its version is the ETag."
REASON = 'Say why, in "reason".'

DOMAIN: Mapping[type[RecordError], Row] = {
    errors.StaleVersion: Row(412, READ_AGAIN),
    errors.ClaimTaken: Row(409, "Choose another value, or find out whether the thing exists already."),
    errors.KeyReused: Row(422, "Use a new Idempotency-Key for a new request; repeat a request unchanged."),
    errors.LogBusy: Row(503, AGAIN, 1),
    errors.LogUnavailable: Row(503, AGAIN, 5),
    errors.ClockWrong: Row(503, "The operator sets the server's clock right. " + AGAIN, 30),
    errors.CallerUnknown: Row(403, "An administrator of your institution enrols you under this login."),
    errors.NotAvailable: Row(404, "Check the address. Whoever has no access gets this same answer."),
    errors.NotPermitted: Row(403, "Ask for a role that may do this, or name the purpose it is done for."),
    errors.PurposeRefused: Row(403, "Name one of the purposes of use on the list in Purpose-Of-Use."),
    errors.ContentRefused: Row(422, "Mend the fields listed in problems; each says what it accepts."),
    errors.OccurredRefused: Row(422, "Give a year, month, day or instant that is not in the future."),
    errors.FormNotAccepted: Row(422, "Use a form of this collection; GET /v1/forms lists them."),
    errors.UnknownCollection: Row(404, "Use one of the collections of a record."),
    errors.UnknownCode: Row(422, "Use a value on the list of the field named."),
    errors.QueryRefused: Row(400, "Name an existing version, an instant after creation, 1 to 200 at once."),
    errors.ConsentMissing: Row(422, "Give the resident's consent, or the legal basis for doing without."),
    errors.PersonHasRecord: Row(409, "Search for the record. Where identity is unsure, use a temporary one."),
    errors.RecordNumberTaken: Row(409, "Check the number on paper, or leave it out to be given the next."),
    errors.RecordClosed: Row(409, "Reopen the record first, if care goes on; late results are accepted."),
    errors.RecordNotClosed: Row(409, "Nothing to reopen."),
    errors.UnknownEntry: Row(422, "Name an entry by the id it was recorded under, in this record."),
    errors.EntryRetracted: Row(409, "Record a new entry instead."),
    errors.ReasonMissing: Row(422, REASON),
    errors.UnknownProgramme: Row(422, "Use a programme on the list of the enrolment form."),
    errors.AlreadyEnrolled: Row(409, "Record a follow-up under the enrolment there is."),
    errors.NotEnrolled: Row(409, "Enrol the resident in the programme first."),
    errors.AllergyAlreadyRecorded: Row(409, "Correct the entry named, if something about it changed."),
    errors.IdentityDisagrees: Row(422, "Compare the field named on the document and in the information."),
    errors.IdentityAlreadyLinked: Row(409, "Nothing to link."),
    errors.InstitutionCodeTaken: Row(409, "Check the code; the institution is registered under it already."),
    errors.LoginTaken: Row(409, "Use another login, or end the work it is bound to first."),
    errors.UnknownPractitioner: Row(422, "Name somebody who works at the institution now, by their id."),
    errors.RoleAlreadyGiven: Row(409, "Nothing to give."),
    errors.RoleNotHeld: Row(409, "Nothing to take away."),
    errors.IdentityMissing: Row(
        422, 'Name a document, or {"kind": "temporary", "reason": …} if there is none.'
    ),
    errors.NumbersExhausted: Row(409, "Give a record number of another area; the administrator arranges it."),
    errors.SourceAlreadyImported: Row(409, "Nothing to import."),
    errors.AlreadyFounded: Row(409, "Nothing to found; further institutions are registered."),
    FormUnknown: Row(422, "GET /v1/forms lists the forms and their editions."),
}

BEARER = "Send a token of the configured issuer: Authorization: Bearer …"

EDGE: Mapping[str, Problem] = {
    "token-missing": Problem(401, "The request carries no token.", BEARER),
    "token-expired": Problem(401, "The token has expired.", "Ask the issuer for a new token."),
    "token-refused": Problem(401, "The token is not accepted.", BEARER),
    "issuer-unavailable": Problem(
        503, "The issuer's keys could not be fetched yet.", "Send the same request again.", 10
    ),
    "purpose-missing": Problem(
        400, "The request does not say what it is for.", "Name the purpose in the header Purpose-Of-Use."
    ),
    "header-refused": Problem(
        400, "A header is not acceptable.", "Mend the header named; the documentation says what it accepts."
    ),
    "if-match-missing": Problem(
        428,
        "The request does not say which version it was decided on.",
        'Send If-Match: "<version>", the ETag read.',
    ),
    "parameter-unknown": Problem(
        400, "The address has a parameter that is not known here.", "Check the spelling of the parameters."
    ),
    "parameter-refused": Problem(
        400, "A parameter is not acceptable.", "Mend the parameter named. In an address, + is written %2B."
    ),
    "json-refused": Problem(
        400, "The body is not acceptable JSON.", "Mend what reason says at the place that pointer names."
    ),
    "media-type-refused": Problem(
        415, "The body is of another type than accepted.", "Send the body uncompressed in the type named."
    ),
    "body-too-large": Problem(
        413, "The body is too large.", "Send less at once; a document may have 1 MB before encoding."
    ),
    "body-missing": Problem(400, "The request has no body.", "Send a JSON object."),
    "batch-too-long": Problem(413, "The batch is too long.", "Send the lines from here on in another batch."),
    "no-such-address": Problem(404, "There is nothing under this address.", "The documentation is at /docs."),
    "method-not-allowed": Problem(
        405, "The address does not take this method.", "The documentation is at /docs."
    ),
    "request-refused": Problem(400, "The request is not acceptable.", "The documentation is at /docs."),
    "not-ready": Problem(503, "The service is not ready.", "checks says what is missing.", 5),
}

INTERNAL = Problem(
    500, "Something went wrong here.", "Tell the operator the id in X-Request-Id; try again later."
)


def explanations() -> dict[str, Problem]:
    """Every problem by its code."""
    ours = {kind.code: row.problem(kind.title) for kind, row in DOMAIN.items()}
    return {**ours, **EDGE, "internal-error": INTERNAL}
